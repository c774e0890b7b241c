"""Until when the consents of an address hold no more: it was erased then, or its person went to another one."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "revocation",
        sa.Column("address_hash", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("address_hash", name=op.f("pk_revocation")),
    )
    op.create_index(op.f("ix_revocation_at"), "revocation", ["at"])


def downgrade() -> None:
    """Drop it: an older version takes an old list as it is."""
    op.drop_table("revocation")
