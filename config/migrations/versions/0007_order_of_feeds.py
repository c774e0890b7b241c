"""What a feed begins with is found by an index: what changed last, of all, of a division, of a board."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ORDERS = {
    "ix_article_updated": ["updated_at"],
    "ix_article_division_updated": ["division", "updated_at"],
    "ix_article_board_updated": ["board", "updated_at"],
}
GONE = sa.text("state = 'withdrawn'")


def upgrade() -> None:
    """Make the indexes."""
    for name, columns in ORDERS.items():
        op.create_index(name, "article", columns)
    op.create_index("ix_article_gone", "article", ["updated_at"], sqlite_where=GONE, postgresql_where=GONE)


def downgrade() -> None:
    """Drop them: earlier versions read everything."""
    for name in (*ORDERS, "ix_article_gone"):
        op.drop_index(name, table_name="article")
