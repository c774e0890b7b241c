"""What the desk's pages show of an article: values made from it, in words of the visitor's language."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import ceil

from feeds.model import Article, ChangeKind, Division, Newsroom, State, hour_is_known
from feeds.readiness import Lack
from feeds.staff import Actor
from feeds.store.undoing import Waiting
from feeds.web.chrome import OWN_NAMES
from feeds.web.dates import day, stamp
from feeds.web.newsroom.room import article_path
from feeds.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One article in a list. `when` is the instant that matters in its state, in words; tags are (kind, text)."""

    article: Article
    url: str
    division_name: str
    standing: str
    state: str
    when: str
    at: datetime | date
    tags: tuple[tuple[str, str], ...]


def line(article: Article, newsroom: Newsroom, words: Words) -> Line:
    """An article as a list shows it."""
    state = standing(article)
    at = _instant(article, newsroom)
    return Line(
        article=article,
        url=article_path(article.id),
        division_name=division_name(article, newsroom, words),
        standing=words(f"standing.{state}"),
        state=state,
        when=at.isoformat() if not isinstance(at, datetime) else stamp(at, newsroom.city.zone),
        at=at,
        tags=tuple(tags(article, words)),
    )


def standing(article: Article) -> str:
    """Where an article stands, as the key of a word: its state, or that it waits for approval."""
    return "waiting" if article.approval is not None else article.state.value


def division_name(article: Article, newsroom: Newsroom, words: Words) -> str:
    """The name of the division it is filed under, in the visitor's language; that it is unknown, where it is."""
    if article.division is None:
        return words("desk.no_division")
    division = newsroom.division(article.division)
    return division.name(words.language) if division else article.division


@dataclass(frozen=True, slots=True)
class Group:
    """Choices of a list that belong together, as (slug, name); without a label they stand by themselves."""

    label: str
    options: tuple[tuple[str, str], ...]


def grouped(divisions: Sequence[Division], language: str) -> list[Group]:
    """These divisions as a list offers them: each bureau with those below it, in the order in which bureaus come.

    The bureau is the first of its group. One whose bureau is not among them, or that has none below it, stands alone.
    """
    known = {one.slug: one for one in divisions}
    groups: dict[str, list[tuple[str, str]]] = {}
    for one in divisions:
        groups.setdefault(_top(one, known), [])
    for one in divisions:
        top = _top(one, known)
        groups[top].insert(0 if one.slug == top else len(groups[top]), (one.slug, one.name(language)))
    return [
        Group(known[top].name(language) if len(options) > 1 else "", tuple(options)) for top, options in groups.items()
    ]


def _top(division: Division, known: Mapping[str, Division]) -> str:
    """The slug of the highest division above this one, of those known."""
    while division.parent is not None and division.parent in known:
        division = known[division.parent]
    return division.slug


def language_name(code: str) -> str:
    """A language in that language."""
    return OWN_NAMES.get(code, code)


def tags(article: Article, words: Words) -> Iterable[tuple[str, str]]:
    """What else a list says of an article, in words."""
    if article.urgent:
        yield "urgent", words("tag.urgent")
    if article.correction_note:
        yield "corrected", words("tag.corrected")
    if article.content.language != words.language:
        yield "lang", language_name(article.content.language)


def _instant(article: Article, newsroom: Newsroom) -> datetime | date:
    """By what the list orders it too: its hour, its publication, its withdrawal, or the last change of a draft."""
    if article.state is State.SCHEDULED and article.publish_at is not None:
        return article.publish_at
    if article.state is State.PUBLISHED and article.published_at is not None:
        is_known = hour_is_known(article, newsroom.city.zone)
        return article.published_at if is_known else article.published_at.astimezone(newsroom.city.zone).date()
    return article.updated_at or article.created_at


def publication_day(article: Article, newsroom: Newsroom, words: Words) -> str:
    """When it was published, as precisely as is known."""
    at = article.published_at or article.created_at
    full = day(at, newsroom.city.zone, words.language).full
    if not hour_is_known(article, newsroom.city.zone):
        return full
    return f"{full} {at.astimezone(newsroom.city.zone):%H:%M}"


def moment(at: datetime, newsroom: Newsroom, words: Words) -> str:
    """An instant in a sentence: the day in words and the hour, in the city's zone."""
    return f"{day(at, newsroom.city.zone, words.language).full} {at.astimezone(newsroom.city.zone):%H:%M}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo:
    """Until when the mails about an article can be undone: the hour in the city, the seconds left, and whether they are
    the first about it."""

    at: str
    seconds: int
    is_new: bool


def undo_of(waiting: Sequence[Waiting], article: Article, newsroom: Newsroom, now: datetime) -> Undo | None:
    """Until when the mails about an article can be undone; None where none wait."""
    own = [one for one in waiting if one.article_id == article.id]
    if not own:
        return None
    until = max(one.until for one in own)
    return Undo(
        at=f"{until.astimezone(newsroom.city.zone):%H:%M:%S}",
        seconds=max(0, ceil((until - now).total_seconds())),
        is_new=any(one.kind is ChangeKind.PUBLISHED for one in own),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    """The same release in another language, or what may be it."""

    id: int
    language: str
    title: str
    standing: str
    version: int


def twin(article: Article, words: Words) -> Twin:
    """An article as a twin is shown."""
    return Twin(
        id=article.id,
        language=article.content.language,
        title=article.content.title,
        standing=words(f"standing.{standing(article)}"),
        version=article.version,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class May:
    """What one may do with an article now; the page offers that and nothing else."""

    edit: bool = False
    publish: bool = False
    reschedule: bool = False
    unschedule: bool = False
    approve: bool = False
    take_back: bool = False
    discard: bool = False
    correct: bool = False
    withdraw: bool = False
    link: bool = False

    @property
    def anything(self) -> bool:
        """Whether there is anything to do at all."""
        return any(getattr(self, name) for name in self.__slots__)


def may(article: Article, actor: Actor, newsroom: Newsroom, missing: Sequence[Lack]) -> May:
    """What this person may do with the article; `missing` is what it lacks for publication."""
    if not actor.covers(newsroom, article.division):
        return May()
    if article.state is State.WITHDRAWN:
        return May()
    if article.state is State.PUBLISHED:
        return May(correct=True, withdraw=True, link=True)
    if article.state is State.SCHEDULED:
        return May(edit=True, reschedule=not article.urgent, unschedule=True, link=True)
    if article.approval is not None:
        own = article.approval.asked_by == actor.name
        return May(edit=True, approve=not own, take_back=own, link=True)
    return May(edit=True, publish=not missing, discard=article.embargoed_at is None, link=True)
