"""What differs from person to person in a mail that is rendered once: places left open, and filled for each. Pure.

A place may hold what is said where a person has nothing of their own to be put there.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from markupsafe import Markup

from notifier.typesetting import without_marks, wrap

# U+FDD0 to U+FDD2 are noncharacters, kept by Unicode (section 23.7) for a program's own use: no text may hold them,
# every serialiser lets them pass, and whatever a writer puts into an article loses them in `clear_of_marks`.
_PLACEHOLDER = re.compile("\ufdd0([a-z_]+)(?:\ufdd2([^\ufdd0-\ufdd2]*))?\ufdd1")
_MARK = re.compile("[\ufdd0-\ufdd2]")


class _Placeholder(str):
    """A placeholder of ours, which alone may pass into a template's output with its marks."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class MailContent:
    """A mail's three parts, with placeholders until filled."""

    subject: str
    text: str
    html: str


def placeholder(name: str, otherwise: str | None = None) -> str:
    """The token that stands for a person's own value, such as `unsubscribe`, until `fill`.

    Where a person has none, it reads as `otherwise`; without that, every person must have one.
    """
    if otherwise is None:
        return _Placeholder(f"\ufdd0{name}\ufdd1")
    return _Placeholder(f"\ufdd0{name}\ufdd2{without_marks(otherwise)}\ufdd1")


def fill(content: MailContent, values: Mapping[str, str]) -> MailContent:
    """The mail of one person, values escaped in the HTML and wrapped in the text.

    ValueError where one is missing or brings a mark itself.
    """
    return MailContent(
        subject=_filled(content.subject, values),
        text=_filled(content.text, values, wrapped=True),
        html=_filled(content.html, {name: escape(value) for name, value in values.items()}),
    )


def fill_alike(content: MailContent, link: str) -> MailContent:
    """The mail with one link in every place that each person has one for, to see how long it becomes."""
    names = {name for part in (content.subject, content.text, content.html) for name, _ in _PLACEHOLDER.findall(part)}
    return fill(content, dict.fromkeys(names - {"reason"}, link))


def _filled(text: str, values: Mapping[str, str], *, wrapped: bool = False) -> str:
    def value(match: re.Match[str]) -> str:
        said = values.get(match[1], match[2])
        if said is None:
            raise ValueError(f"no value for {', '.join(_missing(text, values))}")
        return wrap(said) if wrapped and " " in said else said

    filled = _PLACEHOLDER.sub(value, text)
    if _MARK.search(filled):
        raise ValueError("a placeholder is left over")
    return filled


def _missing(text: str, values: Mapping[str, str]) -> list[str]:
    return sorted({name for name, otherwise in _PLACEHOLDER.findall(text) if name not in values and not otherwise})


def filled_line(line: str, values: Mapping[str, str]) -> str:
    """A line, such as a subject, with a person's values. ValueError as `fill`."""
    return _filled(line, values)


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a part that is filled for each person; `otherwise` is what stands there for who has no value."""

    name: str
    otherwise: str | None


def cut(text: str) -> list[str | Place]:
    """A part in pieces: what is the same for everybody, and the places between."""
    pieces: list[str | Place] = []
    at = 0
    for match in _PLACEHOLDER.finditer(text):
        pieces += [text[at : match.start()], Place(match[1], match[2])]
        at = match.end()
    return [*pieces, text[at:]]


def said_at(place: Place, values: Mapping[str, str]) -> str:
    """What stands at a place for a person. ValueError where that is missing or brings a mark itself."""
    said = values.get(place.name, place.otherwise)
    if said is None:
        raise ValueError(f"no value for {place.name}")
    if not said.isascii() and _MARK.search(said):
        raise ValueError("a placeholder is left over")
    return said


def wrapped(text: str, first: str = "", rest: str | None = None) -> str:
    """The text in lines; a placeholder stays one until it is filled."""
    return text if isinstance(text, _Placeholder) else wrap(text, first, rest)


def clear_of_marks(value: object) -> object:
    """What a template may write: marks pass only in placeholders of ours."""
    if isinstance(value, Markup):
        return Markup(without_marks(value))  # noqa: S704 - taking characters away leaves it as safe as it was
    return value if isinstance(value, _Placeholder) or not isinstance(value, str) else without_marks(value)
