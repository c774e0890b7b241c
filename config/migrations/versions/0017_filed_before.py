"""Where an article was filed before the change that filed it elsewhere: hubs are told of the feeds that it left."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Of changes before this nothing is known."""
    op.add_column("change", sa.Column("filed_before", sa.JSON(), nullable=True))


def downgrade() -> None:
    """An older version tells no hub of what an article left."""
    with op.batch_alter_table("change") as batch_op:
        batch_op.drop_column("filed_before")
