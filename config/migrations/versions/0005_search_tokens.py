"""Full-text search filled anew: what stands between two Korean words is a token, and three syllables of each a mark."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from feeds.model import Attachment, Content, Footnote, Picture
from feeds.store import search_index, search_sqlite

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

AT_ONCE = 200
ARTICLE = sa.table("article", sa.column("id"), sa.column("revision"))
TEXTS = ("article_id", "number", "language", "title", "subtitle", "summary", "body_text")
REVISION = sa.table("revision", *map(sa.column, TEXTS), sa.column("footnotes", sa.JSON()))
PICTURE = sa.table("picture", *map(sa.column, ("article_id", "revision", "position", "caption", "alt")))
ATTACHMENT = sa.table("attachment", *map(sa.column, ("article_id", "revision", "position", "name")))


def upgrade() -> None:
    """Empty the index and fill it with every article, some at a time."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    if is_sqlite:
        op.execute("DROP TABLE search_text")
        op.execute("DELETE FROM search_document")
        op.execute(search_sqlite.CREATE)
    else:
        # An index is made faster of what is there than row by row.
        op.drop_index("ix_search_document_found", "search_document")
        op.execute("TRUNCATE search_document")
    last = 0
    while contents := _after(last):
        search_index.index_all(op.get_bind(), contents)
        last = max(contents)
    if not is_sqlite:
        op.create_index(
            "ix_search_document_found",
            "search_document",
            ["title", "words", "facets"],
            postgresql_using="gin",
            postgresql_with={"gin_pending_list_limit": 256},
        )
        op.execute("ANALYZE search_document")


def _after(last: int) -> dict[int, Content]:
    """The texts of the next articles by id, as they stand.

    Asked here column by column, since a later version may read articles otherwise. A migration that changes the index
    itself fills it anew and takes this filling out.
    """
    current = (REVISION.c.article_id == ARTICLE.c.id) & (REVISION.c.number == ARTICLE.c.revision)
    wanted = sa.select(REVISION).join(ARTICLE, current).where(ARTICLE.c.id > last).order_by(ARTICLE.c.id).limit(AT_ONCE)
    rows = op.get_bind().execute(wanted).all()
    keys = [(row.article_id, row.number) for row in rows]
    pictures, attachments = _parts(PICTURE, keys), _parts(ATTACHMENT, keys)
    return {
        row.article_id: Content(
            language=row.language,
            title=row.title,
            subtitle=row.subtitle,
            summary=row.summary,
            body_html="",
            body_text=row.body_text,
            footnotes=tuple(Footnote(**note) for note in row.footnotes),
            pictures=tuple(
                Picture(caption=part.caption, alt=part.alt) for part in pictures if part.article_id == row.article_id
            ),
            attachments=tuple(
                Attachment(name=part.name, address="") for part in attachments if part.article_id == row.article_id
            ),
        )
        for row in rows
    }


def _parts(table: sa.TableClause, keys: Sequence[tuple[int, int]]) -> Sequence[sa.Row[Any]]:
    of_revisions = sa.tuple_(table.c.article_id, table.c.revision).in_(keys)
    return op.get_bind().execute(sa.select(table).where(of_revisions).order_by(table.c.position)).all()


def downgrade() -> None:
    """Nothing: the version before finds words by the tokens of this one, and only phrases of Korean words not."""
