"""The sign-up form as it was filled in, with a sentence for each field that cannot stay so. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from feeds.errors import AddressRefused
from feeds.model import Newsroom
from feeds.scope import MAX_VALUES
from feeds.words import Words
from notifier.addresses import normalise
from notifier.model import Cadence

Fields = list[tuple[str, str]]
"""A posted form: names and values in the order they came, a name several times where several were chosen."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a sign-up form holds as it was filled in, with a sentence for each field that cannot stay so."""

    email: str = ""
    divisions: tuple[str, ...] = ()
    cadence: str = Cadence.DAILY
    language: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)


def first(fields: Fields, name: str) -> str:
    """The first value of a field; empty where the form has none."""
    return next((value for key, value in fields if key == name), "")


def present(slugs: Iterable[str], newsroom: Newsroom) -> tuple[str, ...]:
    """The slugs of the divisions that go on today with the work of those asked for; an unknown one as it is."""
    going_on = ((slug, newsroom.current(slug)) for slug in slugs)
    return tuple(dict.fromkeys(division.slug if division else slug for slug, division in going_on))


def read_wish(fields: Fields, newsroom: Newsroom, words: Words, *, stood_here: bool) -> Wish:
    """What somebody asks to follow; `stood_here` says whether the form was one of our own pages' of today."""
    errors: dict[str, str] = {}
    email = first(fields, "email")
    try:
        normalise(email)
    except AddressRefused as refused:
        errors["email"] = words(refused.word)
    asked = tuple(dict.fromkeys(value for name, value in fields if name == "division" and value))
    divisions = present(asked, newsroom)
    if len(divisions) > MAX_VALUES:
        errors["divisions"] = words("subscribe.error.divisions_many", n=MAX_VALUES)
    elif not set(divisions) <= {division.slug for division in newsroom.divisions}:
        errors["divisions"] = words("subscribe.error.divisions_unknown")
    cadence = first(fields, "cadence")
    if cadence not in list(Cadence):
        errors["cadence"] = words("subscribe.error.cadence")
    language = first(fields, "language") or words.language
    if language not in newsroom.city.languages:
        errors["language"] = words("subscribe.error.language")
    if not stood_here:
        errors["form_token"] = words("subscribe.error.form")
    return Wish(email[:254], divisions[:MAX_VALUES], cadence, language, errors)
