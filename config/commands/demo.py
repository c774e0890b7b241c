"""`civicwire demo`: the main job on the embedded default, from nothing to mails one can read in the browser."""

import logging
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from config.asgi import application
from config.commands.console import print_table
from config.demo.mailbox import catching
from config.demo.pages import MailPages
from config.demo.story import Event, Story, StoryClock
from config.logs import QUIET, set_up
from config.migrations.upgrading import upgrade
from config.server import Served, background, serve_until_told
from config.settings import Settings
from config.site import PAGE_TEMPLATES, Site
from feeds.errors import CivicwireError
from feeds.follower import following
from feeds.staff import SHELL, Role
from feeds.store import divisions
from feeds.web.chrome import Chrome, page_templates
from notifier.schedule import schedule
from notifier.transport.smtp import Tls

FOLDER = Path("var/demo")
_MARK = "civicwire.db"


def run(*, once: bool, port: int) -> None:
    """Tell the story in a fresh var/demo, print what happened, and serve on unless `once`."""
    began = time.monotonic()
    set_up(level=QUIET)
    _clear(FOLDER)
    with catching() as (mailbox, smtp_port):
        clock = StoryClock()
        parts = Site(_settings(port, smtp_port), clock)
        try:
            upgrade(parts.database)
            with parts.database.write() as session:
                divisions.sync(session, parts.newsroom.city)
            templates = page_templates((*PAGE_TEMPLATES, ("config", "demo/templates")))
            chrome = Chrome(parts.newsroom, parts.words, parts.assets, templates)
            app = application(parts, extra=MailPages(mailbox, chrome).routes)
            with background(app, port=port):
                events = Story(parts, clock, mailbox).tell()
            _print(parts, events, time.monotonic() - began)
            if any(not event.well for event in events):
                raise CivicwireError("the demonstration is not complete: see the lines marked MISSING")
            if not once:
                _serve(parts, app, port)
        finally:
            parts.database.close()


def _settings(port: int, smtp_port: int) -> Settings:
    return Settings(
        database_url=f"sqlite:///{FOLDER / _MARK}",
        base_url=f"http://127.0.0.1:{port}",
        smtp_host="127.0.0.1",
        smtp_port=smtp_port,
        smtp_tls=Tls.NONE,
        undo_seconds=10,
    )


def _clear(folder: Path) -> None:
    """Begin with an empty folder; only one of an earlier demonstration is emptied."""
    if folder.exists() and any(folder.iterdir()):
        if not (folder / _MARK).is_file():
            raise CivicwireError(f"{folder} holds something else: move it away, the demonstration empties it")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)


def _print(parts: Site, events: Sequence[Event], seconds: float) -> None:
    rows = [(event.what, "ok" if event.well else "MISSING", event.found, event.where) for event in events]
    title = f"{parts.newsroom.city.newsroom_name('en')}: what happened, in {seconds:.1f} s"
    print_table(("what", "", "found", "look at"), rows, title=title)


def _serve(parts: Site, app: Served, port: int) -> None:
    base = parts.newsroom.base_url
    print(f"\nNow serving: pages {base}/  feeds {base}/feeds  mails {base}/dev/mail  (Ctrl-C ends)")
    handed = parts.accounts.add(SHELL.name, "editor", role=Role.OPERATOR)
    print(f"The newsroom: {base}/newsroom  name “{handed.person.name}”  password “{handed.password}”")
    sys.stdout.flush()
    set_up(level=logging.WARNING)  # whoever looks around is told by a page that what is broken was noted
    alarm = schedule(parts.ticks, parts.newsroom.city.zone)
    with following(parts.shelf):
        serve_until_told(app, host="127.0.0.1", port=port, scheduler=alarm, before_end=parts.ticks.stop)
