"""People choose how many mails come at once in a day; what is more is kept for their next digest."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _of(column: str, other: str, other_column: str = "id") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.{other_column}"], name=op.f(f"fk_overflow_{column}_{other}"))


def upgrade() -> None:
    """Nobody has chosen, and nothing is kept."""
    op.add_column("subscriber", sa.Column("daily_cap", sa.SmallInteger(), nullable=True))
    capped = sa.text("daily_cap > 0")
    op.create_index("ix_subscriber_capped", "subscriber", ["daily_cap"], sqlite_where=capped, postgresql_where=capped)
    op.create_table(
        "overflow",
        sa.Column("subscriber_id", ID, autoincrement=False, nullable=False),
        sa.Column("change_number", ID, autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _of("subscriber_id", "subscriber"),
        _of("change_number", "change", "number"),
        sa.PrimaryKeyConstraint("subscriber_id", "change_number", name=op.f("pk_overflow")),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("overflow")
    op.drop_index("ix_subscriber_capped", table_name="subscriber")
    with op.batch_alter_table("subscriber") as table:
        table.drop_column("daily_cap")
