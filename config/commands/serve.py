"""`civicwire serve`: the service in one process, or one role of it."""

from config.asgi import application
from config.commands.console import opened
from config.logs import set_up
from config.server import serve_until_told
from feeds.errors import CivicwireError
from notifier.schedule import schedule

ROLES = ("all", "web", "scheduler")


def run(*, host: str, port: int, role: str) -> None:
    """Serve until told to stop; work in flight is finished first."""
    if role not in ROLES:
        raise CivicwireError(f"--role must be one of {', '.join(ROLES)}")
    with opened() as parts:
        set_up(parts.settings.log_format)
        scheduler = schedule(parts.ticks, parts.newsroom.city.zone) if role != "web" else None
        serve_until_told(application(parts), host=host, port=port, scheduler=scheduler)
