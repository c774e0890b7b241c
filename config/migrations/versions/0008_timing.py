"""When a person's digests come: a whole hour in a zone of their own."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Who is here already is written to as before: at eight in the city's zone."""
    op.add_column("subscriber", sa.Column("hour", sa.SmallInteger(), server_default=sa.text("8"), nullable=False))
    op.add_column("subscriber", sa.Column("zone", sa.String(length=64), nullable=True))
    op.add_column("subscriber", sa.Column("timed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("signup", sa.Column("hour", sa.SmallInteger(), nullable=True))
    op.add_column("signup", sa.Column("zone", sa.String(length=64), nullable=True))


def downgrade() -> None:
    """Everybody is written to at eight in the city again; cursors see to it that nothing is lost or told twice."""
    for table, columns in (("signup", ("zone", "hour")), ("subscriber", ("timed_at", "zone", "hour"))):
        with op.batch_alter_table(table) as batch_op:
            for column in columns:
                batch_op.drop_column(column)
