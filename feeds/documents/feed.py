"""One scope as a feed: what it says of itself, and its entries. Pure, no XML here."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from feeds.addresses import FEED_TYPES, scope_feed_path, scope_path
from feeds.documents.entry import NOTHING, Beside, Entry, entry_of, rights_of, utc, words_of
from feeds.documents.text import clean, one_line
from feeds.model import Article, Newsroom
from feeds.scope import Scope
from feeds.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A scope as a document: what it says of itself, its entries, and the articles it left out.

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
    left_out: tuple[tuple[int, str], ...] = ()
    """The id of every article that could not become an entry, with the reason."""


def feed_of(
    *,
    newsroom: Newsroom,
    words: Mapping[str, Words],
    scope: Scope,
    language: str,
    articles: Sequence[Article],
    empty_at: datetime,
    beside: Beside = NOTHING,
    hubs: Sequence[str] = (),
    max_age: int = 300,
) -> Feed:
    """The feed of a scope over these articles, speaking `language`.

    An article that cannot be shown is left out and named in `left_out`; the others go on. `empty_at` is the
    aware instant at which a feed without entries says it was updated.
    """
    entries, left_out = _entries(articles, newsroom, words, beside)
    city, say = newsroom.city, words_of(words, language, newsroom)
    names = {"newsroom": city.newsroom_name(language), "city": city.name(language)}
    names["scope"] = say("scope.and").join(scope_names(scope, newsroom, say, beside))
    kind = "division" if names["scope"] else "all"
    return Feed(
        id=clean(f"tag:{city.authority}:{scope_feed_path(scope, '').removeprefix('/').replace('feeds/', 'feed/', 1)}"),
        title=one_line(say(f"feed.title.{kind}", **names)),
        subtitle=one_line(say(f"feed.subtitle.{kind}", **names)),
        language=language,
        author=one_line(names["newsroom"]),
        rights=rights_of(city.licence, say),
        self_urls={format: newsroom.url(scope_feed_path(scope, format)) for format in FEED_TYPES},
        alternate_url=newsroom.url(scope_path(scope)),
        directory_url=newsroom.url("/feeds"),
        stylesheet_url=newsroom.url("/feeds.css"),
        updated=max((entry.updated for entry in entries), default=utc(empty_at)),
        entries=entries,
        hubs=tuple(hubs),
        max_age=max_age,
        left_out=left_out,
    )


def holding(entry: Entry) -> Feed:
    """A feed of one entry, of which nothing but the entry is wanted."""
    return Feed(
        id=entry.id,
        title=entry.title,
        subtitle=entry.title,
        language=entry.language,
        author=entry.division,
        rights=entry.rights,
        self_urls=dict.fromkeys(FEED_TYPES, entry.url),
        alternate_url=entry.url,
        directory_url="",
        stylesheet_url="",
        updated=entry.updated,
        entries=(entry,),
    )


def scope_names(scope: Scope, newsroom: Newsroom, say: Words, beside: Beside) -> list[str]:
    """What a scope is called, piece by piece: nothing for all releases. A slug that is not known stands for itself."""
    language = say.language
    divisions = ((slug, newsroom.division(slug)) for slug in scope.divisions)
    names = [known.name(language) if known else slug for slug, known in divisions]
    topics = ((slug, beside.topics.get(slug)) for slug in scope.topics)
    names += [known.name(language) if known else slug for slug, known in topics]
    boards = {board.slug: board.name(language) for board in newsroom.city.boards}
    names += [boards.get(slug, slug) for slug in scope.boards]
    if scope.words:
        names.append(say("scope.words", words=scope.words))
    if scope.language:
        key = f"tongue.{scope.language}"
        names.append(say(key) if key in say.sentences else scope.language)
    return names


def _entries(
    articles: Iterable[Article], newsroom: Newsroom, words: Mapping[str, Words], beside: Beside
) -> tuple[tuple[Entry, ...], tuple[tuple[int, str], ...]]:
    kept: list[tuple[datetime, int, Entry]] = []
    left_out: list[tuple[int, str]] = []
    for article in articles:
        try:
            entry = entry_of(article, newsroom, words, beside)
        except Exception as error:  # one article of any brokenness must not take the feed with it (F61)
            left_out.append((article.id, str(error) or type(error).__name__))
        else:
            kept.append((entry.updated, article.id, entry))
    kept.sort(key=lambda row: row[:2], reverse=True)
    return tuple(entry for _, _, entry in kept), tuple(left_out)
