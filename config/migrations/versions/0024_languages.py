"""Every language that the city file ever named, so that who kept the address of its feed is told that it is gone."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, with the languages that releases are in; the city file's own are written at every start."""
    op.create_table(
        "language",
        sa.Column("tag", sa.String(35), nullable=False),
        sa.PrimaryKeyConstraint("tag", name=op.f("pk_language")),
    )
    op.execute("INSERT INTO language (tag) SELECT DISTINCT language FROM revision")


def downgrade() -> None:
    """Drop it: nothing that a city has today is told by it."""
    op.drop_table("language")
