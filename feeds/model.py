"""The words of the newsroom as frozen values. No behaviour beyond what follows from the value itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

Names = Mapping[str, str]
"""A name in each language of the city: language tag (BCP 47) to text."""


class State(StrEnum):
    """Where an article stands in its life."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"

    @property
    def is_public(self) -> bool:
        """Whether readers may know that there is such an article: it is, or was, published."""
        return self in (State.PUBLISHED, State.WITHDRAWN)


class ChangeKind(StrEnum):
    """What a change says happened to its article."""

    PUBLISHED = "published"
    CORRECTED = "corrected"
    EDITED = "edited"
    """A minor edit: documents are made again, readers are told nothing. Always quiet."""
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Division:
    """An office that issues articles. `parent` is the slug of its bureau, None at the top.

    `former` are slugs it had before; `retired` is the day from which it issues nothing more, and `successor` the slug
    of the division that goes on with its work, if any does.
    """

    slug: str
    names: Names
    parent: str | None = None
    telephone: str | None = None
    aliases: tuple[str, ...] = ()
    former: tuple[str, ...] = ()
    since: date | None = None
    retired: date | None = None
    successor: str | None = None

    def name(self, language: str) -> str:
        """The name in `language`, else in the first language it has."""
        return self.names.get(language) or next(iter(self.names.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """Where releases are posted: `path` is the breadcrumb per language, `source_id` the site's own id of it."""

    slug: str
    names: Names
    path: Mapping[str, tuple[str, ...]]
    source_id: str | None = None

    def name(self, language: str) -> str:
        """The name in `language`, else in the first language it has."""
        return self.names.get(language) or next(iter(self.names.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Advertising:
    """What a city sends that is advertising by law: which divisions with those below them, boards and topics, by slug.

    From `quiet_from` o'clock until `quiet_until` none of it is mailed, by the clock of who gets it; where both are the
    same hour, it is at all hours.
    """

    divisions: tuple[str, ...] = ()
    boards: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    addresses: Names = field(default_factory=dict)
    """The sender's postal address per language, which such a mail states."""
    quiet_from: int = 21
    quiet_until: int = 8

    def __post_init__(self) -> None:
        """ValueError for an hour that no clock shows."""
        if not {self.quiet_from, self.quiet_until} <= set(range(24)):
            raise ValueError("an hour is one of 0 to 23")


@dataclass(frozen=True, slots=True, kw_only=True)
class City:
    """What the city file says. `languages` is in order of preference; `divisions` in order of display."""

    names: Names
    newsroom_names: Names
    zone: ZoneInfo
    languages: tuple[str, ...]
    authority: str
    """Who mints ids: `authorityName,date` of a tag: URI (RFC 4151, section 2.1)."""
    sender_names: Names
    sender_address: str
    telephone: str
    licence: str
    fallback_division: str
    divisions: tuple[Division, ...]
    boards: tuple[Board, ...]
    advertising: Advertising = Advertising()

    def name(self, language: str) -> str:
        """The city's name in `language`, else in its first language."""
        return self.names.get(language) or self.names[self.languages[0]]

    def newsroom_name(self, language: str) -> str:
        """The newsroom's name in `language`, else in the city's first language."""
        return self.newsroom_names.get(language) or self.newsroom_names[self.languages[0]]

    def sender_name(self, language: str) -> str:
        """The sender's name in `language`, else in the city's first language."""
        return self.sender_names.get(language) or self.sender_names[self.languages[0]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture of an article; `address` is None where the source gave only the caption.

    One that we keep has `media`, the name under which it is stored, and then its width and height in pixels.
    `decorative` says that it tells nothing a reader who cannot see it would miss: its alt text is then empty.
    """

    caption: str
    credit: str | None = None
    alt: str | None = None
    address: str | None = None
    media: str | None = None
    width: int | None = None
    height: int | None = None
    decorative: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file beside an article; `length` in bytes, None where unknown. One we keep has `media`, its stored name."""

    name: str
    address: str
    media_type: str | None = None
    length: int | None = None
    media: str | None = None


_AROUND_A_TERM = " :：-–—.,;()[]<>“”‘’\"'「」『』"


@dataclass(frozen=True, slots=True, kw_only=True)
class Footnote:
    """A mark in the text, the term it hangs on, and the note; `note` is None where the source has none."""

    mark: str
    term: str
    note: str | None = None

    def is_given_by(self, line: str) -> bool:
        """Whether a line, with single spaces, is this note as a text spells it: after its mark, its term or both."""
        note = " ".join((self.note or "").split())
        head = line.removesuffix(note)
        rest = head.replace(self.mark, "", 1).replace(self.term, "", 1).strip(_AROUND_A_TERM)
        return head not in ("", line) and not rest


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a revision freezes: the text of an article in one language, already cleaned."""

    language: str
    title: str
    subtitle: str | None
    summary: str
    body_html: str
    body_text: str
    pictures: tuple[Picture, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    footnotes: tuple[Footnote, ...] = ()
    markdown: str | None = None
    """What the editor wrote, where `body_html` was made from Markdown; None where the HTML itself is the text."""

    @property
    def texts(self) -> tuple[str, ...]:
        """Everything that a reader may look for."""
        said = [text for picture in self.pictures for text in (picture.caption, picture.alt)]
        said += [attachment.name for attachment in self.attachments]
        said += [text for footnote in self.footnotes for text in (footnote.term, footnote.note)]
        return tuple(text for text in (self.title, self.subtitle, self.summary, self.body_text, *said) if text)

    @property
    def notes_beside(self) -> tuple[Footnote, ...]:
        """The footnotes with a note that no line of the text gives: a page of a board has each where it stood."""
        lines = [" ".join(line.split()) for line in self.body_text.splitlines()] if self.footnotes else []
        return tuple(one for one in self.footnotes if one.note and not any(map(one.is_given_by, lines)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A word of the managed vocabulary. A retired one stays on its articles and is offered no more."""

    slug: str
    names: Names
    retired: bool = False

    def name(self, language: str) -> str:
        """The name in `language`, else in the first language it has."""
        return self.names.get(language) or next(iter(self.names.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """That publication waits for a second person: who asked, when, and the version of the article they saw."""

    asked_by: str
    asked_at: datetime
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """What an article says of itself to its readers besides its text, in the order in which pages say it."""

    division: str | None
    telephone: str | None = None
    board: str | None = None
    topics: tuple[str, ...] = ()
    registered_on: date | None = None
    licence: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One frozen state of an article's text. `note` says what a correction changed; a minor edit has none.

    `filed` is what the article said of itself until the next one; None where that is to come, or it is not known.
    """

    number: int
    content: Content
    note: str | None
    author: str | None
    created_at: datetime
    filed: Filed | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One release as it stands: its identity and state, and the content of its current revision.

    `division` is None only for a draft whose source names none. Instants are aware, in UTC; `registered_on`
    is a day in the city's zone and None where the source gives none. `version` grows with every change but
    that of its twins: an edit names the version it was made from. `publish_at` is when a scheduled
    article becomes visible, or when a draft that waits for approval is wished to.
    """

    id: int
    guid: str
    state: State
    revision: int
    version: int = 1
    content: Content
    division: str | None
    board: str | None = None
    topics: tuple[str, ...] = ()
    telephone: str | None = None
    source_address: str | None = None
    registered_on: date | None = None
    licence: str | None = None
    urgent: bool = False
    approval: Approval | None = None
    publish_at: datetime | None = None
    mail: bool | None = None
    """Whether who follows it is told when it becomes public; None: if it is news then."""
    embargoed: bool = False
    """Whether accredited journalists may see it before it becomes public at `publish_at`."""
    embargoed_at: datetime | None = None
    """When they first could, also once it is public or off the schedule."""
    twins: tuple[tuple[str, int], ...] = ()
    """The same release in other languages: (language, article id), in order of language. Any state."""
    created_at: datetime
    published_at: datetime | None = None
    updated_at: datetime | None = None
    correction_note: str | None = None
    withdrawal_reason: str | None = None


def filed_of(article: Article) -> Filed:
    """What an article says of itself as it stands."""
    return Filed(
        division=article.division,
        telephone=article.telephone,
        board=article.board,
        topics=article.topics,
        registered_on=article.registered_on,
        licence=article.licence,
    )


def hour_is_known(article: Article, zone: ZoneInfo) -> bool:
    """Whether an article's hour of publication may be shown.

    One that was published elsewhere before has only its day of registration; it is dated by that day's first instant.
    """
    if article.published_at is None:
        return False
    return article.registered_on is None or article.published_at.astimezone(zone).time() != time()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One row of the change log. `number` is in commit order; `quiet` means that nobody is mailed about it."""

    number: int
    article_id: int
    revision: int
    kind: ChangeKind
    at: datetime
    quiet: bool = False
    filed_before: Mapping[str, Any] | None = None
    """The `division`, `board`, `topics` and `language` until this change, where one of them is another since."""


class StepKind(StrEnum):
    """What those who have a release under embargo are told of, and of nothing else."""

    RELEASED = "released"
    REVISED = "revised"
    """Its text was changed while it was under embargo."""
    MOVED = "moved"
    """It becomes public at another instant than was said."""
    ENDED = "ended"
    """It does not become public by itself any more: nobody may publish it."""
    LIFTED = "lifted"
    """It is public: by itself at its hour, or by hand before it."""
    CORRECTED = "corrected"
    """It was corrected after that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that happened under embargo. `until` is when it was to become public then, by what was said last.

    `before` is what had been said until a move. `change` is the number of the publication that lifted it, or of the
    correction after it.
    """

    number: int
    article_id: int
    revision: int
    kind: StepKind
    at: datetime
    until: datetime
    before: datetime | None = None
    change: int | None = None

    @property
    def came_early(self) -> bool:
        """Whether somebody made it public before the hour that was said."""
        return self.kind is StepKind.LIFTED and self.at < self.until


@dataclass(frozen=True, slots=True)
class Newsroom:
    """A city at its public address: what every page, feed and mail says of itself. `base_url` has no final slash."""

    city: City
    base_url: str
    undo: timedelta = timedelta()
    """For how long mails of what is published wait, so that they can be undone."""
    _by_slug: Mapping[str, Division] = field(init=False, repr=False, compare=False)
    _before: Mapping[str, tuple[str, ...]] = field(init=False, repr=False, compare=False)
    _lineages: Mapping[str, tuple[str, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index the divisions once by every slug that they have or had, and what came before each."""
        by_slug = {former: division for division in self.city.divisions for former in division.former}
        by_slug |= {division.slug: division for division in self.city.divisions}
        object.__setattr__(self, "_by_slug", by_slug)
        before: dict[str, list[str]] = {}
        for division in self.city.divisions:
            before.setdefault(division.slug, []).extend(division.former)
            if division.successor:
                before.setdefault(division.successor, []).append(division.slug)
        object.__setattr__(self, "_before", {slug: tuple(slugs) for slug, slugs in before.items()})
        # Every list and every feed asks: a city is read once and asked for ever.
        object.__setattr__(self, "_lineages", {slug: self._traced(slug) for slug in by_slug})

    def division(self, slug: str) -> Division | None:
        """The division that has this slug, or had it; None if none ever did. It may be retired."""
        return self._by_slug.get(slug)

    def current(self, slug: str) -> Division | None:
        """The division that does today what the one of this slug did: itself, or its last successor.

        One that was retired without a successor is answered itself; None if no division ever had the slug.
        """
        division, seen = self.division(slug), {slug}
        while division is not None and division.successor and division.successor not in seen:
            seen.add(division.successor)
            division = self.division(division.successor)
        return division

    @property
    def divisions(self) -> tuple[Division, ...]:
        """The divisions that issue articles today, in the city's order."""
        return tuple(division for division in self.city.divisions if division.retired is None)

    @property
    def earlier_divisions(self) -> tuple[Division, ...]:
        """The divisions that were retired, in the city's order."""
        return tuple(division for division in self.city.divisions if division.retired is not None)

    def lineage(self, slug: str) -> tuple[str, ...]:
        """Every slug whose followers follow this division: it, what it was, its successors, and the bureaus above.

        Nearest first. Who followed a division under an old slug, or one that was merged into this, goes on.
        """
        return self._lineages.get(slug) or (slug,)

    def is_advertising(self, article: "Article") -> bool:
        """Whether mail that tells of an article is advertising. What is urgent never is."""
        marked = self.city.advertising
        return not article.urgent and (
            not set(marked.divisions).isdisjoint(self.lineage(article.division or self.city.fallback_division))
            or article.board in marked.boards
            or not set(marked.topics).isdisjoint(article.topics)
        )

    def _traced(self, slug: str) -> tuple[str, ...]:
        chain: dict[str, None] = {}
        waiting, asked = [slug], set[str]()
        while waiting:
            here = waiting.pop(0)
            if here in asked:
                continue
            asked.add(here)
            division = self._by_slug[here]
            chain |= dict.fromkeys((here, *self._past(division.slug)))
            waiting += [one for one in (division.successor, division.parent) if one and one in self._by_slug]
        return tuple(chain)

    def _past(self, slug: str) -> tuple[str, ...]:
        """The slug, and every one whose work it took over, nearest first."""
        past = {slug: None}
        waiting = [slug]
        while waiting:
            before = [one for one in self._before.get(waiting.pop(0), ()) if one not in past]
            past |= dict.fromkeys(before)
            waiting += before
        return tuple(past)

    def within(self, slug: str) -> tuple[str, ...]:
        """Every slug under which a release of this division may be filed: its own, old ones, and those below it."""
        return tuple(known for known, followed in self._lineages.items() if slug in followed) or (slug,)

    def url(self, path: str) -> str:
        """The absolute address of a path of ours, which begins with a slash."""
        return self.base_url + path
