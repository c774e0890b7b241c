"""What an address got is found by an index: an open form, staff and an erasure ask it beside a million deliveries."""

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index."""
    op.create_index(op.f("ix_delivery_address"), "delivery", ["address"])


def downgrade() -> None:
    """Drop it."""
    op.drop_index(op.f("ix_delivery_address"), table_name="delivery")
