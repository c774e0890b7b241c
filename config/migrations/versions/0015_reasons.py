"""Why somebody is told, in a sentence of their own; mails with a place for it."""

import re

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_MARKED = re.compile("\ufdd0[a-z_]+\ufdd2([^\ufdd0-\ufdd2]*)\ufdd1")


def upgrade() -> None:
    """What was planned before has no such sentence, and no place for one."""
    op.add_column("delivery", sa.Column("reason", sa.Text(), nullable=True))


def downgrade() -> None:
    """An older version knows no places that may stay empty: what waits says to everybody what it says without one."""
    here = op.get_bind()
    mailing = sa.table("mailing", sa.column("id"), sa.column("text"), sa.column("html"))
    marked = sa.select(mailing).where(mailing.c.text.contains("\ufdd2") | mailing.c.html.contains("\ufdd2"))
    for row in here.execute(marked).all():
        plain = {part: _MARKED.sub(r"\1", getattr(row, part)) for part in ("text", "html")}
        here.execute(sa.update(mailing).where(mailing.c.id == row.id).values(**plain))
    with op.batch_alter_table("delivery") as batch_op:
        batch_op.drop_column("reason")
