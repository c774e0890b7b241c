"""The parts of a body written out: clean HTML, plain text, pictures."""

from collections.abc import Iterable
from itertools import groupby

from feeds.intake.blocks import inline_html
from feeds.intake.body import Body, Part, PartKind
from feeds.intake.clean import clean_html
from feeds.intake.footnotes import Notes
from feeds.intake.links import web_address
from feeds.model import Picture


def body_html(body: Body, base: str | None) -> str:
    """The body as HTML: paragraphs, lists, figures, and each note where it stood."""
    numbered = list(enumerate(body.parts))
    written: list[str] = []
    for (kind, ordered), group in groupby(numbered, key=lambda pair: (pair[1].kind, pair[1].ordered)):
        parts = [_part_html(part, number, body.notes, base) for number, part in group]
        if kind is PartKind.ITEM:
            name = "ol" if ordered else "ul"
            written.append(f"<{name}>{''.join(parts)}</{name}>")
        elif kind is PartKind.QUOTE:
            written.append(f"<blockquote>{''.join(parts)}</blockquote>")
        else:
            written += parts
    return clean_html("\n".join(written), base=base)


def _part_html(part: Part, number: int, notes: Notes, base: str | None) -> str:
    marks = [(mark.start, mark.end) for mark in notes.references if mark.line == number]
    inline = inline_html(part.block.pieces, marks) if part.block else ""
    match part.kind:
        case PartKind.HEADING:
            return f"<h3>{inline}</h3>"
        case PartKind.ITEM:
            return f"<li>{inline}</li>"
        case PartKind.NOTE:
            return f'<aside role="note"><p>{inline}</p></aside>'
        case PartKind.FIGURE:
            return _figure(part, inline, base)
        case PartKind.WHOLE:
            return part.block.html if part.block else ""
        case _:
            return f"<p>{inline}</p>"


def _figure(part: Part, caption: str, base: str | None) -> str:
    address = web_address(part.image.source, base) if part.image else None
    image = f'<img src="{_attribute(address)}" alt="{_attribute(part.image.alt)}">' if part.image and address else ""
    caption = f"<figcaption>{caption}</figcaption>" if caption else ""
    return f"<figure>{image}{caption}</figure>" if image or caption else ""


def _attribute(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")


def pictures(parts: Iterable[Part], base: str | None) -> tuple[Picture, ...]:
    """The pictures that have a caption, also those of which the page gives nothing else."""
    return tuple(
        Picture(
            caption=part.text,
            alt=(part.image.alt or None) if part.image else None,
            address=web_address(part.image.source, base) if part.image else None,
        )
        for part in parts
        if part.kind is PartKind.FIGURE and part.text
    )
