"""What a release said of itself besides its text is kept with a revision when the next takes its place."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Of the present revision it stands with the article; of those before, nothing is known, and nothing is made up."""
    op.add_column("revision", sa.Column("filed", sa.JSON(), nullable=True))


def downgrade() -> None:
    """An older version shows what changed in the text alone."""
    with op.batch_alter_table("revision") as batch_op:
        batch_op.drop_column("filed")
