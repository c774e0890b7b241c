"""Tells hubs that feeds have changed, so that who follows them there hears at once (WebSub, publishers). A shell.

Follows the change log with a cursor for each hub, and the names that feeds say; speaks outside of any transaction. A
hub that fails keeps its cursor and is asked again later, ever more seldom: nothing waits for it, and when it is back it
hears of everything.
"""

import threading
from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlencode

import structlog

from feeds import announced
from feeds.clock import Clock
from feeds.fetching import post
from feeds.model import Newsroom
from feeds.outgoing import FetchRefused, Rules
from feeds.store import changes, hubs, reading, topics
from feeds.store.database import Database

log = structlog.get_logger()
RULES = Rules(ports=None, most_bytes=64 * 1024, most_seconds=10.0)
"""What one question may take (F63): the public internet alone, ten seconds and 64 KiB of an answer nobody reads."""
_MANY = 200
"""So many changes at once are not looked at one by one: every feed that hubs know of has changed."""
_ROUND = timedelta(minutes=5)
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=10), timedelta(hours=1)


class Hubs:
    """Tells hubs. Run it in one process as often as wanted; two that run at once share the work."""

    def __init__(
        self, database: Database, newsroom: Newsroom, addresses: Sequence[str], clock: Clock, *, rules: Rules = RULES
    ) -> None:
        """Take the parts; `addresses` are those of the hubs. None has been told of anything."""
        self._database = database
        self._newsroom = newsroom
        self._addresses = tuple(addresses)
        self._clock = clock
        self._rules = rules
        self._seen: tuple[int, str] | None = None
        self._stopping = threading.Event()

    def run(self) -> int:
        """Tell every hub that is due of what the run before this one saw; answers how many hubs heard.

        A hub fetches at once: by the next run every process has made its feeds anew.
        """
        if not self._addresses:
            return 0
        if self._seen is None:
            with self._database.write() as session:
                names = announced.names(self._newsroom, topics.known(session))
                hubs.know(session, self._addresses, names=names, now=self._clock())
        with self._database.read() as session:
            before = self._seen
            self._seen = changes.head(session), announced.names(self._newsroom, topics.known(session))
            if before is None:
                return 0
            to, names = before
            waiting = hubs.due(session, to=to, names=names, now=self._clock())
        return sum(self._tell(address, to, names) for address in waiting if not self._stopping.is_set())

    def stop(self) -> None:
        """End what is under way after the question that is being asked."""
        self._stopping.set()

    def _tell(self, address: str, to: int, names: str) -> bool:
        now = self._clock()
        with self._database.write() as session:
            claimed = hubs.claim(session, address, to=to, names=names, now=now, until=now + _ROUND)
        if claimed is None:
            return False
        cursor, renamed, failures = claimed
        try:
            for feed in self._changed(cursor, to, renamed=renamed):
                if self._stopping.is_set():
                    raise FetchRefused("the service stops")
                post(address, urlencode({"hub.mode": "publish", "hub.url": feed}).encode(), self._rules)
        except FetchRefused as refused:
            self._failed(address, failures + 1, refused)
            return False
        with self._database.write() as session:
            hubs.told(session, address, to=to, names=names, now=self._clock())
        return True

    def _changed(self, cursor: int, to: int, *, renamed: bool) -> list[str]:
        """The addresses of the feeds that the changes after one number and up to another touch: those that show what
        was changed, or a twin of it, which names it. All of them where something in them was `renamed`."""
        with self._database.read() as session:
            if renamed or to - cursor > _MANY:
                scopes = announced.every(self._newsroom, topics.known(session, retired=False))
            else:
                seen = changes.window(session, cursor, to)
                found = reading.by_id(session, {change.article_id for change in seen})
                twins = reading.by_id(session, {twin for one in found.values() for _, twin in one.twins})
                public = [twin for twin in twins.values() if twin.state.is_public]
                places = [announced.filed(article) for article in (*found.values(), *public)]
                places += [announced.Filed(**change.filed_before) for change in seen if change.filed_before]
                scopes = announced.touched(places, self._newsroom)
        return announced.addresses(scopes, self._newsroom)

    def _failed(self, address: str, failures: int, refused: FetchRefused) -> None:
        pause = min(_FIRST_PAUSE * 2 ** min(failures - 1, 12), _LONGEST_PAUSE)
        log.warning("hub.failed", hub=address, cause=str(refused), failures=failures, again_in=pause.total_seconds())
        with self._database.write() as session:
            hubs.failed(session, address, failures=failures, next_attempt_at=self._clock() + pause)
