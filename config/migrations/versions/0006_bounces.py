"""What came back: bounces and complaints, and how many mails of each kind on each day."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the two tables."""
    op.create_table(
        "bounce",
        sa.Column("delivery_id", ID, autoincrement=False, nullable=False),
        sa.Column("finding", sa.String(length=16), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("spent", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["delivery.id"], name=op.f("fk_bounce_delivery_id_delivery"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("delivery_id", "finding", name=op.f("pk_bounce")),
    )
    op.create_index("ix_bounce_finding", "bounce", ["finding", "at"])
    op.create_table(
        "bounce_tally",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("finding", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "finding", name=op.f("pk_bounce_tally")),
    )


def downgrade() -> None:
    """Drop them. A delivery that came back was accepted once: the older version knows no other word for it."""
    op.drop_table("bounce_tally")
    op.drop_table("bounce")
    op.execute("UPDATE delivery SET state = 'accepted' WHERE state IN ('bounced', 'complained')")
