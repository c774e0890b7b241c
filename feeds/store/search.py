"""Looking for articles: one function for both engines, whatever they were asked and however many they found."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BindParameter, and_, bindparam, func, select

from feeds.grams import Wanted
from feeds.marking import Marker, Piece, Texts
from feeds.model import Article, State
from feeds.query import Expression, read, wants_absent, without_absent, words
from feeds.store import reading
from feeds.store.database import Session
from feeds.store.search_engine import HIDDEN, LOWEST, Sought, slot, slot_end
from feeds.store.search_index import engine_of, facet
from feeds.store.tables import article, revision

FARTHEST = 200
"""How many articles a search lists. Of more, the newest that hold the words are put in order, and the newest that hold
them all in their titles: a common word must not cost more than a rare one."""

_JUDGED = 1_000
_CURRENT = and_(revision.c.article_id == article.c.id, revision.c.number == article.c.revision)


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What readers look for; None and empty ask for nothing. Words must all be there, "phrases" as they stand; AND, OR
    and NOT as in `feeds.query`.

    Of `divisions`, `boards` and `topics`, slugs, one each is enough; `since` and `until` bound the publication: from
    this instant on, and before that one. Without `newest` the best fit is first.
    """

    text: str = ""
    divisions: tuple[str, ...] = ()
    boards: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    language: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    newest: bool = False
    limit: int = 20
    offset: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One article found: its title, and the piece of its text that shows best what was asked for."""

    article: Article
    title: tuple[Piece, ...]
    snippet: tuple[Piece, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """One page of what was found. `total` counts what can be listed; `more` says that there is more than that."""

    hits: tuple[Hit, ...] = ()
    total: int = 0
    more: bool = False

    def pages(self, length: int) -> int:
        """How many pages of this length there are; one even of nothing."""
        return max(1, -(-self.total // length))


def search(session: Session, query: Query) -> Results:
    """What readers find: published articles only, at most 200 of them."""
    wish = read(query.text)
    if query.text.strip() and wish is None:
        return Results()
    marker = Marker(Wanted(tuple(dict.fromkeys(words(wish)))))
    found = _found(session, query, wish)
    more = len(found) > FARTHEST
    if marker.wanted.words and not query.newest:
        title = without_absent(wish)
        if more and title:
            # Who holds all in the title holds all, unless something is to be absent elsewhere too.
            found += _found(session, query, wish if wants_absent(wish) else None, title=title)
            found = list(dict.fromkeys(found))
        ordered = _best(session, found, marker)
    else:
        ordered = _newest(session, found)
    ordered = ordered[:FARTHEST]
    page = ordered[max(query.offset, 0) :][: max(query.limit, 0)]
    articles = reading.by_id(session, page)
    hits = tuple(_hit(articles[one], marker) for one in page if one in articles)
    return Results(hits=hits, total=len(ordered), more=more)


def ids(session: Session, text: str, *, limit: int) -> tuple[int, ...]:
    """The articles of any state that hold these words: what is not public first, then the newest. For staff."""
    wish = read(text)
    if wish is None:
        return ()
    sought = Sought(wish=wish, high=2 * HIDDEN, limit=max(limit, 0))
    return tuple(engine_of(session).find(session, sought))


def _found(session: Session, query: Query, wish: Expression | None, *, title: Expression | None = None) -> list[int]:
    sought = Sought(
        wish=wish,
        title=title,
        facets=_facets(query),
        low=slot(query.since) if query.since else LOWEST,
        high=slot_end(query.until) if query.until else HIDDEN,
        limit=FARTHEST + 1,
    )
    return engine_of(session).find(session, sought)


def _facets(query: Query) -> tuple[tuple[str, ...], ...]:
    given = {
        "division": query.divisions,
        "board": query.boards,
        "topic": query.topics,
        "language": (query.language,) if query.language else (),
    }
    return tuple(tuple(facet(kind, value) for value in values) for kind, values in given.items() if values)


def _written(found: Sequence[int]) -> BindParameter[Sequence[int]]:
    """Hundreds of numbers as part of the statement: sent as values they would cost more than the answer."""
    return bindparam("found", list(found), expanding=True, literal_execute=True)


def _newest(session: Session, found: Sequence[int]) -> list[int]:
    """Those of them that are public, the newest first."""
    wanted = select(article.c.id).where(article.c.id.in_(_written(found)), article.c.state == State.PUBLISHED)
    return list(session.execute(wanted.order_by(article.c.published_at.desc(), article.c.id.desc())).scalars())


def _best(session: Session, found: Sequence[int], marker: Marker) -> list[int]:
    """Those of them that are public, the best fit first, and of equal ones the newest."""
    judged = select(
        article.c.id,
        revision.c.title,
        revision.c.subtitle,
        revision.c.summary,
        func.substr(revision.c.body_text, 1, _JUDGED).label("text"),
    ).join(revision, _CURRENT)
    judged = judged.where(article.c.id.in_(_written(found)), article.c.state == State.PUBLISHED)
    rows = session.execute(judged.order_by(article.c.published_at.desc(), article.c.id.desc())).all()
    fits = {
        row.id: marker.fit(Texts(title=row.title, summary=f"{row.subtitle or ''}\n{row.summary}", text=row.text))
        if isinstance(row.title, str) and isinstance(row.text, str)
        else marker.fit(Texts(title="", summary="", text=""))  # it is damaged: left out where it is read whole
        for row in rows
    }
    return sorted(fits, key=lambda one: -fits[one])


def _hit(found: Article, marker: Marker) -> Hit:
    content = found.content
    snippet = marker.snippet((content.summary, content.body_text))
    return Hit(article=found, title=marker.pieces(content.title), snippet=snippet)
