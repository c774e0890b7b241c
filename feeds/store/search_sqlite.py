"""Full-text search by FTS5. The tokens are ours: it only splits them at spaces, so its tables of Unicode do not matter.

The virtual table is contentless and keeps no sizes: the index is all there is of it, and a document is taken out by
giving its exact tokens back, which `search_document` keeps.
"""

import zlib
from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, insert, select, text, update

from feeds.grams import BREAK
from feeds.query import Both, Either, Expression, Not, groups
from feeds.store.database import Session
from feeds.store.search_engine import Document, Sought
from feeds.store.search_tables import search_document as document

CREATE = (
    "CREATE VIRTUAL TABLE search_text USING fts5("
    "title, words, facets, content='', columnsize=0, tokenize=\"ascii tokenchars ':-_.'\")"
)
"""The tokenizer `ascii` leaves every character beyond ASCII as it is."""

_ADD = text("INSERT INTO search_text (rowid, title, words, facets) VALUES (:number, :title, :words, :facets)")
_TAKE_OUT = text(
    "INSERT INTO search_text (search_text, rowid, title, words, facets)"
    " VALUES ('delete', :number, :title, :words, :facets)"
)
# CROSS JOIN keeps the order of the loops: FTS5 gives rows by falling number and stops at the limit.
_MATCHING = text(
    "SELECT d.article_id FROM search_text CROSS JOIN search_document AS d"
    " WHERE search_text MATCH :match AND search_text.rowid >= :low AND search_text.rowid < :high"
    " AND d.number = search_text.rowid ORDER BY search_text.rowid DESC LIMIT :limit"
)
_LEVEL = 1  # compresses tokens to a third already


class Fts5:
    """The engine on SQLite."""

    def write(self, session: Session, documents: Sequence[Document]) -> None:
        """Keep documents, in place of what there was of their articles."""
        ids = [one.article_id for one in documents]
        known = session.execute(select(document).where(document.c.article_id.in_(ids))).all()
        if known:
            session.execute(_TAKE_OUT, [_entry(**row._mapping) for row in known])
            session.execute(delete(document).where(document.c.article_id.in_(ids)))
        # FTS5 writes what it has gathered to disk whenever a number is lower than the one before.
        rows = [_row(one) for one in sorted(documents, key=lambda one: one.number)]
        session.execute(insert(document), rows)
        session.execute(_ADD, [_entry(**row) for row in rows])

    def move(self, session: Session, article_id: int, number: int, facets: tuple[str, ...]) -> None:
        """Give an article's document another number and other facets."""
        before = dict(session.execute(select(document).where(document.c.article_id == article_id)).one()._mapping)
        after = before | {"number": number, "facets": " ".join(facets)}
        session.execute(_TAKE_OUT, _entry(**before))
        session.execute(
            update(document)
            .where(document.c.article_id == article_id)
            .values(number=after["number"], facets=after["facets"])
        )
        session.execute(_ADD, _entry(**after))

    def forget(self, session: Session, article_id: int) -> None:
        """Destroy an article's document, if it has one."""
        wanted = delete(document).where(document.c.article_id == article_id).returning(document)
        gone = session.execute(wanted).first()
        if gone is not None:
            session.execute(_TAKE_OUT, _entry(**gone._mapping))

    def find(self, session: Session, sought: Sought) -> list[int]:
        """The ids of the articles found."""
        match = _expression(sought)
        if match:
            bounds = {"low": sought.low, "high": sought.high, "limit": sought.limit}
            return list(session.execute(_MATCHING, {"match": match} | bounds).scalars())
        wanted = select(document.c.article_id).where(document.c.number >= sought.low, document.c.number < sought.high)
        return list(session.execute(wanted.order_by(document.c.number.desc()).limit(sought.limit)).scalars())


def _row(one: Document) -> dict[str, Any]:
    return {
        "number": one.number,
        "article_id": one.article_id,
        "title": " ".join(one.title),
        "words": zlib.compress(" ".join(one.words).encode(), _LEVEL),
        "facets": " ".join(one.facets),
    }


def _entry(*, number: int, title: str, words: bytes, facets: str, **_: object) -> dict[str, object]:
    """The row of FTS5 that belongs to a row of ours."""
    return {"number": number, "title": title, "words": zlib.decompress(words).decode(), "facets": facets}


def _expression(sought: Sought) -> str:
    """The question in FTS5's language. Tokens are letters and digits, so nothing in the quotes can end them."""
    parts = []
    for column, wanted in (("title", sought.title), ("words", sought.wish)):
        parts += [f"{column} : ({_asked(wanted)})"] if wanted else []
    parts += [f"facets : ({' OR '.join(map(_quoted, group))})" for group in sought.facets]
    return " AND ".join(parts)


def _asked(wanted: Expression) -> str:
    """An expression in FTS5's language, which knows no NOT but between two: what is to be absent is taken from all
    documents, each of which has a break."""
    match wanted:
        case Not(part):
            return f"{_quoted(BREAK)} NOT ({_asked(part)})"
        case Both(parts) if there := [part for part in parts if not isinstance(part, Not)]:
            held = " AND ".join(f"({_asked(part)})" for part in there)
            absent = " OR ".join(f"({_asked(part.part)})" for part in parts if isinstance(part, Not))
            return f"({held}) NOT ({absent})" if absent else held
        case Both(parts) | Either(parts):
            return (" AND " if isinstance(wanted, Both) else " OR ").join(f"({_asked(part)})" for part in parts)
        case _:
            phrases = (" OR ".join(_quoted(" ".join(phrase)) for phrase in group) for group in groups(wanted))
            return " AND ".join(f"({group})" for group in phrases)


def _quoted(string: str) -> str:
    return '"' + string.replace('"', '""') + '"'
