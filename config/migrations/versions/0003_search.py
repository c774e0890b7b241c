"""Full-text search: the table of what is findable, FTS5 or an index beside it. The step after it fills them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

from feeds.store import search_sqlite

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables and the index."""
    op.create_table(
        "search_document",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("article_id", ID, nullable=False),
        sa.Column("title", sa.Text().with_variant(TSVECTOR(), "postgresql"), nullable=False),
        sa.Column("words", sa.LargeBinary().with_variant(TSVECTOR(), "postgresql"), nullable=False),
        sa.Column("facets", sa.Text().with_variant(TSVECTOR(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_search_document_article_id_article")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_search_document")),
        sa.UniqueConstraint("article_id", name=op.f("uq_search_document_article_id")),
    )
    if op.get_bind().dialect.name == "sqlite":
        op.execute(search_sqlite.CREATE)
    else:
        # The many words stand apart, so that whoever reads numbers only reads little.
        op.execute("ALTER TABLE search_document SET (toast_tuple_target = 512)")
        op.create_index(
            "ix_search_document_found",
            "search_document",
            ["title", "words", "facets"],
            postgresql_using="gin",
            postgresql_with={"gin_pending_list_limit": 256},
        )


def downgrade() -> None:
    """Drop what upgrade made."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE search_text")
    op.drop_table("search_document")
