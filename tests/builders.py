"""Values for tests: a test states what it is about, these fill in the rest."""

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from feeds.access.passwords import Cost
from feeds.model import Article, Board, Change, City, Content, Division
from feeds.store import articles
from feeds.store.articles import NO_WINDOW, Filing
from feeds.store.database import Database
from notifier.journal import Journal
from notifier.tokens import Tokens

BASE_URL = "http://newsroom.test"
NOW = datetime(2026, 5, 20, 3, 0, tzinfo=UTC)
"""A Wednesday, noon in Seoul."""
SECRET = "a-key-that-only-tests-know-0123456789"
QUICK = Cost(passes=1, kibibytes=8, lanes=1)
"""At this cost a password is checked at once: what a hash costs in earnest is no rule of these tests."""


class Hands:
    """A clock that a test moves."""

    def __init__(self, at: datetime = NOW) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **delta: float) -> None:
        self.at += timedelta(**delta)


_JOURNALS = tempfile.TemporaryDirectory()
"""Where the journals of databases on a server lie; gone when the tests end."""


def forget_journals() -> None:
    """What was noted of databases on a server: the next test's has the same name."""
    for path in Path(_JOURNALS.name).iterdir():
        if path.is_dir():  # as a test leaves it in the way of one
            path.rmdir()
        else:
            path.unlink()


def journal_of(database: Database, clock: Hands, tokens: Tokens | None = None) -> Journal:
    """The suppression journal of a database: beside a file, else in a folder of the tests."""
    path = Path(database.url.database or "")
    path = path if database.is_sqlite else Path(_JOURNALS.name) / path.name
    return Journal(path.with_name(path.name + ".journal"), tokens or Tokens([SECRET]), clock)


def small_city() -> City:
    """A city with two bureaus, three divisions below them and one board."""
    return City(
        names={"en": "Riverton", "ko": "강변시"},
        newsroom_names={"en": "Riverton Newsroom", "ko": "강변시 뉴스룸"},
        zone=ZoneInfo("Asia/Seoul"),
        languages=("en", "ko"),
        authority="riverton.example.org,2026",
        sender_names={"en": "Riverton Newsroom", "ko": "강변시 뉴스룸"},
        sender_address="newsroom@riverton.example.org",
        telephone="120",
        licence="KOGL-1",
        fallback_division="press",
        divisions=(
            Division(slug="environment", names={"en": "Environment Bureau", "ko": "환경국"}, telephone="053-100"),
            Division(slug="climate", names={"en": "Climate", "ko": "기후과"}, parent="environment"),
            Division(slug="water", names={"en": "Water", "ko": "물과"}, parent="environment", telephone="053-102"),
            Division(slug="transport", names={"en": "Transport Bureau", "ko": "교통국"}),
            Division(slug="press", names={"en": "Press Office", "ko": "대변인실"}, aliases=("강변시",)),
        ),
        boards=(Board(slug="news", names={"en": "City News"}, path={"en": ("News", "City News")}, source_id="BBS_1"),),
    )


def content(title: str = "Night buses run later", language: str = "en", **values: object) -> Content:
    """A text of a release."""
    given = {
        "subtitle": None,
        "summary": f"In short: {title}.",
        "body_html": f"<p>{title} from Monday on.</p>",
        "body_text": f"{title} from Monday on.",
    }
    return Content(language=language, title=title, **(given | values))  # type: ignore[arg-type]


def publish(
    database: Database,
    title: str = "Night buses run later",
    *,
    now: datetime = NOW,
    division: str | None = "climate",
    language: str = "en",
    quiet: bool = False,
    urgent: bool = False,
    undo: timedelta = NO_WINDOW,
) -> Change:
    """Store and publish a release; answers its change."""
    with database.write() as session:
        draft = articles.add(
            session,
            content(title, language),
            filing=Filing(division=division, urgent=urgent),
            authority="riverton.example.org,2026",
            now=now,
        )
        return articles.publish(session, draft.id, fallback_division="press", now=now, quiet=quiet, undo=undo)


def correct(
    database: Database,
    article_id: int,
    title: str,
    *,
    note: str = "A word.",
    now: datetime = NOW,
    undo: timedelta = NO_WINDOW,
) -> Change:
    """Correct a published release."""
    with database.write() as session:
        change = articles.revise(session, article_id, content(title), note=note, now=now, undo=undo)
    assert change is not None
    return change


def withdraw(database: Database, article_id: int, *, now: datetime = NOW) -> Change:
    """Withdraw a published release."""
    with database.write() as session:
        return articles.withdraw(session, article_id, reason="It was wrong.", now=now)


def draft(database: Database, title: str = "Not yet", *, now: datetime = NOW) -> Article:
    """Store a draft."""
    with database.write() as session:
        return articles.add(
            session, content(title), filing=Filing(division="water"), authority="riverton.example.org,2026", now=now
        )
