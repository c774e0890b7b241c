"""Why a person gets a release who follows by words: which of their wishes it meets, by which words. Pure.

The sentence is written when the mail is planned and kept with the delivery, for it is the person's own: the mailing
that all share has only the place for it.
"""

from collections.abc import Callable, Sequence

from feeds.scope import Scope
from feeds.words import Words
from notifier.typesetting import without_marks

WISH = 120
"""Characters of a wish's name; what is longer is cut."""
SAID = 400
"""Characters of all wishes named; those that have no room are counted."""
FOUND = 6
"""How many words found are told of one wish."""
ROOM = 10_000
"""Bytes that the longest sentence takes in both parts of a message: a Korean one in a part that is quoted-printable."""

Matched = tuple[Scope, Sequence[str]]
"""A wish that was met, and the words by which, as they stand in the text."""


def wishes_met(matched: Sequence[Matched], names: Callable[[Scope], Sequence[str]], words: Words) -> str:
    """What the sentence says of wishes, on one line. `names` are those of what a wish asks for."""
    told: list[str] = []
    for scope, found in matched:
        one = _wish(scope, found, names, words)
        if told and sum(map(len, told)) + len(one) > SAID:
            break
        told.append(one)
    rest = len(matched) - len(told)
    more = [words("mail.because.more", n=rest)] if rest else []
    return without_marks(words("mail.because.and").join(told + more))


def _wish(scope: Scope, found: Sequence[str], names: Callable[[Scope], Sequence[str]], words: Words) -> str:
    alone = scope == Scope(words=scope.words)
    name = words("scope.words", words=scope.words) if alone else words("scope.and").join(names(scope))
    what = " ".join(name.split())
    what = what if len(what) <= WISH else what[: WISH - 1] + "…"
    if not found:  # all that it says of words is what is to be absent
        return what
    return words("mail.because.wish", what=what, found=", ".join(found[:FOUND]))
