"""Runs the web application on uvicorn, with the alarm clock beside it where this process has one.

h11 and not httptools: it refuses requests without a Host header or with two. What is plain it need not read: see
`config.connection`.
"""

import contextlib
import math
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from types import FrameType
from typing import Protocol

import structlog
import uvicorn

from config.connection import HEAD_BYTES, Connection, Patience
from feeds.errors import CivicwireError
from feeds.web.front import FeedFront
from feeds.web.guards import Guard

log = structlog.get_logger()
Served = FeedFront | Guard
"""What is served: the whole site behind its front, or its health alone."""


class AlarmClock(Protocol):
    """What rings beside the web application, where this process has it."""

    def start(self) -> None:
        """Begin to ring."""
        ...

    def shutdown(self, wait: bool = True) -> None:
        """Ring no more; `wait` lets a run under way finish."""
        ...


_GRACE_SECONDS = 20
_ENDING_SECONDS = 28
"""What is still under way so long after we were told to end is given up (F08: 30 seconds)."""
_START_SECONDS = 15


def serve_until_told(
    app: Served,
    *,
    host: str,
    port: int,
    scheduler: AlarmClock | None = None,
    before_end: Callable[[], None] = lambda: None,
) -> None:
    """Serve until SIGINT or SIGTERM; then `before_end` at once, and what is under way is finished.

    CivicwireError if the port cannot be had.
    """
    server = _server(app, host, port, Patience())
    server.before_end = before_end
    # uvicorn raises the signal once more after its orderly end: by then there is nothing left to stop.
    signal.signal(signal.SIGTERM, lambda *_: None)
    with _awake(scheduler, server), contextlib.suppress(KeyboardInterrupt):
        try:
            server.run()
        except SystemExit as error:
            raise _no_port(host, port) from error


@contextlib.contextmanager
def background(app: Served, *, port: int, host: str = "127.0.0.1", patience: Patience | None = None) -> Iterator[None]:
    """Serve in a thread for the length of the block. CivicwireError if the port cannot be had."""
    server = _server(app, host, port, patience or Patience())
    thread = threading.Thread(target=_run_quietly, args=(server,), daemon=True)
    thread.start()
    deadline = time.monotonic() + _START_SECONDS
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise _no_port(host, port)
        time.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(_GRACE_SECONDS)


class _Server(uvicorn.Server):
    """Tells the rest of the process that it ends as soon as it is told so: answers and mails are finished side by side
    (F08)."""

    before_end: Callable[[], None] = staticmethod(lambda: None)
    told_at: float | None = None
    """When we were told to end, by a clock that is never set."""

    def end(self) -> None:
        """Tell the rest, once."""
        if self.told_at is None:
            self.told_at = time.monotonic()
            self.before_end()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.end()
        super().handle_exit(sig, frame)


def _server(app: Served, host: str, port: int, patience: Patience) -> _Server:
    front = app if isinstance(app, FeedFront) else None
    connection = partial(Connection, front=front, headers=app.headers, patience=patience)
    return _Server(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            http=connection,  # type: ignore[arg-type]  # called as the class would be
            ws="none",
            lifespan="off",
            access_log=False,
            log_level="critical",
            server_header=False,
            proxy_headers=False,  # the front looks at them
            timeout_keep_alive=math.ceil(patience.idle),
            timeout_graceful_shutdown=_GRACE_SECONDS,
            h11_max_incomplete_event_size=HEAD_BYTES,
        )
    )


def _run_quietly(server: uvicorn.Server) -> None:
    with contextlib.suppress(SystemExit):
        server.run()


def _no_port(host: str, port: int) -> CivicwireError:
    return CivicwireError(f"cannot listen on {host}:{port}: choose another port with --port")


@contextlib.contextmanager
def _awake(scheduler: AlarmClock | None, server: _Server) -> Iterator[None]:
    """The alarm clock runs for the length of the block; a run under way is finished at its end."""
    if scheduler is None:
        yield
        return
    scheduler.start()
    try:
        yield
    finally:
        server.end()  # where it was no signal that ended us
        since = server.told_at or time.monotonic()
        end_in_time(scheduler, seconds=since + _ENDING_SECONDS - time.monotonic())


def end_in_time(scheduler: AlarmClock, *, seconds: float, leave: Callable[[int], object] = os._exit) -> None:
    """Let the runs under way finish, for so long; then leave them where they are, as a kill would.

    What they had claimed is another's when its lease is over, and what they had not committed did not happen.
    """
    ending = threading.Thread(target=scheduler.shutdown, kwargs={"wait": True}, daemon=True)
    ending.start()
    ending.join(max(0, seconds))
    if ending.is_alive():
        log.warning("serve.unfinished", seconds=seconds)
        leave(0)
