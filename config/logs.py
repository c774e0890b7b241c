"""Logs: one line an event on standard error, as text for people or JSON for machines. No address, token or secret."""

import contextlib
import logging
import sys
import threading

import structlog

QUIET = logging.CRITICAL
"""For a command, which says itself what it could not do."""


class _Lines:
    """Writes each event as a line; one that the disk will not take is lost, and nothing else with it (F45)."""

    _one_at_a_time = threading.Lock()

    def __init__(self, *_names: object) -> None:
        self._file = sys.stderr

    def msg(self, line: str) -> None:
        with self._one_at_a_time, contextlib.suppress(OSError):
            print(line, file=self._file, flush=True)

    debug = info = warning = error = critical = msg


def set_up(log_format: str = "text", *, level: int = logging.INFO) -> None:
    """Send every event of ours and of the libraries from this level on to standard error."""
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if log_format == "json"
        else structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"])
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=_Lines,
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s", force=True)
    for stranger in ("mail", "flufl.bounce"):  # they write down addresses, and traces of what strangers send
        logging.getLogger(stranger).setLevel(logging.CRITICAL)
