"""The number of a draft that was destroyed is never another article's: an edit of the one would meet the other."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """PostgreSQL counts so already; SQLite is told to, for which the table is made again."""
    _made_again(counts_on=True)


def downgrade() -> None:
    """An older version takes the number of the newest again where that was destroyed."""
    _made_again(counts_on=False)


def _made_again(*, counts_on: bool) -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    kwargs = {"sqlite_autoincrement": True} if counts_on else {}
    with op.batch_alter_table("article", recreate="always", table_kwargs=kwargs):
        pass
