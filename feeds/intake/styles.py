"""What the style of an element in somebody's document means for its text. Pure."""

import re
from collections.abc import Mapping
from dataclasses import replace

from feeds.intake.inline import Look

_DECLARATION = re.compile(r"([a-zA-Z-]+)\s*:\s*((?:\"[^\"]*\"|'[^']*'|[^;\"'])*)")
_LONGEST = 4_000
_REMARKS = {"msocomanchor", "msocomtxt", "msocomoff", "msocommentreference", "msocommenttext", "msocommentsubject"}
_ELEMENTS = {"comment", "comment-list", "header", "footer"}
_BOLD = {"b", "strong"}
_ITALIC = {"i", "em"}
_STRUCK = {"s", "strike"}
_SHIFTS = {"sup": "sup", "sub": "sub", "super": "sup"}


def declarations(style: str) -> dict[str, str]:
    """The declarations of a `style` attribute, without quotation marks: Hangul writes font-weight:"bold"."""
    found = _DECLARATION.findall(style[:_LONGEST])
    return {name.lower(): value.strip().strip("\"'").strip() for name, value in found}


def is_hidden(style: Mapping[str, str]) -> bool:
    """Whether nobody sees the element: a browser does not, or Word does not."""
    display, visibility = style.get("display", ""), style.get("visibility", "")
    return display.startswith("none") or visibility.startswith("hidden") or style.get("mso-hide", "") == "all"


def is_remark(tag: str, name: str, href: str, style: Mapping[str, str]) -> bool:
    """Whether an element is none of the text but of the work on it: what was deleted, and what Word's reviewers say.

    `name` is its class. Word writes a comment as a link into a list of all at the end.
    """
    if tag == "del" or href.startswith("#_msocom") or not _REMARKS.isdisjoint(name.lower().split()):
        return True
    return style.get("mso-element", "").lower() in _ELEMENTS


def looked(tag: str, style: Mapping[str, str], look: Look) -> Look:
    """The look within an element: what it is, then what its style says. Google Docs wraps all in <b> set normal."""
    if tag in _BOLD:
        look = replace(look, bold=True)
    if tag in _ITALIC:
        look = replace(look, italic=True)
    if tag in _STRUCK or "line-through" in style.get("text-decoration", ""):
        look = replace(look, struck=True)
    if tag in _SHIFTS:
        look = replace(look, shift=_SHIFTS[tag])
    weight, slant = (style.get(name, "").split(" ")[0].lower() for name in ("font-weight", "font-style"))
    if weight and weight != "inherit":
        is_number = weight.isascii() and weight.isdigit() and len(weight) < 5
        look = replace(look, bold=int(weight) >= 600 if is_number else weight in ("bold", "bolder"))
    if slant and slant != "inherit":
        look = replace(look, italic=slant in ("italic", "oblique"))
    raised = style.get("vertical-align", "").lower()
    return replace(look, shift=_SHIFTS[raised]) if raised in ("super", "sub") else look
