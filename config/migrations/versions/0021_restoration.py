"""What becomes of what a backup had still to send is decided once; numbers that links name come once only."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
_COUNTED = ("mailing", "delivery")


def upgrade() -> None:
    """PostgreSQL counts so already; SQLite is told to, for which the tables are made again."""
    op.create_table(
        "restoration",
        sa.Column("id", ID, nullable=False),
        sa.Column("taken_at", INSTANT, nullable=False),
        sa.Column("change_number", ID, nullable=False),
        sa.Column("last_delivery", ID, nullable=False),
        sa.Column("restored_at", INSTANT, nullable=False),
        sa.Column("overdue", sa.JSON(), nullable=False),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.Column("resent", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restoration")),
    )
    _made_again(counts_on=True)


def downgrade() -> None:
    """Which state says why it was not sent, an older version does not know."""
    op.execute("UPDATE delivery SET state = 'skipped_left' WHERE state = 'skipped_restored'")
    _made_again(counts_on=False)
    op.drop_table("restoration")


def _made_again(*, counts_on: bool) -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    kwargs = {"sqlite_autoincrement": True} if counts_on else {}
    for table in _COUNTED:
        with op.batch_alter_table(table, recreate="always", table_kwargs=kwargs):
            pass
