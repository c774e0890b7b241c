"""`civicwire serve`: the service in one process, or one role of it."""

import threading
from contextlib import nullcontext
from importlib.metadata import version

import structlog

from config.asgi import application
from config.commands.console import ready
from config.elected import Elected
from config.holder import schedule_held
from config.logs import set_up
from config.postbox import listening
from config.server import AlarmClock, serve_until_told
from config.settings import load_settings
from config.site import Site
from config.soundness import hold_if_damaged
from feeds.follower import following
from feeds.store import divisions
from feeds.store.duty import SCHEDULE, Duty
from notifier.schedule import schedule

log = structlog.get_logger()


def run(*, host: str, port: int, role: str) -> None:
    """Serve until told to stop; work in flight is finished first."""
    with (
        ready(Site(load_settings())) as parts,
        nullcontext() if role == "web" else schedule_held(parts.database, parts.clock()),
    ):
        set_up(parts.settings.log_format)
        with parts.database.write() as session:
            divisions.sync(session, parts.newsroom.city)
        log.info("serving", host=host, port=port, role=role, version=version("civicwire"), at=parts.settings.base_url)
        scheduler = _alarm(parts) if role != "web" else None
        if role != "web":
            threading.Thread(target=hold_if_damaged, args=(parts.database, parts.clock), daemon=True).start()
        public = role != "scheduler"
        listen = parts.settings.bounce_listen if role != "web" else None
        with (
            following(parts.shelf) if public else nullcontext(),
            listening(parts.returns, *listen) if listen else nullcontext(),
        ):
            serve_until_told(
                application(parts, public=public),
                host=host,
                port=port,
                scheduler=scheduler,
                before_end=parts.ticks.stop,
            )


def _alarm(parts: Site) -> AlarmClock:
    """The schedule, of which one process at a time keeps the time."""

    def make() -> AlarmClock:
        zone, believed = parts.newsroom.city.zone, parts.timepiece.is_believed
        clock: AlarmClock = schedule(parts.ticks, zone, is_believed=believed, told=parts.rhythm.tell)
        return clock

    if parts.database.is_sqlite:
        parts.rhythm.rings = lambda: True
        return make()
    elected = Elected(Duty(parts.database, SCHEDULE), make)
    parts.rhythm.rings = lambda: elected.rings
    return elected
