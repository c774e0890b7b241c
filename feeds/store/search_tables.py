"""The table of what is findable. On SQLite a virtual table of FTS5, `search_text`, stands beside it: see the migration.

`number` orders the documents by their instant of publication, and is the row's number in FTS5, so that the newest come
first without sorting and a span of days is a span of numbers. What is not public has numbers above all of those.
"""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, LargeBinary, Table, Text
from sqlalchemy.dialects.postgresql import TSVECTOR

from feeds.store.schema import metadata
from feeds.store.tables import Id

search_document = Table(
    "search_document",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    # An article is found once.
    Column("article_id", Id, ForeignKey("article.id"), nullable=False, unique=True),
    # The tokens of the title, of the whole text, and what filters ask of it. FTS5 forgets a document only by its exact
    # tokens, so SQLite keeps them too; the many of the text compressed.
    Column("title", Text().with_variant(TSVECTOR(), "postgresql"), nullable=False),
    Column("words", LargeBinary().with_variant(TSVECTOR(), "postgresql"), nullable=False),
    Column("facets", Text().with_variant(TSVECTOR(), "postgresql"), nullable=False),
)

# One index of all three, so that words and filters are met in one look. What waits to be sorted into it is read by
# every search, so little waits.
Index(
    "ix_search_document_found",
    search_document.c.title,
    search_document.c.words,
    search_document.c.facets,
    postgresql_using="gin",
    postgresql_with={"gin_pending_list_limit": 256},
).ddl_if(dialect="postgresql")
