"""A newsroom with one of everything that an export has to get right."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TypeVar

from jinja2 import Environment

from config.export.lasting import LastingSite
from config.export.run import Exported, exported
from config.settings import Settings
from config.site import PAGE_TEMPLATES, Site
from feeds import words
from feeds.media.keeper import attachment, picture
from feeds.model import Board, City, Division, Newsroom
from feeds.store import articles, divisions, reading, topics, twins
from feeds.store.articles import Filing
from feeds.store.database import Session
from feeds.web.chrome import page_templates
from feeds.words import Words
from tests.builders import BASE_URL, NOW, SECRET, Hands, content, small_city
from tests.media.samples import PDF, shot

S = TypeVar("S", bound=Site)
SPRING = datetime(2026, 3, 3, 2, 0, tzinfo=UTC)
PAGES = 3
WISH = "division=water&topic=buses&lang=en"


def city() -> City:
    """The small city, a few years on: a division was renamed, two were closed, and one left the file."""
    small = small_city()
    changed = {"water": replace(small.divisions[2], former=("rivers",))}
    changed["climate"] = replace(small.divisions[1], since=date(2020, 1, 1))
    closed = (
        Division(slug="tram", names={"en": "Trams", "ko": "전차과"}, retired=date(2026, 1, 1), successor="transport"),
        Division(slug="census", names={"en": "Census", "ko": "조사과"}, retired=date(2026, 2, 1)),
    )
    boards = (*small.boards, Board(slug="notices", names={"en": "Notices", "ko": "고시"}, path={"en": ("Notices",)}))
    now = tuple(changed.get(one.slug, one) for one in small.divisions)
    return replace(small, divisions=now + closed, boards=boards)


@dataclass(frozen=True)
class Sample:
    """A newsroom on a database, with a clock that the test moves."""

    settings: Settings
    city: City
    clock: Hands

    def program(self) -> Site:
        """The parts of the program that serves it."""
        return self._of(Site(self.settings, self.clock))

    def lasting(self) -> LastingSite:
        """The parts of one run of an export."""
        return self._of(LastingSite(self.settings, self.clock))

    def _of(self, parts: S) -> S:
        parts.newsroom = Newsroom(self.city, self.settings.base_url)
        parts.words, parts.page_templates = _read_once()
        return parts

    def export(
        self, folder: Path, *, wishes: tuple[str, ...] = (WISH,), whole: bool = False, in_a_part: int = 200
    ) -> Exported:
        """One run; `in_a_part` is how many releases one document of an archive holds."""
        parts = self.lasting()
        archives = replace(parts.feed_routes.archives, in_a_part=in_a_part)
        parts.feed_routes = replace(parts.feed_routes, archives=archives)
        try:
            return exported(parts, folder, wishes=wishes, pages=PAGES, whole=whole)
        finally:
            parts.database.close()

    def publish(
        self, title: str, *, division: str = "climate", language: str = "en", at: datetime = NOW, **said: object
    ) -> int:
        """Publish a release, and answer its number."""
        filing = Filing(division=division, board="news", topics=("buses",) if "bus" in title.lower() else ())
        parts = self.program()
        with parts.database.write() as session:
            number = articles.store(
                session, content(title, language, **said), filing=filing, authority=self.city.authority, now=at
            )
            articles.publish(session, number, fallback_division="press", now=at)
        parts.database.close()
        return number

    def publish_with_files(self, title: str) -> int:
        """Publish a release that shows a picture and offers a file."""
        parts = self.program()
        given = [parts.media.prepare(one, file_name="a") for one in (shot(), PDF)]
        with parts.database.write() as session:
            hall, file = (parts.media.keep(session, one, by="editor") for one in given)
        parts.database.close()
        return self.publish(
            title,
            division="press",
            pictures=(picture(hall, caption="The hall", credit="City", alt="A crowd"),),
            attachments=(attachment(file, "시간표 2026.pdf"),),
        )

    def change(self, act: Callable[[Session], object]) -> None:
        """Do something in the store."""
        parts = self.program()
        with parts.database.write() as session:
            act(session)
        parts.database.close()

    def correct(self, number: int, title: str, *, division: str | None = None, **said: object) -> None:
        """Correct a release, and file it elsewhere where a division is given."""

        def act(session: Session) -> None:
            filing = replace(articles.filing_of(reading.get(session, number)), division=division) if division else None
            text = content(title, **said)  # type: ignore[arg-type]
            articles.revise(session, number, text, note=f"Now {title}.", now=self.clock(), filing=filing)

        self.change(act)

    def withdraw(self, number: int) -> None:
        """Withdraw a release."""
        self.change(lambda session: articles.withdraw(session, number, reason="It was wrong.", now=self.clock()))


@cache
def _read_once() -> tuple[dict[str, Words], Environment]:
    """Sentences and templates, which are the same for every run."""
    return words.load("feeds", "notifier"), page_templates(PAGE_TEMPLATES)


def standing_in(folder: Path) -> Sample:
    """The newsroom of the database in a folder."""
    settings = Settings(database_url=f"sqlite:///{folder / 'civicwire.db'}", base_url=BASE_URL, secret_key=(SECRET,))
    return Sample(settings, small_city(), Hands())


def empty(folder: Path, prepared: Path) -> Sample:
    """A newsroom that has published nothing yet, in a copy of this database."""
    shutil.copy(prepared, folder / "civicwire.db")
    made = standing_in(folder)
    made.change(lambda session: topics.add(session, "buses", {"en": "Buses", "ko": "버스"}))
    return made


def full(folder: Path, prepared: Path) -> Sample:
    """A newsroom with one of everything, whose city once had a division of lamps."""
    made = replace(empty(folder, prepared), city=city())
    lamps = Division(slug="lamps", names={"en": "Lamps", "ko": "가로등과"})
    with_lamps = replace(made.city, divisions=(*made.city.divisions, lamps))
    made.change(lambda session: divisions.sync(session, with_lamps))
    for number in range(35):
        made.publish(f"Trees are planted {number}", at=SPRING + timedelta(hours=number))
    made.publish("물이 맑아졌습니다", division="water", language="ko", at=SPRING + timedelta(days=30))
    first = made.publish("Night buses run later", division="water")
    second = made.publish("밤 버스가 늦게까지 다닙니다", division="water", language="ko")
    made.change(lambda session: twins.link(session, first, second, now=NOW))
    for number in range(12):
        made.clock.forward(minutes=1)
        made.correct(first, f"Night buses run later still {number}")
    gone = made.publish("A bridge is closed", division="transport")
    made.withdraw(gone)
    made.publish_with_files("The hall opens")
    return made
