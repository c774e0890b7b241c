"""Keeps what can be found in line with the articles, in the transaction that changes them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from feeds.grams import tokens
from feeds.model import Content, State
from feeds.store.database import Session
from feeds.store.schema import told
from feeds.store.search_engine import Document, Engine, number_of
from feeds.store.search_postgres import Vectors
from feeds.store.search_sqlite import Fts5
from feeds.store.tables import article, article_topic, revision

CHANGED = "changed:yes"
"""The facet of what was corrected after its publication."""
_ENGINES: Mapping[str, Engine] = {"sqlite": Fts5(), "postgresql": Vectors()}


def engine_of(session: Session) -> Engine:
    """The engine of this session's database."""
    return _ENGINES[session.dialect.name]


def index(session: Session, article_id: int, content: Content) -> None:
    """Make an article findable by this text, in place of what was known of it."""
    index_all(session, {article_id: content})


def index_all(session: Session, contents: Mapping[int, Content]) -> None:
    """Make articles findable by these texts, by their ids. Many at once cost far less than one by one."""
    filed = _filed(session, contents)
    documents = [
        Document(
            number=number_of(article_id, filed[article_id].published_at),
            article_id=article_id,
            title=tokens([content.title]),
            words=tokens(content.texts),
            facets=filed[article_id].facets(content.language),
        )
        for article_id, content in contents.items()
    ]
    if documents:
        engine_of(session).write(session, documents)


def place(session: Session, article_id: int) -> None:
    """File an article's document where the article's row now says: among what is public, or not."""
    filed = _filed(session, [article_id])[article_id]
    current = (revision.c.article_id == article.c.id) & (revision.c.number == article.c.revision)
    spoken = select(revision.c.language).join(article, current).where(article.c.id == article_id)
    language: str = session.execute(spoken).scalar_one()
    engine_of(session).move(session, article_id, number_of(article_id, filed.published_at), filed.facets(language))


def remove(session: Session, article_id: int) -> None:
    """Forget an article that is about to be destroyed."""
    engine_of(session).forget(session, article_id)


def facet(kind: str, value: str) -> str:
    """The token by which a filter finds: the kind is `division`, `board`, `topic` or `language`."""
    return f"{kind}:{value}"


@dataclass(frozen=True, slots=True)
class _Filed:
    """What an article's row says of where its document belongs. `published_at` is None unless it is public now."""

    published_at: datetime | None
    division: str | None
    board: str | None
    topics: tuple[str, ...]
    changed: bool
    """Whether it was corrected since it was published."""

    def facets(self, language: str) -> tuple[str, ...]:
        """What filters find it by; nothing for what is not public, of which nobody asks by filter."""
        if self.published_at is None:
            return ()
        found = [facet("language", language)]
        found += [facet("division", self.division)] if self.division else []
        found += [facet("board", self.board)] if self.board else []
        found += [CHANGED] if self.changed else []
        return (*found, *(facet("topic", topic) for topic in self.topics))


def _filed(session: Session, ids: Iterable[int]) -> dict[int, _Filed]:
    wanted = list(ids)
    topics: dict[int, list[str]] = {}
    said = select(article_topic.c.article_id, article_topic.c.topic).where(article_topic.c.article_id.in_(wanted))
    for article_id, topic in session.execute(said.order_by(article_topic.c.topic)):
        topics.setdefault(article_id, []).append(topic)
    columns = [article.c[name] for name in ("id", "state", "division", "board")]
    instants = [told(article.c[name]).label(name) for name in ("published_at", "updated_at")]
    rows = session.execute(select(*columns, *instants).where(article.c.id.in_(wanted)))
    return {
        row.id: _Filed(
            row.published_at if row.state == State.PUBLISHED else None,
            row.division,
            row.board,
            tuple(topics.get(row.id, ())),
            row.published_at is not None and row.updated_at is not None and row.updated_at > row.published_at,
        )
        for row in rows
    }
