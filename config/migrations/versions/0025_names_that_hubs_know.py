"""Which names each hub was told of, so that a feed that changed by another name alone is told too."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; a hub begins with the names of the next start."""
    op.add_column("hub", sa.Column("names", sa.String(64), nullable=True))


def downgrade() -> None:
    """Drop it."""
    with op.batch_alter_table("hub") as table:
        table.drop_column("names")
