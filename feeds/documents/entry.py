"""One article as an entry: the values that every format prints. Pure, no XML here.

Every string that leaves this module holds only characters that XML allows, every address is absolute and every
instant is aware and in UTC, so that a format has nothing left to refuse.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import escape
from urllib.parse import urljoin, urlsplit

from feeds.addresses import LICENCES, article_path
from feeds.documents.text import absolute, absolute_html, clean, one_line
from feeds.figures import with_figures
from feeds.media.files import TYPES
from feeds.model import Article, Attachment, Content, Division, Footnote, Newsroom, Picture, State, Topic
from feeds.words import Words

LONGEST_CONTENT = 120_000
"""Bytes of one entry's HTML as XML spells it. A longer text is given as its summary, with the way to the whole."""
LONGEST_SUMMARY = 2_000
"""Characters. A longer summary is cut."""
_SUMMARY_LENGTH = 300
APART = timedelta(milliseconds=10)
"""Over which releases of one instant are spread: so much later than the article says may be what its entry says."""


@dataclass(frozen=True, slots=True)
class Category:
    """What an entry is filed under, a division, board or topic: its slug, the address of all of its kind, its name."""

    term: str
    scheme: str
    label: str


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file beside an entry; `length` in bytes, None where unknown."""

    address: str
    name: str
    media_type: str
    length: int | None = None


@dataclass(frozen=True, slots=True)
class Media:
    """A picture of an entry with what is said about it; its size is in pixels, None where unknown."""

    address: str
    caption: str
    credit: str | None = None
    alt: str | None = None
    media_type: str | None = None
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True)
class Twin:
    """The same release in another language: where it is read."""

    language: str
    url: str


@dataclass(frozen=True, slots=True)
class Tombstone:
    """That an entry is no more (RFC 6721): which, since when, and what is said of it."""

    id: str
    withdrawn: datetime
    comment: str
    language: str


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a feed has to know of an entry to speak of itself: how fresh it is, and what is gone."""

    updated: datetime
    urgent: bool
    tombstone: Tombstone | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One article as a feed shows it. `title`, `summary` and `rights` are plain text, `content_html` is HTML.

    `updated` is never before `published`, and no two releases have the same (`told_apart`). `correction` says what was
    corrected last; `withdrawn` is when the article was withdrawn, and then the entry says so and nothing else of it.
    """

    id: str
    url: str
    title: str
    language: str
    summary: str
    content_html: str
    division: str
    telephone: str
    categories: tuple[Category, ...]
    published: datetime
    updated: datetime
    enclosures: tuple[Enclosure, ...]
    media: tuple[Media, ...]
    rights: str
    rights_url: str | None
    twins: tuple[Twin, ...] = ()
    correction: str | None = None
    withdrawn: datetime | None = None
    urgent: bool = False

    @property
    def stamp(self) -> Stamp:
        """What a feed has to know of it."""
        return Stamp(self.updated, self.urgent, self.tombstone)

    @property
    def tombstone(self) -> Tombstone | None:
        """What a feed says of its end; None where it has not been withdrawn."""
        return Tombstone(self.id, self.withdrawn, self.summary, self.language) if self.withdrawn else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What is known besides the articles: the vocabulary of topics by slug, and the public twins of articles by id."""

    topics: Mapping[str, Topic] = field(default_factory=dict)
    twins: Mapping[int, Article] = field(default_factory=dict)


NOTHING = Beside()


def entry_of(article: Article, newsroom: Newsroom, words: Mapping[str, Words], beside: Beside = NOTHING) -> Entry:
    """The entry of a published or withdrawn article, in the article's language.

    A withdrawn one keeps its title and says that it was withdrawn and why, and nothing else of it. ValueError
    where the article is not public, or nothing of its title or guid is left after cleaning, or an instant has no zone.
    """
    if not article.state.is_public or article.published_at is None:
        raise ValueError("it is not published")
    content, say = article.content, words_of(words, article.content.language, newsroom)
    title, guid = one_line(content.title), one_line(article.guid)
    if not title or not guid:
        raise ValueError(f"it has no {'guid' if title else 'title'}")
    url = newsroom.url(article_path(article))
    division = _division(article, newsroom)
    withdrawn = article.state is State.WITHDRAWN
    enclosures = () if withdrawn else tuple(_enclosures(content.attachments, url))
    correction = None if withdrawn else one_line(article.correction_note or "") or None
    published = told_apart(article.published_at, article.id)
    updated = max(published, told_apart(article.updated_at or article.published_at, article.id))
    summary = one_line(say("feed.withdrawn.notice")) if withdrawn else _summary(content, title)
    parts = (
        [*_withdrawal(article, say)]
        if withdrawn
        else [*_correction(correction, say), _text(content, url, summary, say)]
    )
    parts += [*_files(enclosures, say), _contact(article, division, newsroom, say)]
    licence = article.licence or newsroom.city.licence
    return Entry(
        id=guid,
        url=url,
        title=one_line(say("feed.withdrawn.title", title=title)) if withdrawn else title,
        language=one_line(content.language),
        summary=summary,
        content_html=clean("\n".join(parts)),
        division=_name(division, content.language, newsroom),
        telephone=_telephone(article, division, newsroom),
        categories=tuple(_categories(article, division, newsroom, beside)),
        published=published,
        updated=updated,
        enclosures=enclosures,
        media=() if withdrawn else tuple(_media(content.pictures, url)),
        rights=rights_of(licence, say),
        rights_url=LICENCES.get(licence),
        twins=() if withdrawn else tuple(_twins(article, newsroom, beside)),
        correction=correction,
        withdrawn=updated if withdrawn else None,
        urgent=article.urgent,
    )


def words_of(words: Mapping[str, Words], language: str, newsroom: Newsroom) -> Words:
    """The words of a language, or of the city's first one."""
    return words.get(language) or words[newsroom.city.languages[0]]


def utc(instant: datetime) -> datetime:
    """The instant in UTC. ValueError for one without a zone."""
    if instant.tzinfo is None:
        raise ValueError("an instant must be aware of its zone")
    return instant.astimezone(UTC)


def told_apart(instant: datetime, article_id: int) -> datetime:
    """The instant in UTC, moved on by less than a hundredth of a second that is the article's own.

    Releases of which only the day is known, or that were published together, have one instant; readers that go by
    it would take them for one, and validators warn. Of one article a later instant stays the later.
    """
    return utc(instant) + timedelta(microseconds=1) * (article_id % 10_000)


def rights_of(licence: str, say: Words) -> str:
    """A licence in words, or its own name where there are none."""
    key = f"feed.licence.{licence}"
    return one_line(say(key) if key in say.sentences else licence)


def _division(article: Article, newsroom: Newsroom) -> Division | None:
    return newsroom.division(article.division or "") or newsroom.division(newsroom.city.fallback_division)


def _name(division: Division | None, language: str, newsroom: Newsroom) -> str:
    return one_line(division.name(language) if division else newsroom.city.newsroom_name(language))


def _categories(article: Article, division: Division | None, newsroom: Newsroom, beside: Beside) -> Iterator[Category]:
    """The division and the bureaus above it, the board, the topics; each scheme is the address of a directory."""
    language = article.content.language
    for slug in newsroom.lineage(division.slug) if division else ():
        known = newsroom.division(slug)
        if known and known.slug == slug:  # not also what it was called before
            yield Category(known.slug, newsroom.url("/divisions"), one_line(known.name(language)))
    for board in newsroom.city.boards:
        if board.slug == article.board:
            yield Category(board.slug, newsroom.url("/feeds#boards"), one_line(board.name(language)))
    for slug in article.topics:
        topic = beside.topics.get(slug)
        yield Category(slug, newsroom.url("/feeds#topics"), one_line(topic.name(language)) if topic else slug)


def _twins(article: Article, newsroom: Newsroom, beside: Beside) -> Iterator[Twin]:
    for language, one in article.twins:
        twin = beside.twins.get(one)
        if twin is not None and twin.state is State.PUBLISHED:
            yield Twin(one_line(language), newsroom.url(article_path(twin)))


def _summary(content: Content, title: str) -> str:
    summary = one_line(content.summary)
    if summary:
        return summary if len(summary) <= LONGEST_SUMMARY else f"{summary[:LONGEST_SUMMARY].rstrip()}…"
    start = one_line(content.body_text)
    return f"{start[:_SUMMARY_LENGTH].rstrip()}…" if len(start) > _SUMMARY_LENGTH else start or title


def _correction(note: str | None, say: Words) -> Iterator[str]:
    if note:
        yield f"<p><strong>{escape(say('feed.correction'))}</strong> {escape(note, quote=False)}</p>"


def _text(content: Content, url: str, summary: str, say: Words) -> str:
    html = with_figures(
        content.body_html, content.pictures, url=lambda path: urljoin(url, path), say=say, several=False
    )
    # What the public validator calls a risk, as every attribute that it does not know.
    whole = absolute_html(url, clean(html).replace('<aside role="note">', "<aside>"))
    whole = "\n".join([whole, *_notes(content, say)])
    if len(escape(whole, quote=False).encode()) <= LONGEST_CONTENT:
        return whole
    way = f'<p><a href="{escape(url)}">{escape(say("feed.whole"))}</a></p>'
    return f"<p>{escape(summary, quote=False)}</p>\n{way}"


def _notes(content: Content, say: Words) -> Iterator[str]:
    if content.notes_beside:
        notes = "".join(f"<li>{_note(one)}</li>" for one in content.notes_beside)
        yield f"<p>{escape(say('feed.notes'))}</p><ul>{notes}</ul>"


def _note(one: Footnote) -> str:
    mark, term, note = (escape(one_line(text or ""), quote=False) for text in (one.mark, one.term, one.note))
    return f"{mark} <b>{term}</b>: {note}" if term else f"{mark} {note}"


def _files(enclosures: Sequence[Enclosure], say: Words) -> Iterator[str]:
    if enclosures:
        links = (f'<li><a href="{escape(file.address)}">{escape(file.name)}</a></li>' for file in enclosures)
        yield f"<p>{escape(say('feed.attachments'))}</p><ul>{''.join(links)}</ul>"


def _withdrawal(article: Article, say: Words) -> Iterator[str]:
    yield f"<p>{escape(say('feed.withdrawn.notice'))}</p>"
    reason = escape(one_line(article.withdrawal_reason or ""), quote=False)
    if reason:
        yield f"<p>{reason}</p>"


def _telephone(article: Article, division: Division | None, newsroom: Newsroom) -> str:
    # Nobody answers the telephone of a division that is no more: who goes on with its work does, or the city.
    now = newsroom.current(division.slug) if division else None
    asked = now.telephone if now and not now.retired else None
    return one_line(article.telephone or asked or newsroom.city.telephone)


def _contact(article: Article, division: Division | None, newsroom: Newsroom, say: Words) -> str:
    name = _name(division, article.content.language, newsroom)
    telephone = _telephone(article, division, newsroom)
    return f"<p>{escape(one_line(say('feed.contact', division=name, telephone=telephone)), quote=False)}</p>"


def _enclosures(attachments: Iterable[Attachment], url: str) -> Iterator[Enclosure]:
    for file in attachments:
        address = absolute(url, file.address)
        if address:
            name = one_line(file.name) or address
            media_type = one_line(file.media_type or "") or _type_of(name) or "application/octet-stream"
            yield Enclosure(address, name, media_type, file.length)


def _type_of(name: str) -> str | None:
    return TYPES.get(name.rpartition(".")[2].lower())


def _media(pictures: Iterable[Picture], url: str) -> Iterator[Media]:
    for picture in pictures:
        address = absolute(url, picture.address) if picture.address else None
        if address:
            credit, alt = (one_line(text or "") or None for text in (picture.credit, picture.alt))
            media_type = _type_of(urlsplit(address).path)
            media_type = media_type if media_type and media_type.startswith("image/") else None
            yield Media(address, one_line(picture.caption), credit, alt, media_type, picture.width, picture.height)
