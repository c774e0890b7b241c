"""Runs the web application on uvicorn, with the alarm clock beside it where this process has one.

h11 and not httptools: it refuses requests without a Host header or with two. What is plain it need not read: see
`config.connection`.
"""

import contextlib
import math
import signal
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Protocol

import uvicorn

from config.connection import HEAD_BYTES, Connection, Patience
from feeds.errors import CivicwireError
from feeds.web.front import FeedFront
from feeds.web.guards import Guard

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
_START_SECONDS = 15


def serve_until_told(
    app: Served,
    *,
    host: str,
    port: int,
    scheduler: AlarmClock | None = None,
    before_end: Callable[[], None] = lambda: None,
) -> None:
    """Serve until SIGINT or SIGTERM; then `before_end`, and what is under way is finished.

    CivicwireError if the port cannot be had.
    """
    server = _server(app, host, port, Patience())
    # uvicorn raises the signal once more after its orderly end: by then there is nothing left to stop.
    signal.signal(signal.SIGTERM, lambda *_: None)
    with _awake(scheduler, before_end), contextlib.suppress(KeyboardInterrupt):
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


def _server(app: Served, host: str, port: int, patience: Patience) -> uvicorn.Server:
    front = app if isinstance(app, FeedFront) else None
    connection = partial(Connection, front=front, headers=app.headers, patience=patience)
    return uvicorn.Server(
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
def _awake(scheduler: AlarmClock | None, before_end: Callable[[], None]) -> Iterator[None]:
    """The alarm clock runs for the length of the block; a run under way is finished at its end."""
    if scheduler is None:
        yield
        return
    scheduler.start()
    try:
        yield
    finally:
        before_end()
        scheduler.shutdown(wait=True)
