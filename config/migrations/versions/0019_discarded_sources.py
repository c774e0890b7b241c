"""Which imported drafts were destroyed: reading their source again does not bring them back."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Of what was destroyed before this nothing is known."""
    op.create_table(
        "discarded_source",
        sa.Column("source_key", sa.String(length=255), nullable=False),
        sa.Column("discarded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("source_key", name=op.f("pk_discarded_source")),
    )


def downgrade() -> None:
    """An older version takes in again what is read again."""
    op.drop_table("discarded_source")
