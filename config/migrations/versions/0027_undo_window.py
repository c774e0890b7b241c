"""Mails of what was just published wait in a window, in which they can be undone."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table: what was published before has no window."""
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "undo_window",
        sa.Column("change_number", number, nullable=False, autoincrement=False),
        sa.Column("burst", number, nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("joined_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["change_number"], ["change.number"], name=op.f("fk_undo_window_change_number_change")),
        sa.PrimaryKeyConstraint("change_number", name=op.f("pk_undo_window")),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("undo_window")
