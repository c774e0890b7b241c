"""Who has been asked whether their consent goes on, and what came of it."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "renewal",
        sa.Column("subscriber_id", ID, autoincrement=False, nullable=False),
        sa.Column("agreed_at", INSTANT, nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("mails", sa.SmallInteger(), nullable=False),
        sa.Column("mailed_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.ForeignKeyConstraint(["subscriber_id"], ["subscriber.id"], name=op.f("fk_renewal_subscriber_id_subscriber")),
        sa.PrimaryKeyConstraint("subscriber_id", "agreed_at", name=op.f("pk_renewal")),
    )
    waiting = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_renewal_open", "renewal", ["subscriber_id"], unique=True, sqlite_where=waiting, postgresql_where=waiting
    )
    op.create_index("ix_renewal_outcome", "renewal", ["outcome", "ended_at"])


def downgrade() -> None:
    """Nobody is asked any more; a run of the day leaves no trace, so that an older version meets none."""
    op.drop_table("renewal")
    op.execute("DELETE FROM run WHERE cadence = 'renewal'")
