"""Logs: one line an event on standard error, as text for people or JSON for machines. No address, token or secret."""

import logging
import sys

import structlog

QUIET = logging.CRITICAL
"""For a command, which says itself what it could not do."""


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
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s", force=True)
    for stranger in ("mail", "flufl.bounce"):  # they write down addresses, and traces of what strangers send
        logging.getLogger(stranger).setLevel(logging.CRITICAL)
