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
    false,
    literal_column,
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

language = Table(
    "language",
    metadata,
    # Every one that the city file ever named: who kept the address of its feed is told what became of it.
    Column("tag", String(35), primary_key=True),
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
    # Grows with every change but that of its twins: an edit says from which version it was made.
    Column("version", Integer, nullable=False, server_default="1"),
    # Articles that share this are one release in several languages; it is the id of the first of them.
    Column("twin_group", Id, nullable=True, index=True),
    # When a scheduled article becomes visible, or a draft that waits for approval is wished to.
    Column("publish_at", Instant, nullable=True),
    # Whether who follows it is told when it becomes public, where somebody decided; else if it is news.
    Column("mail", Boolean, nullable=True),
    # Whether accredited journalists may see a scheduled one, and since when any could.
    Column("embargoed", Boolean, nullable=False, server_default=false()),
    Column("embargoed_at", Instant, nullable=True),
    Column("approval_asked_by", String(80), nullable=True),
    Column("approval_asked_at", Instant, nullable=True),
    Column("approval_version", Integer, nullable=True),
    Column("created_at", Instant, nullable=False),
    Column("published_at", Instant, nullable=True),
    Column("updated_at", Instant, nullable=True),
    Column("withdrawal_reason", Text, nullable=True),
    CheckConstraint(
        "state IN ('draft', 'scheduled') OR (published_at IS NOT NULL AND division IS NOT NULL)", name="public"
    ),
    CheckConstraint("state <> 'scheduled' OR publish_at IS NOT NULL", name="scheduled"),
    # Lists and feeds read the newest first, of all divisions or of one.
    Index("ix_article_state_published", "state", "published_at"),
    Index("ix_article_division_published", "division", "published_at"),
    # A feed begins with what changed last: of all, of a division, of a board.
    Index("ix_article_updated", "updated_at"),
    Index("ix_article_division_updated", "division", "updated_at"),
    Index("ix_article_board_updated", "board", "updated_at"),
    # The clock asks every second what is due.
    Index("ix_article_state_publish_at", "state", "publish_at"),
    # The number of a draft that was destroyed must be no other's: edits, approvals and links name it.
    sqlite_autoincrement=True,
)
# Each feed asks when something last left it because it had been withdrawn long enough. Few ever are.
_gone = article.c.state == literal_column("'withdrawn'")
Index("ix_article_gone", article.c.updated_at, sqlite_where=_gone, postgresql_where=_gone)
# Each page of the newsroom asks what of one's divisions waits for approval. Few ever do.
_asked = article.c.approval_version.is_not(None)
Index("ix_article_approval", article.c.division, sqlite_where=_asked, postgresql_where=_asked)

# The notifier and every fetch of a personal feed ask what is under embargo. Little ever is.
_embargoed = article.c.embargoed.is_(True)
Index("ix_article_embargoed", article.c.publish_at, sqlite_where=_embargoed, postgresql_where=_embargoed)

# Imported drafts that somebody destroyed: the posts stay discarded, however often their source is read.
discarded_source = Table(
    "discarded_source",
    metadata,
    Column("source_key", String(255), primary_key=True),
    Column("discarded_at", Instant, nullable=False),
)

embargo_step = Table(
    "embargo_step",
    metadata,
    # Numbers of its own: one of the change log would tell its readers that something is going on.
    Column("number", Id, primary_key=True),
    Column("article_id", Id, ForeignKey("article.id"), nullable=False, index=True),
    Column("revision", Integer, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("at", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    Column("said_before", Instant, nullable=True),
    Column("change_number", Id, ForeignKey("change.number"), nullable=True),
    # When those who have it were told, or nobody was to be.
    Column("settled_at", Instant, nullable=True),
)
_unsettled = embargo_step.c.settled_at.is_(None)
Index("ix_embargo_step_waiting", embargo_step.c.number, sqlite_where=_unsettled, postgresql_where=_unsettled)

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
    # What the editor wrote, where the HTML was made from Markdown.
    Column("markdown", Text, nullable=True),
    # What changed, in a sentence for readers; none on the first revision and on a minor edit.
    Column("note", Text, nullable=True),
    # Who wrote it: a name of staff or of a token; none where it was taken in.
    Column("author", String(80), nullable=True),
    Column("created_at", Instant, nullable=False),
    # What else readers saw of the article until the next revision; none of the present one, of which its row says it.
    Column("filed", Document, nullable=True),
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
    Column("media", String(80), nullable=True, index=True),
    Column("width", Integer, nullable=True),
    Column("height", Integer, nullable=True),
    Column("decorative", Boolean, nullable=False, server_default=false()),
)

attachment = _of_revision(
    "attachment",
    Column("name", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("media_type", String(120), nullable=True),
    Column("length", BigInteger, nullable=True),
    Column("media", String(80), nullable=True, index=True),
)

topic = Table(
    "topic",
    metadata,
    Column("slug", String(80), primary_key=True),
    Column("names", Document, nullable=False),
    Column("retired", Boolean, nullable=False),
)

article_topic = Table(
    "article_topic",
    metadata,
    Column("article_id", Id, ForeignKey("article.id"), primary_key=True),
    Column("topic", String(80), ForeignKey("topic.slug"), primary_key=True, index=True),
)

media = Table(
    "media",
    metadata,
    # The SHA-256 of the bytes we serve, and their extension: the same file twice is one file.
    Column("name", String(80), primary_key=True),
    Column("media_type", String(120), nullable=False),
    Column("length", BigInteger, nullable=False),
    Column("width", Integer, nullable=True),
    Column("height", Integer, nullable=True),
    # Widths in pixels of the smaller pictures made from it.
    Column("variants", Document, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("created_by", String(80), nullable=False),
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
    # What the article was filed under until this change, where it is filed elsewhere since: feeds that it left.
    Column("filed_before", Document, nullable=True),
)

undo_window = Table(
    "undo_window",
    metadata,
    # A change whose mails wait, for they can still be undone; or that had its turn at them ahead of one that waits.
    # The row goes when the change has had its turn in the order of the log.
    Column("change_number", Id, ForeignKey("change.number"), primary_key=True, autoincrement=False),
    # The change that opened the window in which this one came: they leave together, at `until`.
    Column("burst", Id, nullable=False),
    Column("until", Instant, nullable=False),
    # Until when others join it.
    Column("joined_until", Instant, nullable=False),
    Column("settled_at", Instant, nullable=True),
)

hub = Table(
    "hub",
    metadata,
    # How far a hub has been told of changes; each has its own pace, and one that fails waits for the others.
    Column("address", String(500), primary_key=True),
    Column("cursor", Id, nullable=False),
    # What stands for the names that it was told of last: feeds change by another name, of which the log says nothing.
    Column("names", String(64), nullable=True),
    Column("failures", Integer, nullable=False),
    Column("next_attempt_at", Instant, nullable=False),
)
