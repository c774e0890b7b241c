"""Mailings that are advertising by law: they are not sent in quiet hours."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing was marked before."""
    op.add_column("mailing", sa.Column("advertising", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    """What waits for the end of quiet hours goes out when it is due, as it was planned."""
    with op.batch_alter_table("mailing") as batch_op:
        batch_op.drop_column("advertising")
