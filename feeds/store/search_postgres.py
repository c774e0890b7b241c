"""Full-text search by PostgreSQL: `tsvector` and `tsquery` written by us, token by token, as their own literals.

`to_tsvector` is never asked: under LC_CTYPE C its parser sees no letters in Hangul. One GIN index answers words and
filters together. It knows no order, so the newest documents are looked at one by one first, and some more where they
hold much: of a common word they hold enough, and of a rare one the index finds few in all. It knows no places either,
so what stands side by side has a token of its own: a phrase that is hardly anywhere is then found in few documents,
however common its words.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import pairwise
from typing import Any
from zlib import crc32

from sqlalchemy import ColumnElement, Select, and_, bindparam, cast, delete, select, text, update
from sqlalchemy.dialects.postgresql import TSQUERY, insert

from feeds.grams import BREAK, GAP, is_cjk
from feeds.query import Both, Either, Expression, Not, groups, without_absent
from feeds.store.database import Session
from feeds.store.search_engine import Document, Sought
from feeds.store.search_tables import search_document as document

NEWEST, FARTHER = 250, 1_500
"""So many documents are looked at one by one; and how far on, where what they hold says that it is enough."""
_MORE = 1.3
"""How much farther than that, for luck is uneven."""

# PostgreSQL's documentation, section 12.11: positions up to 16,383, of which 256 are kept, and all below 1 MB.
_POSITIONS = 16_000
_BYTES = 1_000_000
_LEXEME, _PLACE = 6, 2  # what each takes besides its letters

_MARK, _MARKS = "N", 0xFFFFF
"""What marks of neighbours begin with, alone the mark of a document that has too many; and how many marks there are."""

# No other plan is safe: the planner knows how often a word occurs, but not where, which words avoid each other, or that
# a document is large, so that it would rather read thousands of them.
_BY_INDEX = text(
    "SELECT set_config('enable_seqscan', 'off', true), set_config('enable_indexscan', 'off', true),"
    " set_config('max_parallel_workers_per_gather', '0', true),"
    " set_config('jit', 'off', true), set_config('plan_cache_mode', 'force_custom_plan', true)"
)
_ANY_PLAN = text("SELECT set_config('enable_seqscan', 'on', true), set_config('enable_indexscan', 'on', true)")


class Vectors:
    """The engine on PostgreSQL."""

    def write(self, session: Session, documents: Sequence[Document]) -> None:
        """Keep documents, in place of what there was of their articles."""
        wanted = insert(document)
        columns = ("number", "title", "words", "facets")
        again = wanted.on_conflict_do_update(
            index_elements=["article_id"], set_={name: wanted.excluded[name] for name in columns}
        )
        session.execute(again, [_row(one) for one in documents])

    def move(self, session: Session, article_id: int, number: int, facets: tuple[str, ...]) -> None:
        """Give an article's document another number and other facets."""
        wanted = update(document).where(document.c.article_id == article_id)
        session.execute(wanted.values(number=number, facets=vector(facets)))

    def forget(self, session: Session, article_id: int) -> None:
        """Destroy an article's document, if it has one."""
        session.execute(delete(document).where(document.c.article_id == article_id))

    def find(self, session: Session, sought: Sought) -> list[int]:
        """The ids of the articles found."""
        within = and_(document.c.number >= sought.low, document.c.number < sought.high)
        newest_first = select(document).where(within).order_by(document.c.number.desc())
        if not (sought.wish or sought.title or sought.facets):
            listed = newest_first.with_only_columns(document.c.article_id).limit(sought.limit)
            return list(session.execute(listed).scalars())
        found: list[int] = []
        numbers = newest_first.with_only_columns(document.c.number)
        start, length = 0, NEWEST
        while True:
            newest = newest_first.offset(start).limit(length).subquery()
            looked_at = select(newest.c.article_id).where(*_matches(sought, newest.c)).order_by(newest.c.number.desc())
            found += session.execute(looked_at.limit(sought.limit - len(found))).scalars()
            start += length
            length = _farther(start, len(found), sought.limit)
            if not length:
                break
        high = session.execute(numbers.offset(start - 1).limit(1)).scalar()
        if high is None or len(found) == sought.limit:
            return found
        session.execute(_BY_INDEX)
        found += session.execute(_by_index(sought, high).limit(sought.limit - len(found))).scalars()
        session.execute(_ANY_PLAN)
        return found


def _farther(looked_at: int, found: int, wanted: int) -> int:
    """How many documents more to look at one by one; none where the index is quicker, or all were found."""
    if not found or found >= wanted or looked_at > NEWEST:
        return 0
    needed = looked_at * wanted // found
    return int(_MORE * (needed - looked_at)) if needed <= FARTHER else 0


def _row(one: Document) -> dict[str, Any]:
    return {
        "number": one.number,
        "article_id": one.article_id,
        "title": vector(one.title, side_by_side(one.title)),
        "words": vector(one.words, side_by_side(one.words)),
        "facets": vector(one.facets),
    }


def vector(tokens: Sequence[str], marks: Collection[str] = ()) -> str:
    """The literal of a tsvector. Where a text is longer than positions go, they begin again: neighbours stay
    neighbours. What would make it larger than PostgreSQL takes is left out; if that is marks, then all of them, and one
    mark says so."""
    places: dict[str, str] = {}
    size = 0
    for n, token in enumerate(tokens):
        if size > _BYTES:
            break
        if token in places:
            places[token] += f",{n % _POSITIONS + 1}"
            size += _PLACE
        elif token != BREAK and GAP not in token:
            places[token] = str(n % _POSITIONS + 1)
            size += len(token.encode()) + _LEXEME
    if size + len(marks) * (len(_MARK) + 5) > _BYTES:
        marks = (_MARK,)
    return " ".join([f"{_quoted(token)}:{at}" for token, at in places.items()] + sorted(marks))


def side_by_side(tokens: Sequence[str]) -> set[str]:
    """A mark for each two words side by side; and one more where both are Korean and have three syllables or more: many
    words end in the same two, so that 에서 before 지원 is in every second text, and 구에서 before 지원을 in few.

    Marks are short and few, so two may be the same: they only say where to look. The capital keeps them apart from
    words, which are folded.
    """
    found: set[str] = set()
    for (before, left), (after, right) in pairwise(_words(tokens)):
        if BREAK in (before, after):
            continue
        found.add(_mark(before[-2:] if left else before, after[:2] if right else after))
        if left and right and len(before) > 2 and len(after) > 2:
            found.add(_mark(before[-3:], after[:3]))
    return found


def _mark(before: str, after: str) -> str:
    return f"{_MARK}{crc32(f'{before} {after}'.encode()) & _MARKS:05x}"


def _words(tokens: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """The words that tokens were made of, a Korean one put together again from its pairs; a break as it stands. And of
    each whether it is Korean."""
    word, korean = "", False
    for token in tokens:
        if GAP in token:
            yield word, korean
            word = ""
        elif not (is_korean := is_cjk(token)) or not korean or not word:
            if word:
                yield word, korean
            word, korean = token, is_korean
        else:
            word += token[-1]
    if word:
        yield word, korean


def _by_index(sought: Sought, high: int) -> Select[int]:
    """Documents numbered from the lowest sought to below `high`, the newest first.

    GIN knows no places, so a phrase is only seen in the document itself, which is large: that is done last, in order,
    and for no more than are wanted. The sums keep the planner from the index of numbers, with which it would read every
    document of a span.
    """
    number = document.c.number + 0
    window = and_(number >= sought.low, number < high)
    held = select(document).where(window, *_matches(sought, document.c, _held)).order_by(number.desc()).offset(0)
    inner = held.subquery()
    return select(inner.c.article_id).where(*_matches(sought, inner.c))


def _matches(
    sought: Sought, columns: Any, asked: Callable[[Sequence[str]], str] | None = None
) -> list[ColumnElement[bool]]:
    """That a document holds what is sought, each phrase as it stands; or what it then holds for certain, each phrase as
    `asked` says that: of what is to be absent only what has no neighbours, for of others the index cannot tell."""
    found = []
    for column, wanted in ((columns.title, sought.title), (columns.words, sought.wish)):
        wanted = without_absent(wanted, but=_is_certain) if asked else wanted
        found += [_is_in(column, _query(wanted, asked or _as_it_stands))] if wanted else []
    if sought.facets:
        facets = (" | ".join(map(_quoted, group)) for group in sought.facets)
        found.append(_is_in(columns.facets, " & ".join(f"({group})" for group in facets)))
    return found


def _is_certain(wanted: Expression) -> bool:
    """Whether the index alone knows of every document if it holds this: nothing of it has several tokens."""
    match wanted:
        case Not(part):
            return _is_certain(part)
        case Both(parts) | Either(parts):
            return all(map(_is_certain, parts))
        case _:
            return all(len(phrase) == 1 for group in groups(wanted) for phrase in group)


def _query(wanted: Expression, asked: Callable[[Sequence[str]], str]) -> str:
    match wanted:
        case Not(part):
            return f"!({_query(part, asked)})"
        case Both(parts) | Either(parts):
            return (" & " if isinstance(wanted, Both) else " | ").join(f"({_query(part, asked)})" for part in parts)
        case _:
            phrases = (" | ".join(f"({asked(phrase)})" for phrase in group) for group in groups(wanted))
            return " & ".join(f"({group})" for group in phrases)


def _held(phrase: Sequence[str]) -> str:
    """What a document that holds a phrase holds of it, wherever it stands: its tokens, and the marks of its words."""
    tokens = [_quoted(token) for token in dict.fromkeys(phrase) if GAP not in token]
    return " & ".join([*tokens, *(f"({mark} | {_MARK})" for mark in sorted(side_by_side(phrase)))])


def _as_it_stands(phrase: Sequence[str]) -> str:
    """The tokens of a phrase, each as far from the one before as it stands. A gap has no place of its own in the index,
    so marks tell 대구 구수 from 대구구수."""
    query, distance = _quoted(phrase[0]), 1
    for token in phrase[1:]:
        if GAP in token:
            distance += 1
            continue
        query += f" <{distance}> {_quoted(token)}"
        distance = 1
    marks = side_by_side(phrase) if any(GAP in token for token in phrase) else ()
    return " & ".join([f"({query})", *(f"({mark} | {_MARK})" for mark in sorted(marks))])


def _is_in(column: Any, query: str) -> ColumnElement[bool]:
    asked: ColumnElement[bool] = column.op("@@", is_comparison=True)(cast(bindparam(None, query), TSQUERY))
    return asked


def _quoted(token: str) -> str:
    return "'" + token.replace("\\", "\\\\").replace("'", "''") + "'"
