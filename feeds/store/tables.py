"""The tables of what has been published. The promises are the unique indexes, each with its reason."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from feeds.store.schema import Document, Instant, metadata

Id = BigInteger().with_variant(Integer, "sqlite")
"""SQLite numbers rows by itself only in a column of its own INTEGER type."""

division = Table(
    "division",
    metadata,
    Column("slug", String(80), primary_key=True),
    Column("names", Document, nullable=False),
    Column("parent", String(80), nullable=True),
    Column("telephone", String(40), nullable=True),
    Column("aliases", Document, nullable=False),
    Column("position", Integer, nullable=False),
)

board = Table(
    "board",
    metadata,
    Column("slug", String(80), primary_key=True),
    Column("names", Document, nullable=False),
    Column("path", Document, nullable=False),
    Column("source_id", String(80), nullable=True),
)

article = Table(
    "article",
    metadata,
    Column("id", Id, primary_key=True),
    # The entry's id in every reader's memory: two articles must never share it.
    Column("guid", String(255), nullable=False, unique=True),
    Column("state", String(16), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("division", String(80), ForeignKey("division.slug"), nullable=True),
    Column("board", String(80), ForeignKey("board.slug"), nullable=True),
    Column("telephone", String(40), nullable=True),
    # Host/board/post of the source, or the fingerprint of a page without address: taking in twice finds the same row.
    Column("source_key", String(255), nullable=True, unique=True),
    Column("source_fingerprint", String(80), nullable=True),
    Column("source_address", Text, nullable=True),
    Column("registered_on", Date, nullable=True),
    Column("licence", String(40), nullable=True),
    Column("urgent", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("published_at", Instant, nullable=True),
    Column("updated_at", Instant, nullable=True),
    Column("withdrawal_reason", Text, nullable=True),
    CheckConstraint("state = 'draft' OR (published_at IS NOT NULL AND division IS NOT NULL)", name="public"),
    # Lists and feeds read the newest first, of all divisions or of one.
    Index("ix_article_state_published", "state", "published_at"),
    Index("ix_article_division_published", "division", "published_at"),
)

revision = Table(
    "revision",
    metadata,
    Column("article_id", Id, ForeignKey("article.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("language", String(16), nullable=False),
    Column("title", Text, nullable=False),
    Column("subtitle", Text, nullable=True),
    Column("summary", Text, nullable=False),
    Column("body_html", Text, nullable=False),
    Column("body_text", Text, nullable=False),
    Column("footnotes", Document, nullable=False),
    # What changed, in a sentence for readers; none on the first revision.
    Column("note", Text, nullable=True),
    Column("created_at", Instant, nullable=False),
)


def _of_revision(name: str, *columns: Column[object]) -> Table:
    """A table of ordered parts of a revision."""
    return Table(
        name,
        metadata,
        Column("article_id", Id, primary_key=True),
        Column("revision", Integer, primary_key=True, autoincrement=False),
        Column("position", Integer, primary_key=True, autoincrement=False),
        *columns,
        ForeignKeyConstraint(["article_id", "revision"], ["revision.article_id", "revision.number"]),
    )


picture = _of_revision(
    "picture",
    Column("caption", Text, nullable=False),
    Column("credit", Text, nullable=True),
    Column("alt", Text, nullable=True),
    Column("address", Text, nullable=True),
)

attachment = _of_revision(
    "attachment",
    Column("name", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("media_type", String(120), nullable=True),
    Column("length", BigInteger, nullable=True),
)

change = Table(
    "change",
    metadata,
    # In commit order and without gaps: see feeds.store.changes.
    Column("number", Id, primary_key=True, autoincrement=False),
    Column("article_id", Id, ForeignKey("article.id"), nullable=False, index=True),
    Column("revision", Integer, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("at", Instant, nullable=False),
    Column("quiet", Boolean, nullable=False),
)
