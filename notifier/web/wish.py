"""The sign-up form as it was filled in, with a sentence for each field that cannot stay so. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from feeds.errors import AddressRefused
from feeds.grams import QUERY_CHARACTERS
from feeds.model import Newsroom, Topic
from feeds.query import WordsRefused
from feeds.scope import MAX_VALUES, Scope
from feeds.words import Words
from notifier import timing
from notifier.addresses import normalise
from notifier.model import Cadence, Timing

Fields = list[tuple[str, str]]
"""A posted form: names and values in the order they came, a name several times where several were chosen."""


OF_THE_SCOPE = ("divisions", "narrow", "words")
"""The fields whose faults are faults of what is wished for."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What the form offers to choose from: divisions and topics that go on, boards, languages of releases."""

    newsroom: Newsroom
    topics: Sequence[Topic]

    def known(self, scope: Scope) -> Scope:
        """Of a scope, what is offered: with whatever is not, nothing could ever be told."""
        if scope.article is not None:
            return scope
        return Scope(
            tuple(slug for slug in scope.present(self.newsroom).divisions if slug in self._divisions),
            scope.language if scope.language in self.newsroom.city.languages else None,
            topics=tuple(slug for slug in scope.topics if slug in self._topics),
            boards=tuple(slug for slug in scope.boards if slug in self._boards),
            words=scope.words,
        )

    @property
    def _divisions(self) -> set[str]:
        return {division.slug for division in self.newsroom.divisions}

    @property
    def _topics(self) -> set[str]:
        return {topic.slug for topic in self.topics}

    @property
    def _boards(self) -> set[str]:
        return {board.slug for board in self.newsroom.city.boards}


@dataclass(frozen=True, slots=True)
class Wish:
    """What a sign-up form holds as it was filled in, with a sentence for each field that cannot stay so."""

    email: str = ""
    scope: Scope = field(default_factory=Scope)
    typed: str = ""
    """The words as they were typed, where they cannot stay so."""
    cadence: str = Cadence.DAILY
    timing: Timing | None = None
    language: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    find: str = ""
    """The part of a name by which divisions are looked for in the form itself."""
    finds: bool = False
    """Whether the form was sent for that alone."""


def looked_for(fields: Fields) -> str:
    """The part of a name that divisions are looked for by."""
    return "" if first(fields, "finding") == "all" else " ".join(first(fields, "find").split())[:80]


def only_finds(fields: Fields) -> bool:
    """Whether a form is sent to find divisions in it: by that button, or before what was typed there was looked for."""
    return bool(first(fields, "finding")) or looked_for(fields) != first(fields, "found")


def first(fields: Fields, name: str) -> str:
    """The first value of a field; empty where the form has none."""
    return next((value for key, value in fields if key == name), "")


def asked_scope(fields: Fields) -> Scope:
    """The scope of a form's fields, whatever they hold; ValueError for more than one holds, and WordsRefused for words
    that would be read as others."""
    article = asked_article(fields)
    if article is not None:
        return Scope(article=article)
    named = {"division": "division", "topic": "topic", "board": "board", "q": "q", "releases_in": "lang"}
    return Scope.of([(named[name], value) for name, value in fields if name in named and value])


def scope_or_fault(fields: Fields, words: Words) -> tuple[Scope, str, dict[str, str]]:
    """The scope of a form's fields; where its words cannot stay so, without them, with what was typed and a sentence.

    ValueError for more than a scope holds.
    """
    try:
        return asked_scope(fields), "", {}
    except WordsRefused as refused:
        others = [(name, value) for name, value in fields if name != "q"]
        typed = " ".join(value for name, value in fields if name == "q")[: 2 * QUERY_CHARACTERS]
        said = words(f"subscribe.error.words.{refused.fault}", **refused.bounds)
        return asked_scope(others), typed, {"words": said}


def asked_article(fields: Fields) -> int | None:
    """The one article that a form is about; None for a form about whatever comes. ValueError for no number."""
    return next((Scope.of([(name, value)]).article for name, value in fields if name == "article"), None)


def read_timing(fields: Fields, newsroom: Newsroom) -> Timing:
    """The hour and zone of a form; ValueError where there is no such hour or zone."""
    return timing.read(first(fields, "hour"), first(fields, "other_hour"), first(fields, "zone"), newsroom)


def read_scope(fields: Fields, offer: Offer, words: Words) -> tuple[Scope, str, dict[str, str]]:
    """What a form asks to follow, of what is offered; words that cannot stay so as typed; a sentence for each fault."""
    try:
        wished, typed, errors = scope_or_fault(fields, words)
        asked = wished.present(offer.newsroom)
    except ValueError:
        return Scope(), "", {"divisions": words("subscribe.error.divisions_many", n=MAX_VALUES)}
    scope = offer.known(asked)
    if scope.divisions != asked.divisions:
        errors["divisions"] = words("subscribe.error.divisions_unknown")
    if (scope.topics, scope.boards, scope.language) != (asked.topics, asked.boards, asked.language):
        errors["narrow"] = words("subscribe.error.narrow_unknown")
    return scope, typed, errors


def read_wish(fields: Fields, offer: Offer, words: Words, *, stood_here: bool) -> Wish:
    """What somebody asks to follow; `stood_here` says whether the form was one of our own pages' of today."""
    errors: dict[str, str] = {}
    email = first(fields, "email")
    try:
        normalise(email)
    except AddressRefused as refused:
        errors["email"] = words(refused.word)
    scope, typed, faults = read_scope(fields, offer, words)
    errors |= faults
    cadence = first(fields, "cadence") if scope.article is None else Cadence.IMMEDIATE
    if cadence not in list(Cadence):
        errors["cadence"] = words("subscribe.error.cadence")
    chosen = None
    # The short forms beside the releases do not ask for an hour; and who wants no digest is not asked for one.
    if first(fields, "hour") and cadence != Cadence.IMMEDIATE:
        try:
            chosen = read_timing(fields, offer.newsroom)
        except ValueError:
            errors["hour"] = words("timing.error")
    language = first(fields, "language") or words.language
    if language not in offer.newsroom.city.languages:
        errors["language"] = words("subscribe.error.language")
    if not stood_here:
        errors["form_token"] = words("subscribe.error.form")
    return Wish(email[:254], scope, typed, cadence, chosen, language, errors, looked_for(fields))
