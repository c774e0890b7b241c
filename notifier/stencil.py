"""A mailing's message as octets that are made once, with places for what is a person's own. Pure.

A recipient costs a substitution, not a rendering.
"""

from collections.abc import Callable, Mapping, Sequence
from html import escape

from notifier import mime
from notifier.encodings import in_pieces
from notifier.placeholders import MailContent, Place, cut, filled_line, said_at
from notifier.typesetting import wrap

Headers = Callable[[str | None], Sequence[tuple[str, str]]]
_MOST_SENTENCES = 1_000
"""How many that stand in places are kept as they are written."""


class Stencil:
    """Of one mailing. Gives each person what `notifier.placeholders.fill` and `notifier.mime.build` would say."""

    def __init__(self, content: MailContent, headers: Headers, shared: Mapping[str, str]) -> None:
        """`headers` gives those of every message of it, with their subject or without one; `shared` is what stands in a
        place for everybody alike."""
        self._text = _Part("plain", content.text, shared, lambda said, own: wrap(said) if " " in said else said)
        self._html = _Part("html", content.html, shared, lambda said, own: escape(said) if own else said)
        alike = len(cut(content.subject)) == 1
        self._subject = None if alike else content.subject
        limit = mime.boundary((*self._text.constants, b"\0", *self._html.constants))
        self._opening = mime.head(headers(mime.encode_header(content.subject) if alike else None)) + mime.opening(limit)
        self._between, self._closing = mime.between(limit), mime.closing(limit)

    def message(self, own: Sequence[tuple[str, str]], values: Mapping[str, str]) -> bytes:
        """The message of one person, whose `own` header fields come first, as `mime.headers_of_one` gives them. No line
        begins with a dot.

        ValueError where a person has no value for one of the places.
        """
        head = "".join([f"{name}: {value}\r\n" for name, value in own]).encode()
        if self._subject is not None:
            head += mime.head([("Subject", mime.encode_header(filled_line(self._subject, values)))])
        pieces = head, self._opening, *self._text.write(values), self._between, *self._html.write(values), self._closing
        return b"".join(pieces)


class _Part:
    """One part: its pieces encoded, its places in order."""

    def __init__(
        self, subtype: str, content: str, shared: Mapping[str, str], written: Callable[[str, bool], str]
    ) -> None:
        """`written` says what of a value is written, and is told whether it is a person's own."""
        self._written = written
        places: list[Place] = []
        self._sentences: dict[str, bytes] = {}
        constants = [""]
        for piece in cut(content.rstrip("\r\n")):
            if not isinstance(piece, Place):
                constants[-1] += piece
            elif piece.name in shared:
                constants[-1] += written(said_at(piece, shared), True)
            else:
                places.append(piece)
                constants.append("")
        self._different = list(dict.fromkeys(places))  # a link stands in several places
        self._order = [self._different.index(one) for one in places]
        constants[-1] += "\n"
        self.constants = [mime.octets(one) for one in constants]
        self._pieces = in_pieces(self.constants)
        self._head = mime.part_head(subtype, self._pieces.encoding)

    def write(self, values: Mapping[str, str]) -> Sequence[bytes]:
        said = [self._said(place, values) for place in self._different]
        return [self._head, *self._pieces.write([said[one] for one in self._order])]

    def _said(self, place: Place, values: Mapping[str, str]) -> bytes:
        said, own = said_at(place, values), place.name in values
        if " " not in said:
            return mime.octets(self._written(said, own))
        known = self._sentences.get(said)
        if known is None:  # many people share it
            if len(self._sentences) >= _MOST_SENTENCES:
                self._sentences.clear()
            known = self._sentences[said] = mime.octets(self._written(said, own))
        return known
