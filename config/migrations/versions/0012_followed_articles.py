"""One article followed for its corrections: a subscription may be for that alone."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OF_ARTICLE = sa.text("ended_at IS NULL AND article_id IS NOT NULL")


def upgrade() -> None:
    """Nobody followed one article before."""
    op.add_column("subscription", sa.Column("article_id", ID, nullable=True))
    op.create_index(
        "ix_subscription_article", "subscription", ["article_id"], sqlite_where=OF_ARTICLE, postgresql_where=OF_ARTICLE
    )


def downgrade() -> None:
    """An earlier version cannot read such a wish: whoever has one follows nothing by it, and no request waits."""
    op.execute("DELETE FROM subscription WHERE article_id IS NOT NULL")
    waiting = "SELECT id FROM signup WHERE scope LIKE 'article=%'"
    op.execute(f"UPDATE delivery SET signup_id = NULL WHERE signup_id IN ({waiting})")  # noqa: S608 - our own words
    op.execute("DELETE FROM signup WHERE scope LIKE 'article=%'")
    op.drop_index("ix_subscription_article", table_name="subscription")
    with op.batch_alter_table("subscription") as batch_op:
        batch_op.drop_column("article_id")
