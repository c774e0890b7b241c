"""The two parts of a mailing as octets: what is the same for everybody is made ready once. Pure."""

from collections.abc import Callable, Mapping
from html import escape

from notifier.mime import octets
from notifier.placeholders import MailContent, Place, cut, said_at
from notifier.typesetting import wrap


class Bodies:
    """Of one mailing. Gives for each person the octets that `notifier.placeholders.fill` and encoding would give."""

    def __init__(self, content: MailContent) -> None:
        """Take the mailing apart."""
        self._text = [_ready(piece) for piece in cut(content.text)]
        self._html = [_ready(piece) for piece in cut(content.html)]

    def text(self, values: Mapping[str, str]) -> bytes:
        """The text part. ValueError where a person has no value for one of its places."""
        return _joined(self._text, values, lambda said, own: wrap(said) if " " in said else said)

    def html(self, values: Mapping[str, str]) -> bytes:
        """The HTML part."""
        return _joined(self._html, values, lambda said, own: escape(said) if own else said)


def _ready(piece: str | Place) -> bytes | Place:
    return piece if isinstance(piece, Place) else octets(piece)


def _joined(pieces: list[bytes | Place], values: Mapping[str, str], said: Callable[[str, bool], str]) -> bytes:
    return b"".join(
        piece if isinstance(piece, bytes) else octets(said(said_at(piece, values), piece.name in values))
        for piece in pieces
    )
