"""How many mails were asked for on open forms, by the hour: of each network and each mail domain, as keyed marks."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "budget",
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mark", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("hour", "mark", name=op.f("pk_budget")),
    )


def downgrade() -> None:
    """Drop it: an hour's counts are no loss."""
    op.drop_table("budget")
