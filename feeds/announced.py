"""Of which feeds hubs are told, and which of them a change touches. Pure.

Feeds that name one thing at most, a division, a topic, a board or a language. Those alone name hubs: of a combination
nobody could say after a restart that somebody follows it there, and a feed that promises a hub must keep it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from feeds.addresses import FEED_TYPES, scope_feed_path
from feeds.model import Article, Newsroom, Topic
from feeds.scope import Scope

MOST = 500
"""Of how many addresses one round tells a hub at most."""


def is_announced(scope: Scope) -> bool:
    """Whether hubs are told of this feed."""
    return scope.values + (scope.language is not None) <= 1 and not scope.words


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """What an article is filed under, or was: by which feeds of one thing show it."""

    division: str | None
    board: str | None
    topics: Sequence[str]
    language: str


def filed(article: Article) -> Filed:
    """What an article is filed under as it stands."""
    return Filed(
        division=article.division, board=article.board, topics=article.topics, language=article.content.language
    )


def touched(places: Iterable[Filed], newsroom: Newsroom) -> list[Scope]:
    """The feeds that show, or showed, what is or was filed there, the widest first."""
    found = {Scope(): None}
    shown = list(places)
    for one in shown:
        going_on = (newsroom.current(slug) for slug in newsroom.lineage(one.division or ""))
        found |= {Scope((division.slug,)): None for division in going_on if division}
    for one in shown:
        found |= {Scope(boards=(one.board,)): None} if one.board else {}
        found |= {Scope(topics=(topic,)): None for topic in one.topics}
        found[Scope(language=one.language)] = None
    return list(found)


def every(newsroom: Newsroom, vocabulary: Iterable[Topic]) -> list[Scope]:
    """All of them, the widest first."""
    city = newsroom.city
    return [
        Scope(),
        *(Scope((division.slug,)) for division in newsroom.divisions),
        *(Scope(boards=(board.slug,)) for board in city.boards),
        *(Scope(topics=(topic.slug,)) for topic in vocabulary),
        *(Scope(language=language) for language in city.languages),
    ]


def names(newsroom: Newsroom, vocabulary: Sequence[Topic]) -> str:
    """Stands for all that these feeds say besides their releases: what the city, its divisions, boards and topics are
    called, and where they are. Another name of any is another text, in every process and after every restart."""
    city = newsroom.city
    said = (
        newsroom.base_url,
        city.authority,
        city.licence,
        city.telephone,
        city.zone.key,
        city.languages,
        [sorted(one.items()) for one in (city.names, city.newsroom_names)],
        [
            (one.slug, sorted(one.names.items()), one.telephone, one.parent, one.former, one.retired, one.successor)
            for one in city.divisions
        ],
        [(one.slug, sorted(one.names.items()), sorted(one.path.items())) for one in city.boards],
        [(one.slug, sorted(one.names.items())) for one in vocabulary],
    )
    return sha256(repr(said).encode()).hexdigest()


def addresses(scopes: Iterable[Scope], newsroom: Newsroom) -> list[str]:
    """The addresses of these feeds in every format, no more of them than one round tells."""
    found = [newsroom.url(scope_feed_path(scope, form)) for scope in scopes for form in FEED_TYPES]
    return found[:MOST]
