"""`civicwire worker`: one more process that sends, beside the one that keeps the schedule."""

import os
import signal
import threading
from collections.abc import Callable
from importlib.metadata import version

import structlog

from config.commands.console import ready
from config.logs import set_up
from config.settings import load_settings
from config.site import Site
from feeds.errors import Misconfigured
from notifier.schedule import SENDING_SECONDS, guarded_by

log = structlog.get_logger()
DRAINING_SECONDS = 25
"""How long a mail server may take with what is on the wire once we are told to end."""


def run() -> None:
    """Send what is due until told to stop; what is on the wire is finished first. Misconfigured on SQLite."""
    with ready(Site(load_settings())) as parts:
        if parts.database.is_sqlite:
            raise Misconfigured("a worker needs PostgreSQL; on SQLite `civicwire serve` sends by itself")
        set_up(parts.settings.log_format)
        sender, told = parts.sender, threading.Event()

        def end(*_: object) -> None:
            sender.stop()
            told.set()

        signal.signal(signal.SIGTERM, end)
        signal.signal(signal.SIGINT, end)
        log.info("working", connections=sender.transport.connections, version=version("civicwire"))
        send = guarded_by(parts.timepiece.is_believed, parts.rhythm.tell, parts.ticks.send)
        working = threading.Thread(target=_work, args=(send, told), name="sending", daemon=True)
        working.start()
        told.wait()
        working.join(DRAINING_SECONDS)
        if working.is_alive():
            # Its claims end with their lease, and another sends what was not accepted.
            log.warning("worker.unanswered", seconds=DRAINING_SECONDS)
            os._exit(0)
        log.info("worker.ended")


def _work(send: Callable[[], None], told: threading.Event) -> None:
    while not told.wait(SENDING_SECONDS):
        send()
