"""What an article still lacks before it may be public. Pure; the answers are keys of sentences."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from feeds.intake.clean import is_blank
from feeds.model import Content
from feeds.words import Words

_FIELDS = {
    "ready.title": "title",
    "ready.text": "text",
    "ready.text_alt": "text",
    "ready.caption": "pictures.{}.caption",
    "ready.credit": "pictures.{}.credit",
    "ready.alt": "pictures.{}.alt",
    "ready.file_name": "attachments.{}.name",
}
# Cleaned HTML quotes every attribute. What is under this path is ours, whatever the newsroom's address was then.
_PICTURE = re.compile(r'<img((?: [a-z]+="[^"]*")*)>')
_OURS = re.compile(r' src="[^"]*/media/[0-9a-f]{64}\.[a-z]+"')
_ALT = re.compile(r' alt="\s*[^"\s]')


@dataclass(frozen=True, slots=True)
class Lack:
    """One thing that is missing: the key of its sentence, and the place of the picture or file, which counts from 0."""

    word: str
    place: int | None = None

    def __str__(self) -> str:
        """It for programmers."""
        return self.field or self.word

    @property
    def field(self) -> str:
        """The path of the field in which it can be written, as `pictures.1.caption`; empty where there is none."""
        return _FIELDS.get(self.word, "").format(self.place)

    @property
    def values(self) -> Mapping[str, object]:
        """What its sentence names: people count from 1."""
        return {} if self.place is None else {"n": self.place + 1}

    def said(self, words: Words) -> str:
        """It as a sentence."""
        return words(self.word, **self.values)


def lacking(content: Content) -> tuple[Lack, ...]:
    """What is missing, in the order of the form; nothing where the article can be published.

    A picture that we serve needs its caption, its credit, and a text for who cannot see it unless it is decorative
    (WCAG 2.2, 1.1.1); within the text it needs that text. One that only its source shows is told as it stands there:
    readers get a link to it.
    """
    return tuple(_missing(content))


def _missing(content: Content) -> Iterator[Lack]:
    if is_blank(content.title):
        yield Lack("ready.title")
    if is_blank(content.body_text):
        yield Lack("ready.text")
    if any(_OURS.search(one) and not _ALT.search(one) for one in _PICTURE.findall(content.body_html)):
        yield Lack("ready.text_alt")
    for place, picture in enumerate(content.pictures):
        said = {"ready.caption": picture.caption, "ready.credit": picture.credit, "ready.alt": picture.alt}
        for word, text in said.items():
            is_silent = word == "ready.alt" and picture.decorative
            if picture.media is not None and not is_silent and is_blank(text or ""):
                yield Lack(word, place)
    for place, attachment in enumerate(content.attachments):
        if is_blank(attachment.name):
            yield Lack("ready.file_name", place)
