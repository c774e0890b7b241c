"""The sample releases of the demonstration: one TOML file each in `releases/`, in our own words."""

import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from importlib.resources import files
from zoneinfo import ZoneInfo

from feeds.intake.clean import clean_html, plain_text
from feeds.model import Content


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What is said of the picture that is drawn for a release."""

    caption: str
    credit: str
    alt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """What a release said at first, what it says instead, and the note that tells its readers."""

    was: str
    now: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleRelease:
    """One release to show. `division`, `board` and `topics` are slugs; `days_ago` and `time` are in the city's zone.

    `twin` names the same release in another language; `file` is the name and text of a file beside it. One under
    `embargo` becomes public on a day to come, which `days_ago` below zero says.
    """

    name: str
    content: Content
    division: str
    board: str
    days_ago: int
    time: time
    hero: bool
    urgent: bool
    topics: tuple[str, ...] = ()
    twin: str | None = None
    picture: Drawn | None = None
    file: tuple[str, str] | None = None
    slip: Slip | None = None
    embargo: bool = False

    def published_at(self, now: datetime, zone: ZoneInfo) -> datetime:
        """The instant, in UTC, at which it counts as published; never later than `now`, which is aware."""
        day = now.astimezone(zone).date() - timedelta(days=self.days_ago)
        return min(now, datetime.combine(day, self.time, zone)).astimezone(UTC)


def load_releases() -> tuple[SampleRelease, ...]:
    """Every sample release, in the order of the files' names: from those to come to the oldest."""
    folder = files("config").joinpath("demo", "releases")
    entries = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".toml")), key=lambda e: e.name)
    return tuple(_release(entry.name, entry.read_text(encoding="utf-8")) for entry in entries)


def _release(name: str, text: str) -> SampleRelease:
    fields = tomllib.loads(text)
    body = clean_html(fields["body_html"], base=None)
    return SampleRelease(
        name=name.removesuffix(".toml"),
        content=Content(
            language=fields["language"],
            title=fields["title"],
            subtitle=fields["subtitle"],
            summary=fields["summary"],
            body_html=body,
            body_text=plain_text(body),
        ),
        division=fields["division"],
        board=fields["board"],
        days_ago=fields["days_ago"],
        time=time.fromisoformat(fields["time"]),
        hero=fields["hero"],
        urgent=fields["urgent"],
        topics=tuple(fields.get("topics", ())),
        twin=fields.get("twin"),
        picture=Drawn(**fields["picture"]) if "picture" in fields else None,
        file=(fields["file"]["name"], fields["file"]["text"]) if "file" in fields else None,
        slip=Slip(**fields["slip"]) if "slip" in fields else None,
        embargo=fields.get("embargo", False),
    )
