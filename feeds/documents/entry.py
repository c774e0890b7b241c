"""One article as an entry and one scope as a feed: the values that every format prints. Pure, no XML here.

Every string that leaves this module holds only characters that XML allows, every address is absolute and every
instant is aware and in UTC, so that a format has nothing left to refuse.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from urllib.parse import urljoin

from feeds.addresses import article_path, division_path, feed_path
from feeds.documents.text import absolute, absolute_html, clean, one_line
from feeds.figures import with_figures
from feeds.model import Article, Attachment, Content, Division, Newsroom, Picture, State
from feeds.words import Words

_SUMMARY_LENGTH = 300


@dataclass(frozen=True, slots=True)
class Category:
    """A division an entry belongs to: its slug, the address of all divisions, its name."""

    term: str
    scheme: str
    label: str


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file beside an entry; `length` in bytes, None where unknown."""

    address: str
    name: str
    media_type: str | None = None
    length: int | None = None


@dataclass(frozen=True, slots=True)
class Media:
    """A picture of an entry with what is said about it."""

    address: str
    caption: str
    credit: str | None = None
    alt: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One article as a feed shows it. `title`, `summary` and `rights` are plain text, `content_html` is HTML."""

    id: str
    url: str
    title: str
    language: str
    summary: str
    content_html: str
    division: str
    categories: tuple[Category, ...]
    published: datetime
    updated: datetime
    enclosures: tuple[Enclosure, ...]
    media: tuple[Media, ...]
    rights: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A scope as a document: what it says of itself, its entries newest first, and the articles it left out."""

    id: str
    title: str
    subtitle: str
    language: str
    author: str
    rights: str
    self_urls: Mapping[str, str]
    """The feed's own address in each format: `rss` and `atom`."""
    alternate_url: str
    updated: datetime
    entries: tuple[Entry, ...]
    left_out: tuple[tuple[int, str], ...] = ()
    """The id of every article that could not become an entry, with the reason."""


def feed_of(
    *,
    newsroom: Newsroom,
    words: Mapping[str, Words],
    slug: str,
    division: Division | None,
    language: str,
    articles: Sequence[Article],
    empty_at: datetime,
) -> Feed:
    """The feed of `slug` over these articles, of one division or of all (None), speaking `language`.

    An article that cannot be shown is left out and named in `left_out`; the others go on. `empty_at` is the
    aware instant at which a feed without entries says it was updated.
    """
    entries, left_out = _entries(articles, newsroom, words)
    city, say = newsroom.city, _words(words, language, newsroom)
    names = {"newsroom": city.newsroom_name(language), "city": city.name(language)}
    kind = "all" if division is None else "division"
    if division is not None:
        names["division"] = division.name(language)
    return Feed(
        id=clean(f"tag:{city.authority}:feed/{slug}"),
        title=one_line(say(f"feed.title.{kind}", **names)),
        subtitle=one_line(say(f"feed.subtitle.{kind}", **names)),
        language=language,
        author=one_line(names["newsroom"]),
        rights=_rights(city.licence, say),
        self_urls={format: newsroom.url(feed_path(slug, format)) for format in ("rss", "atom")},
        alternate_url=newsroom.url("/" if division is None else division_path(division.slug)),
        updated=max((entry.updated for entry in entries), default=_utc(empty_at)),
        entries=entries,
        left_out=left_out,
    )


def entry_of(article: Article, newsroom: Newsroom, words: Mapping[str, Words]) -> Entry:
    """The entry of a published or withdrawn article, in the article's language.

    A withdrawn one keeps its title and says that it was withdrawn and why, and nothing else of it. ValueError
    where the article is a draft, or nothing of its title or guid is left after cleaning, or an instant has no zone.
    """
    if article.state is State.DRAFT or article.published_at is None:
        raise ValueError("it is not published")
    content, say = article.content, _words(words, article.content.language, newsroom)
    title, guid = one_line(content.title), one_line(article.guid)
    if not title or not guid:
        raise ValueError(f"it has no {'guid' if title else 'title'}")
    url = newsroom.url(article_path(article))
    division = _division(article, newsroom)
    withdrawn = article.state is State.WITHDRAWN
    enclosures = () if withdrawn else tuple(_enclosures(content.attachments, url))
    parts = _withdrawal(article, say) if withdrawn else _body(article, url, enclosures, say)
    return Entry(
        id=guid,
        url=url,
        title=one_line(say("feed.withdrawn.title", title=title)) if withdrawn else title,
        language=one_line(content.language),
        summary=one_line(say("feed.withdrawn.notice")) if withdrawn else _summary(content, title),
        content_html=clean("\n".join([*parts, _contact(article, division, newsroom, say)])),
        division=_name(division, content.language, newsroom),
        categories=tuple(_categories(division, content.language, newsroom)),
        published=_utc(article.published_at),
        updated=_utc(article.updated_at or article.published_at),
        enclosures=enclosures,
        media=() if withdrawn else tuple(_media(content.pictures, url)),
        rights=_rights(article.licence or newsroom.city.licence, say),
    )


def _entries(
    articles: Iterable[Article], newsroom: Newsroom, words: Mapping[str, Words]
) -> tuple[tuple[Entry, ...], tuple[tuple[int, str], ...]]:
    kept: list[tuple[datetime, int, Entry]] = []
    left_out: list[tuple[int, str]] = []
    for article in articles:
        try:
            entry = entry_of(article, newsroom, words)
        except Exception as error:  # one article of any brokenness must not take the feed with it (F61)
            left_out.append((article.id, str(error) or type(error).__name__))
        else:
            kept.append((entry.published, article.id, entry))
    kept.sort(key=lambda row: row[:2], reverse=True)
    return tuple(entry for _, _, entry in kept), tuple(left_out)


def _words(words: Mapping[str, Words], language: str, newsroom: Newsroom) -> Words:
    return words.get(language) or words[newsroom.city.languages[0]]


def _utc(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("an instant must be aware of its zone")
    return instant.astimezone(UTC)


def _division(article: Article, newsroom: Newsroom) -> Division | None:
    return newsroom.division(article.division or "") or newsroom.division(newsroom.city.fallback_division)


def _name(division: Division | None, language: str, newsroom: Newsroom) -> str:
    return one_line(division.name(language) if division else newsroom.city.newsroom_name(language))


def _categories(division: Division | None, language: str, newsroom: Newsroom) -> Iterator[Category]:
    scheme = newsroom.url("/divisions")
    for slug in newsroom.lineage(division.slug) if division else ():
        known = newsroom.division(slug)
        if known:
            yield Category(known.slug, scheme, one_line(known.name(language)))


def _summary(content: Content, title: str) -> str:
    summary = one_line(content.summary)
    if summary:
        return summary
    start = one_line(content.body_text)
    return f"{start[:_SUMMARY_LENGTH].rstrip()}…" if len(start) > _SUMMARY_LENGTH else start or title


def _body(article: Article, url: str, enclosures: Sequence[Enclosure], say: Words) -> Iterator[str]:
    note = escape(one_line(article.correction_note or ""), quote=False)
    if note:
        yield f"<p><strong>{escape(say('feed.correction'))}</strong> {note}</p>"
    html = with_figures(
        article.content.body_html, article.content.pictures, url=lambda path: urljoin(url, path), several=False
    )
    yield absolute_html(url, clean(html))
    if enclosures:
        links = (f'<li><a href="{escape(file.address)}">{escape(file.name)}</a></li>' for file in enclosures)
        yield f"<p>{escape(say('feed.attachments'))}</p><ul>{''.join(links)}</ul>"


def _withdrawal(article: Article, say: Words) -> Iterator[str]:
    yield f"<p>{escape(say('feed.withdrawn.notice'))}</p>"
    reason = escape(one_line(article.withdrawal_reason or ""), quote=False)
    if reason:
        yield f"<p>{reason}</p>"


def _contact(article: Article, division: Division | None, newsroom: Newsroom, say: Words) -> str:
    # Nobody answers the telephone of a division that is no more: who goes on with its work does, or the city.
    now = newsroom.current(division.slug) if division else None
    asked = now.telephone if now and not now.retired else None
    telephone = article.telephone or asked or newsroom.city.telephone
    name = _name(division, article.content.language, newsroom)
    return f"<p>{escape(one_line(say('feed.contact', division=name, telephone=telephone)), quote=False)}</p>"


def _enclosures(attachments: Iterable[Attachment], url: str) -> Iterator[Enclosure]:
    for file in attachments:
        address = absolute(url, file.address)
        if address:
            name = one_line(file.name) or address
            yield Enclosure(address, name, one_line(file.media_type or "") or None, file.length)


def _media(pictures: Iterable[Picture], url: str) -> Iterator[Media]:
    for picture in pictures:
        address = absolute(url, picture.address) if picture.address else None
        if address:
            credit, alt = (one_line(text or "") or None for text in (picture.credit, picture.alt))
            yield Media(address, one_line(picture.caption), credit, alt)


def _rights(licence: str, say: Words) -> str:
    key = f"feed.licence.{licence}"
    return one_line(say(key) if key in say.sentences else licence)
