"""By whom sending is held."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody knows who held sending before."""
    op.add_column("hold", sa.Column("put_by", sa.String(80), nullable=True))


def downgrade() -> None:
    """The hold stays, and its reason."""
    with op.batch_alter_table("hold") as batch_op:
        batch_op.drop_column("put_by")
