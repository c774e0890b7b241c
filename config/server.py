"""Runs the web application on uvicorn, with the alarm clock beside it where this process has one.

h11 and not httptools: it refuses requests without a Host header or with two.
"""

import contextlib
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

import uvicorn
from starlette.types import ASGIApp

from feeds.errors import CivicwireError


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
    app: ASGIApp,
    *,
    host: str,
    port: int,
    scheduler: AlarmClock | None = None,
    before_end: Callable[[], None] = lambda: None,
    trusted_proxies: Sequence[str] = (),
) -> None:
    """Serve until SIGINT or SIGTERM; then `before_end`, and what is under way is finished.

    Only `trusted_proxies` are believed when they say for whom they ask (`X-Forwarded-For`).
    CivicwireError if the port cannot be had.
    """
    server = _server(app, host, port, trusted_proxies)
    # uvicorn raises the signal once more after its orderly end: by then there is nothing left to stop.
    signal.signal(signal.SIGTERM, lambda *_: None)
    with _awake(scheduler, before_end), contextlib.suppress(KeyboardInterrupt):
        try:
            server.run()
        except SystemExit as error:
            raise _no_port(host, port) from error


@contextlib.contextmanager
def background(
    app: ASGIApp, *, port: int, host: str = "127.0.0.1", trusted_proxies: Sequence[str] = ()
) -> Iterator[None]:
    """Serve in a thread for the length of the block. CivicwireError if the port cannot be had."""
    server = _server(app, host, port, trusted_proxies)
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


def _server(app: ASGIApp, host: str, port: int, trusted_proxies: Sequence[str] = ()) -> uvicorn.Server:
    return uvicorn.Server(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            http="h11",
            ws="none",
            lifespan="off",
            access_log=False,
            log_level="critical",
            server_header=False,
            proxy_headers=bool(trusted_proxies),
            forwarded_allow_ips=list(trusted_proxies),
            timeout_graceful_shutdown=_GRACE_SECONDS,
            h11_max_incomplete_event_size=32 * 1024,
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
