"""What somebody looks for with AND, OR and NOT: read, printed canonically, and held against a text. Pure.

Words beside each other must all be there. `OR` and a `|` that stands alone take one of two, `NOT` and a leading `-`
want it absent, parentheses group. Operators are upper case only; whatever is broken is read as best it can be. Where
all is to be absent, what holds none of it is found.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from feeds.grams import QUERY_CHARACTERS, QUERY_WORDS, Groups, Wanted, Word
from feeds.grams import in_line as phrase_in_line
from feeds.grams import parse as plain

DEPTH = 8
"""Parentheses nested deeper than this are left out."""
_SIGNS = str.maketrans(dict.fromkeys("“”„‟«»「」『』＂", '"') | {"（": "(", "）": ")", "｜": "|", "－": "-"})
"""Other quotes, and what Korean keyboards write at full width."""
_TOKENS = re.compile(r'([-(]*)"([^"]*)"?(\)*)|([^\s"]+)')
_OPERATORS = {"AND": "&", "OR": "|", "|": "|", "NOT": "-"}


@dataclass(frozen=True, slots=True)
class Not:
    """What must be absent."""

    part: "Expression"


@dataclass(frozen=True, slots=True)
class Both:
    """What must all be there, in canonical order."""

    parts: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Either:
    """Of what one is enough, in canonical order."""

    parts: tuple["Expression", ...]


Expression = Word | Not | Both | Either


class Fault(StrEnum):
    """Why a query would be read as another one than was asked."""

    NONE = "none"
    """Nothing in it can be looked for."""
    MANY = "many"
    """Something of it is beyond the bounds."""


class WordsRefused(ValueError):
    """A query that would be read as another one than was asked."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(
            "words that hold no letter and no digit"
            if fault is Fault.NONE
            else f"more than {QUERY_WORDS} words, {QUERY_CHARACTERS} characters or {DEPTH} nested parentheses"
        )
        self.fault = fault
        self.bounds = {"n": QUERY_WORDS, "characters": QUERY_CHARACTERS, "depth": DEPTH}
        """What a sentence about it names."""


def read(text: str) -> Expression | None:
    """The expression of a query, None where nothing could be understood. What is beyond the bounds is left out."""
    return _read(text.rstrip()[: QUERY_CHARACTERS + 1])[0]


def demand_whole(text: str) -> None:
    """WordsRefused for a query of which `read` would leave everything out, or something that is beyond the bounds."""
    found, is_whole = _read(text.rstrip()[: QUERY_CHARACTERS + 1])
    if not is_whole:
        raise WordsRefused(Fault.MANY)
    if found is None and text.strip():
        raise WordsRefused(Fault.NONE)


@lru_cache(maxsize=20_000)
def _read(text: str) -> tuple[Expression | None, bool]:
    """The expression of a query, and whether nothing of it is left out. Kept, since wishes are asked again and again.

    Given is one character more than is read.
    """
    given = list(_lexed(text[:QUERY_CHARACTERS].translate(_SIGNS)))
    kept = list(_bounded(given))
    is_whole = len(kept) == len(given) and len(text) <= QUERY_CHARACTERS
    while len(written(found := _Reader(kept).either())) > QUERY_CHARACTERS:
        del kept[-1]  # its spelling must be read whole again
        is_whole = False
    return found, is_whole


def written(expression: Expression | None) -> str:
    """The canonical query, in its shortest spelling: equal for all that were read alike."""
    match expression:
        case None:
            return ""
        case Not(part):
            return f"-{_inner(part)}"
        case Both(parts):
            return " ".join(_inner(one) if isinstance(one, Either) else written(one) for one in parts)
        case Either(parts):
            return " | ".join(map(written, parts))
        case _:
            return str(expression)


def holds(line: str, expression: Expression) -> bool:
    """Whether a text, given as `feeds.grams.line` gives it, is what an expression asks for."""
    match expression:
        case Not(part):
            return not holds(line, part)
        case Both(parts):
            return all(holds(line, part) for part in parts)
        case Either(parts):
            return any(holds(line, part) for part in parts)
        case _:
            for group in _in_line(expression):
                for phrase in group:
                    if phrase in line:
                        break
                else:
                    return False
            return True  # a thousand wishes ask of one release: generators would take twice as long


def grounds(expression: Expression, has: Callable[[Word], bool], *, wanted: bool = True) -> tuple[Word, ...] | None:
    """The words by which an expression holds of a text that `has` some; None where it does not hold.

    Of words of which one is enough, those that are there; of what is to be absent, nothing. With `wanted` false it is
    asked why the expression does not hold.
    """
    match expression:
        case Not(part):
            return grounds(part, has, wanted=not wanted)
        case Both(parts) | Either(parts):
            found = [grounds(part, has, wanted=wanted) for part in parts]
            held = [one for one in found if one is not None]
            enough = len(held) == len(found) if isinstance(expression, Both) is wanted else bool(held)
            return tuple(dict.fromkeys(word for one in held for word in one)) if enough else None
        case _:
            if has(expression) is not wanted:
                return None
            return (expression,) if wanted else ()


def words(expression: Expression | None, *, wanted: bool = True) -> Iterator[Word]:
    """The words that are to be there; those under a NOT are none of them."""
    match expression:
        case None:
            return
        case Not(part):
            yield from words(part, wanted=not wanted)
        case Both(parts) | Either(parts):
            for part in parts:
                yield from words(part, wanted=wanted)
        case _:
            if wanted:
                yield expression


@lru_cache(maxsize=20_000)
def groups(word: Word) -> Groups:
    """What an index must hold for a word: of each group one phrase. Kept as well."""
    return Wanted((word,)).groups


@lru_cache(maxsize=20_000)
def _in_line(word: Word) -> tuple[tuple[str, ...], ...]:
    """Of each group its phrases, as they stand in a line."""
    return tuple(tuple(phrase_in_line(phrase) for phrase in group) for group in groups(word))


def wants_absent(expression: Expression | None) -> bool:
    """Whether something of it is to be absent."""
    match expression:
        case Not():
            return True
        case Both(parts) | Either(parts):
            return any(map(wants_absent, parts))
        case _:
            return False


def without_absent(
    expression: Expression | None, *, but: Callable[[Expression], bool] = lambda part: False
) -> Expression | None:
    """What must be there wherever the expression holds; None where nothing must.

    Beside that stays what is to be absent of which `but` says so.
    """
    match expression:
        case None | Not():
            return None
        case Both(parts):
            there = [one for part in parts if (one := without_absent(part, but=but))]
            absent = [part for part in parts if isinstance(part, Not) and but(part.part)]
            return _joined(Both, [*there, *absent]) if there else None
        case Either(parts):
            kept = [without_absent(part, but=but) for part in parts]
            return _joined(Either, [one for one in kept if one]) if all(kept) else None
        case _:
            return expression


def _inner(expression: Expression) -> str:
    text = written(expression)
    return f"({text})" if isinstance(expression, Both | Either) else text


def _lexed(text: str) -> Iterator[str | Word]:
    depth = 0
    for before, phrase, after, bare in _TOKENS.findall(text):
        if bare in _OPERATORS:
            yield _OPERATORS[bare]
            continue
        word = phrase
        if bare:
            word = bare.lstrip("-(")
            before, kept = bare[: len(bare) - len(word)], word.rstrip(")")
            own = min(kept.count("("), len(word) - len(kept))
            after = ")" * (len(word) - len(kept) - own)
        found = plain(f'"{word}"').words[:1]
        opened = before if found else before.rstrip("-")
        closed = after[: depth + opened.count("(")]
        depth += opened.count("(") - len(closed)
        yield from (*opened, *found, *closed)


def _bounded(lexed: Iterable[str | Word]) -> Iterator[str | Word]:
    """What was lexed, without the words that are too many and the parentheses that are nested too deeply."""
    depth = 0
    seen: set[Word] = set()
    for one in lexed:
        depth += one == "("
        if isinstance(one, Word):
            if one in seen or len(seen) < QUERY_WORDS:
                seen.add(one)
                yield one
        elif one not in ("(", ")") or depth <= DEPTH:
            yield one
        depth -= one == ")"


class _Reader:
    """Reads what was lexed from the left; an operator without its operand is passed over."""

    def __init__(self, lexed: list[str | Word]) -> None:
        self.rest = lexed[::-1]

    def either(self) -> Expression | None:
        parts = [self.both()]
        while self.rest and self.rest[-1] == "|":
            self.rest.pop()
            parts.append(self.both())
        return _joined(Either, [one for one in parts if one])

    def both(self) -> Expression | None:
        parts: list[Expression] = []
        while self.rest and self.rest[-1] not in ("|", ")"):
            one = self.one()
            if one:
                parts.append(one)
        return _joined(Both, parts)

    def one(self) -> Expression | None:
        negated = False
        while self.rest and self.rest[-1] in ("-", "&"):
            negated ^= self.rest.pop() == "-"
        if not self.rest or self.rest[-1] in ("|", ")"):
            return None
        first = self.rest.pop()
        found: Expression | None
        if isinstance(first, Word):
            found = first
        else:
            found = self.either()
            if self.rest:
                self.rest.pop()
        if found is None or not negated:
            return found
        return found.part if isinstance(found, Not) else Not(found)


def _joined(kind: type[Both] | type[Either], parts: list[Expression]) -> Expression | None:
    flat = [one for part in parts for one in (part.parts if isinstance(part, kind) else (part,))]
    ordered = tuple(sorted(dict.fromkeys(flat), key=written))
    return kind(ordered) if len(ordered) > 1 else next(iter(ordered), None)
