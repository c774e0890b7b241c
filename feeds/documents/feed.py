"""One scope as a feed: what it says of itself, and its entries. Pure, no XML here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from html import escape

from feeds.addresses import FEED_TYPES, LICENCES, scope_feed_path, scope_path
from feeds.documents.entry import Entry, Tombstone, rights_of, utc, words_of
from feeds.documents.text import clean, one_line
from feeds.model import Division, Newsroom, Topic
from feeds.naming import scope_names
from feeds.scope import Scope
from feeds.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A scope as a document: what it says of itself, and its entries.

    The entries are in order of their last change, the latest first: a correction comes to the top again.
    """

    id: str
    title: str
    subtitle: str
    language: str
    author: str
    rights: str
    self_urls: Mapping[str, str]
    """The feed's own address in each format: `rss`, `atom` and `json`."""
    alternate_url: str
    directory_url: str
    """Where people read what a feed is, and which there are."""
    stylesheet_url: str
    """What makes the raw document readable in a browser."""
    updated: datetime
    entries: tuple[Entry, ...]
    hubs: tuple[str, ...] = ()
    """The hubs that know at once of every change (WebSub, section 4)."""
    archives: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """The neighbours among the archives by relation (RFC 5005, section 4) and format: `prev-archive` and so on."""
    is_archive: bool = False
    max_age: int = 300
    """For how many seconds a reader need not ask again."""
    gone: tuple[Tombstone, ...] = ()
    """What its entries say of their end, where they are written apart from it and are not given."""

    @property
    def tombstones(self) -> tuple[Tombstone, ...]:
        """One for each of its entries that was withdrawn."""
        return self.gone or tuple(entry.tombstone for entry in self.entries if entry.tombstone)


def feed_of(
    *,
    newsroom: Newsroom,
    words: Mapping[str, Words],
    scope: Scope,
    language: str,
    topics: Mapping[str, Topic],
    entries: Sequence[Entry] = (),
    updated: datetime,
    hubs: Sequence[str] = (),
    self_urls: Mapping[str, str] | None = None,
    archives: Mapping[str, Mapping[str, str]] | None = None,
    is_archive: bool = False,
    max_age: int = 300,
) -> Feed:
    """The feed of a scope with these entries, speaking `language`; `topics` is the vocabulary by slug.

    `updated` is the aware instant at which it last changed; no entry is later than the feed. An archive says where it
    is itself by `self_urls`.
    """
    city, say = newsroom.city, words_of(words, language, newsroom)
    names = {"newsroom": city.newsroom_name(language), "city": city.name(language)}
    names["scope"] = say("scope.and").join(scope_names(scope, newsroom, say, topics))
    kind = "division" if names["scope"] else "all"
    return Feed(
        id=clean(f"tag:{city.authority}:{scope_feed_path(scope, '').removeprefix('/').replace('feeds/', 'feed/', 1)}"),
        title=one_line(say(f"feed.title.{kind}", **names)),
        subtitle=one_line(say(f"feed.subtitle.{kind}", **names)),
        language=language,
        author=one_line(names["newsroom"]),
        rights=rights_of(city.licence, say),
        self_urls=self_urls or {format: newsroom.url(scope_feed_path(scope, format)) for format in FEED_TYPES},
        alternate_url=newsroom.url(scope_path(scope)),
        directory_url=newsroom.url("/feeds"),
        stylesheet_url=newsroom.url("/feeds.css"),
        updated=max([utc(updated), *(entry.updated for entry in entries)]),
        entries=tuple(entries),
        hubs=tuple(hubs),
        archives=archives or {},
        is_archive=is_archive,
        max_age=max_age,
    )


def closing_of(division: Division, newsroom: Newsroom, words: Mapping[str, Words], language: str) -> Entry:
    """The last entry of a division's feed that was retired without a successor: it says where news went.

    ValueError for a division that goes on.
    """
    if division.retired is None:
        raise ValueError(f"{division.slug} goes on")
    city, say = newsroom.city, words_of(words, language, newsroom)
    at = utc(datetime.combine(division.retired, time(), city.zone))
    name, url = one_line(division.name(language)), newsroom.url("/feeds")
    title = one_line(say("feed.closed.title", division=name))
    text = one_line(say("feed.closed.text", division=name, date=division.retired.isoformat()))
    whom = one_line(say("feed.contact", division=city.name(language), telephone=city.telephone))
    way = f'<a href="{escape(url)}">{escape(say("feed.closed.way"))}</a>'
    return Entry(
        id=clean(f"tag:{city.authority}:feed/{division.slug}/closed"),
        url=url,
        title=title,
        language=language,
        summary=text,
        content_html=f"<p>{escape(text)}</p>\n<p>{way}</p>\n<p>{escape(whom)}</p>",
        division=name,
        telephone=one_line(city.telephone),
        categories=(),
        published=at,
        updated=at,
        enclosures=(),
        media=(),
        rights=rights_of(city.licence, say),
        rights_url=LICENCES.get(city.licence),
    )
