"""Which of very many wishes hold an article, found at once: what `Scope.matches` answers of each by itself. Pure.

Each distinct wish is compiled once into a condition on facts: that a phrase of tokens is in the text, that it is of a
division, a topic, a board, a language. One automaton (Aho-Corasick) over the phrases of all wishes goes through the
article's tokens once and says which are there; only wishes that wait for one of these facts are then asked.
"""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Sequence
from itertools import chain, filterfalse
from threading import Lock
from typing import Any

import ahocorasick

from feeds.grams import Word, line
from feeds.model import Article
from feeds.query import Both, Either, Expression, Not, groups, read
from feeds.scope import Scope

SPARE = 10_000
"""How many wishes that nobody has any more are kept beside as many as there are."""

_AND, _OR, _NOT = "&", "|", "-"
_Node = int | tuple[str, tuple[Any, ...]]
"""A fact by number, or what must be so of others: all, one, or (of a single one) not."""
_Test = tuple[Sequence[int], Sequence[int], Sequence[_Node]]
"""What a wish asks: facts that must be there, facts that must not, and whatever else must hold."""
_NOTHING: _Test = ((), (), ())


class Watch:
    """Wishes, by their canonical text. What it has learned of one it keeps, for the next article asks again.

    It may be asked from several threads.
    """

    def __init__(self) -> None:
        """Know no wish."""
        self._lock = Lock()
        self._begin()

    def _begin(self) -> None:
        self._known: dict[str, int] = {}
        self._texts: list[str] = []
        self._tests: list[_Test] = []
        self._facts: dict[Hashable, int] = {}
        self._weights: list[float] = []
        self._sure: defaultdict[int, list[int]] = defaultdict(list)
        self._waiting: defaultdict[int, list[int]] = defaultdict(list)
        self._always: list[int] = []
        self._phrases: dict[str, int] = {}
        self._told_by: list[list[int]] = []  # by number of the phrase: the facts that it makes so
        self._automaton = ahocorasick.Automaton(ahocorasick.STORE_INTS)

    def __len__(self) -> int:
        """How many wishes it knows."""
        return len(self._texts)

    def learn(self, wishes: Collection[str]) -> None:
        """Know all of these, which are all that there are. What nobody wishes any more is forgotten by and by."""
        with self._lock:
            self._learn(wishes)

    def holding(self, wishes: Collection[str], article: Article, lineage: Iterable[str]) -> set[str]:
        """Which of these wishes hold an article as it stands; `lineage` is its division's, with those above it.

        Given are all that there are. There may be some in the answer that nobody has any more.
        """
        with self._lock:
            self._learn(wishes)
            return self._holding(self.facts(article, lineage))

    def _learn(self, wishes: Collection[str]) -> None:
        if len(self) > 2 * len(wishes) + SPARE:
            self._begin()
        for text in filterfalse(self._known.__contains__, wishes):
            self._file(text)

    def facts(self, article: Article, lineage: Iterable[str]) -> set[int]:
        """What wishes wait for and this article has."""
        own = [("division", slug) for slug in lineage]
        own += [("topic", slug) for slug in article.topics]
        own += [("language", article.content.language), ("article", str(article.id))]
        own += [("board", article.board)] if article.board else []
        found = {self._facts[one] for one in own if one in self._facts}
        if self._phrases:
            if self._automaton.kind == ahocorasick.TRIE:  # something was added
                self._automaton.make_automaton()
            there = {number for _, number in self._automaton.iter(line(article.content.texts))}
            found.update(chain.from_iterable(self._told_by[number] for number in there))
        return found

    def asked(self, facts: Iterable[int]) -> set[int]:
        """The wishes, by number, that may hold where these are the facts, and are asked."""
        return set(chain(self._always, *(self._waiting[one] for one in facts if one in self._waiting)))

    def _holding(self, facts: set[int]) -> set[str]:
        found = set(chain.from_iterable(self._sure[one] for one in facts if one in self._sure))
        for one in self.asked(facts):
            needed, absent, rest = self._tests[one]
            if facts.issuperset(needed) and facts.isdisjoint(absent) and all(_holds(node, facts) for node in rest):
                found.add(one)
        return {self._texts[one] for one in found}

    def _file(self, text: str) -> None:
        """Put a wish where the facts are that it waits for."""
        if text in self._known:
            return  # it was given twice
        node = self._of_scope(Scope.parse(text))
        number = self._known[text] = len(self._texts)
        self._texts.append(text)
        enough = _enough(node)
        self._tests.append(_NOTHING if enough else _test(node))
        for fact in enough:
            self._sure[fact].append(number)
        if not enough:
            triggers = self._triggers(node)
            for fact in set(triggers or ()):
                self._waiting[fact].append(number)
            if triggers is None:
                self._always.append(number)

    def _triggers(self, node: _Node) -> Sequence[int] | None:
        """Facts without any of which it cannot hold, the rarest that there are; None where there are none."""
        if isinstance(node, int):
            return (node,)
        kind, parts = node
        if kind == _NOT:
            return None
        found = [self._triggers(part) for part in parts]
        if kind == _OR:
            known = [one for one in found if one is not None]
            return tuple(chain.from_iterable(known)) if len(known) == len(found) else None
        return min((one for one in found if one is not None), key=self._weight, default=None)

    def _weight(self, facts: Sequence[int]) -> float:
        return sum(self._weights[one] for one in facts)

    def _of_scope(self, scope: Scope) -> _Node:
        if scope.article is not None:
            return self._fact(("article", str(scope.article)), 1)
        parts = [
            _joined(_OR, [self._fact((kind, slug), 1) for slug in slugs])
            for kind, slugs in (("division", scope.divisions), ("topic", scope.topics), ("board", scope.boards))
            if slugs
        ]
        parts += [self._fact(("language", scope.language), 1)] if scope.language else []
        wanted = read(scope.words)
        return _joined(_AND, [*parts, self._of_words(wanted)] if wanted else parts)

    def _of_words(self, wanted: Expression) -> _Node:
        match wanted:
            case Not(part):
                return _NOT, (self._of_words(part),)
            case Both(parts):
                return _joined(_AND, map(self._of_words, parts))
            case Either(parts):
                return _joined(_OR, map(self._of_words, parts))
            case _:
                return self._of_word(wanted)

    def _of_word(self, word: Word) -> _Node:
        """All groups of the word, each of which is so where one of its phrases is there."""
        nodes: list[_Node] = []
        for group in groups(word):
            phrases = [f" {' '.join(phrase)} " for phrase in group]
            known = len(self._facts)
            fact = self._fact(phrases[0] if len(phrases) == 1 else tuple(phrases), 1 / len(phrases[0]))
            if fact == known:  # it is new
                for phrase in phrases:
                    self._told_by[self._phrase(phrase)].append(fact)
            nodes.append(fact)
        return _joined(_AND, nodes)

    def _phrase(self, phrase: str) -> int:
        number = self._phrases.get(phrase)
        if number is None:
            number = self._phrases[phrase] = len(self._phrases)
            self._told_by.append([])
            self._automaton.add_word(phrase, number)
        return number

    def _fact(self, fact: Hashable, weight: float) -> int:
        """Its number. The weight says how common it may be: a long word is rare, a division is not."""
        number = self._facts.get(fact)
        if number is None:
            number = self._facts[fact] = len(self._facts)
            self._weights.append(weight)
        return number


def _joined(kind: str, parts: Iterable[_Node]) -> _Node:
    flat: list[_Node] = []
    for part in parts:
        flat += part[1] if isinstance(part, tuple) and part[0] == kind else (part,)
    return flat[0] if len(flat) == 1 else (kind, tuple(flat))


def _enough(node: _Node) -> Sequence[int]:
    """Facts of which each is enough; none where it takes more."""
    if isinstance(node, int):
        return (node,)
    kind, parts = node
    return parts if kind == _OR and all(isinstance(part, int) for part in parts) else ()


def _test(node: _Node) -> _Test:
    parts = node[1] if isinstance(node, tuple) and node[0] == _AND else (node,)
    absent = [one[1][0] for one in parts if isinstance(one, tuple) and one[0] == _NOT and isinstance(one[1][0], int)]
    needed = [one for one in parts if isinstance(one, int)]
    rest = [one for one in parts if isinstance(one, tuple) and not (one[0] == _NOT and isinstance(one[1][0], int))]
    return tuple(needed), tuple(absent), tuple(rest)


def _holds(node: _Node, facts: set[int]) -> bool:
    if isinstance(node, int):
        return node in facts
    kind, parts = node
    if kind == _NOT:
        return not _holds(parts[0], facts)
    return (all if kind == _AND else any)(_holds(part, facts) for part in parts)
