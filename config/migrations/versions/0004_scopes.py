"""What people may follow by mail: any scope that a feed has. And how far each hub has been told."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NARROWED = sa.text("ended_at IS NULL AND narrowed")


def upgrade() -> None:
    """What was followed until now named divisions and a language and no more."""
    op.add_column("subscription", sa.Column("narrowed", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index(
        "ix_subscription_narrowed", "subscription", ["scope"], sqlite_where=NARROWED, postgresql_where=NARROWED
    )
    op.create_table(
        "hub",
        sa.Column("address", sa.String(length=500), nullable=False),
        sa.Column("cursor", ID, nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_hub")),
    )


def downgrade() -> None:
    """An earlier version would take a wish for topics, boards or words for one for everything: it ends."""
    op.drop_table("hub")
    op.execute(
        "UPDATE subscription SET ended_at = created_at, end_reason = 'downgrade' WHERE ended_at IS NULL AND narrowed"
    )
    op.drop_index("ix_subscription_narrowed", table_name="subscription")
    with op.batch_alter_table("subscription") as batch_op:
        batch_op.drop_column("narrowed")
