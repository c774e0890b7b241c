"""Strangers' text and HTML made safe and regular: the one place that decides what may stand in an article.

`clean_html` keeps the elements an article needs and nothing that acts, loads or hides (nh3's parser is that of
the HTML standard, so what we let through is what a browser will see). A link into the text itself stays one.
"""

import re
import unicodedata
from html import escape

import nh3
from selectolax.lexbor import LexborHTMLParser, LexborNode

from feeds.intake.flow import GONE, in_paragraphs
from feeds.intake.links import absolute
from feeds.intake.places import only_linked_places, place

MAX_ELEMENTS = 20_000
"""More tags than this are no release; parsers take quadratic time over deep nesting."""
MAX_ATTRIBUTES = 500
MAX_DEPTH = 60

_TAGS_NAMES = (
    "p h3 h4 ul ol li blockquote figure figcaption img a strong em b i s del strike sup sub br table caption "
    "thead tbody tr th td aside q cite abbr"
)
_TAGS = set(_TAGS_NAMES.split())
_DROPPED_WHOLE_NAMES = (
    "script style template noscript noembed noframes iframe object applet svg math select "
    "textarea button title xmp audio video canvas marquee"
)
_DROPPED_WHOLE = set(_DROPPED_WHOLE_NAMES.split())
_ATTRIBUTES = {
    "*": {"lang", "id"},
    "a": {"href"},
    "ol": {"start"},
    "li": {"value"},
    "img": {"src", "alt", "width", "height", "style"},
    "th": {"colspan", "rowspan"},
    "td": {"colspan", "rowspan"},
    "abbr": {"title"},
}
_ALLOWED_VALUES = {
    "aside": {"role": {"note"}},
    "th": {"scope": {"row", "col", "rowgroup", "colgroup"}},
}
_LINK_SCHEMES = frozenset({"http", "https", "mailto", "tel"})
_IMAGE_SCHEMES = frozenset({"http", "https"})

_CONTROLS = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]"
)
_INVISIBLE = re.compile("[\u200b\u2060\ufeff\u00ad]")
_NOTHING = {"Zs", "Zl", "Zp", "Cc", "Cf", "Cs"}
# Letters and marks by their category, of which nothing is seen: fillers of Hangul, the empty pattern of Braille,
# selectors of variants (Unicode, section 5.21, Default_Ignorable_Code_Point).
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_LINK = re.compile(r"<a((?: [a-z]+=\"[^\"]*\")*)>(.*?)</a>", re.DOTALL)
_IMAGE = re.compile(r"<img((?: [a-z]+=\"[^\"]*\")*)>")
_ATTRIBUTE = re.compile(r" ([a-z]+)=\"([^\"]*)\"")
_LEADS = re.compile(r" (?:href|id)=\"")
_TINY = re.compile(r"(?:^|;)\s*(?:(?:max-)?(?:width|height)\s*:\s*[01](?:px)?|display\s*:\s*none)\s*(?:;|!|$)", re.I)
_OLD_NAMES = re.compile(r"<(/?)(b|i|del|strike)(?=[ >])")
_NAMES = {"b": "strong", "i": "em", "del": "s", "strike": "s"}
_TAG_START = re.compile(r"<[A-Za-z]")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")


def clean_html(html: str, *, base: str | None) -> str:
    """`html` as an article may carry it: the allowed elements, addresses absolute against `base`, all else gone.

    Text is never lost with the element around it, except that of scripts, styles and controls. Cleaning twice
    is cleaning once. What is too big or too deep to be an article comes back as one plain paragraph.
    """
    text = without_controls(html)
    if too_rich(text):
        return _as_paragraph(re.sub(r"<[^<>]*>", " ", text))
    # An element that vanishes may change how its neighbours parse, so clean until nothing moves any more.
    for _ in range(6):
        cleaned = _pass(text, base)
        if cleaned == text:
            return cleaned
        text = cleaned
    return _as_paragraph(plain_text(text))


def _pass(html: str, base: str | None) -> str:
    def keep(tag: str, name: str, value: str) -> str | None:
        match name:
            case "id":
                return place(value)
            case "href" if value.strip().startswith("#"):
                named = place(value.strip()[1:])
                return f"#{named}" if named else None
            case "href":
                return absolute(value, base, schemes=_LINK_SCHEMES)
            case "src":
                return absolute(value, base, schemes=_IMAGE_SCHEMES)
            case "width" | "height" | "colspan" | "rowspan":
                number = re.fullmatch(r"\s*(\d{1,4})(?:px)?\s*", value)
                return str(int(number[1])) if number else None
            case "start" | "value":
                return str(int(value)) if re.fullmatch(r"[0-9]{1,4}", value.strip()) else None
            case "lang":
                return value if re.fullmatch(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,3}", value) else None
            case _:
                return clean_line(value) if name in {"alt", "title"} else value

    cleaned: str = nh3.clean(
        html,
        tags=_TAGS | GONE,
        clean_content_tags=_DROPPED_WHOLE,
        attributes=_ATTRIBUTES,
        tag_attribute_values=_ALLOWED_VALUES,
        attribute_filter=keep,
        url_schemes=set(_LINK_SCHEMES),
        link_rel=None,
    )
    # &nbsp; is no entity of XML, and a blank that cannot break serves nobody here.
    cleaned = in_paragraphs(without_controls(cleaned.replace("&nbsp;", " ")))
    # Most programs write the old names of emphasis; here each has one name. What is struck out is seen to be.
    cleaned = _OLD_NAMES.sub(lambda found: f"<{found[1]}{_NAMES[found[2]]}", cleaned)
    if _deeper_than(cleaned, MAX_DEPTH):
        cleaned = _as_paragraph(re.sub(r"<[^<>]*>", " ", cleaned), escaped=True)
    cleaned = only_linked_places(cleaned)
    cleaned = _LINK.sub(lambda found: found[0] if _LEADS.search(found[1]) else found[2], cleaned)
    return _IMAGE.sub(_image, cleaned).strip()


def _image(found: re.Match[str]) -> str:
    attributes = dict(_ATTRIBUTE.findall(found[1]))
    style = attributes.pop("style", "")
    tiny = any(attributes.get(side) in {"0", "1"} for side in ("width", "height"))
    if "src" not in attributes or tiny or _TINY.search(style):
        return ""
    attributes.setdefault("alt", "")
    return "<img" + "".join(f' {name}="{value}"' for name, value in attributes.items()) + ">"


def _as_paragraph(text: str, *, escaped: bool = False) -> str:
    line = " ".join(text.split())
    return f"<p>{line if escaped else escape(line, quote=False)}</p>" if line else ""


def too_rich(html: str) -> bool:
    """Whether `html` has more elements, or attributes in one element, than a parser should be given."""
    if sum(1 for _ in _TAG_START.finditer(html)) > MAX_ELEMENTS:
        return True
    return any(
        len(piece) > MAX_ATTRIBUTES and len(_QUOTED.sub("", piece).split(">", 1)[0].split()) > MAX_ATTRIBUTES
        for piece in html.split("<")[1:]
    )


def _deeper_than(html: str, limit: int) -> bool:
    depth = 0
    for closing, tag in re.findall(r"<(/?)([a-z0-9]+)", html):
        if tag not in {"br", "img"}:
            depth += -1 if closing else 1
        if depth > limit:
            return True
    return False


def without_controls(text: str) -> str:
    """`text` without controls, lone surrogates, noncharacters and overrides of direction (tab and line ends stay)."""
    return _CONTROLS.sub("", text)


def clean_line(text: str) -> str:
    """`text` as one line: NFC, without controls and invisible signs, every run of whitespace one space; empty where
    nothing of it would be seen.

    Compatibility forms are left alone: a full-width `＜` must not become a tag.
    """
    one_line = " ".join(re.sub(r"[\x0b\x0c\x1c-\x1f\x85]", " ", text).split())
    line = " ".join(unicodedata.normalize("NFC", _INVISIBLE.sub("", without_controls(one_line))).split())
    return "" if is_blank(line) else line


def is_blank(text: str) -> bool:
    """Whether nothing of it is seen: blanks, controls, marks of format, fillers."""
    return all(unicodedata.category(sign) in _NOTHING or _UNSEEN.match(sign) for sign in text)


def summary_of(subtitle: str | None, body_text: str, *, limit: int = 200) -> str:
    """The subtitle, else the first paragraph of `body_text`, cut at a word's end within `limit` characters."""
    paragraphs = (clean_line(block) for block in body_text.split("\n\n"))
    said = (line for line in paragraphs if line and not line.startswith("["))
    text = clean_line(subtitle or "") or next(said, "")
    if len(text) <= limit:
        return text
    cut = text[:limit]
    if not text[limit - 1 : limit + 1].startswith(" "):
        cut = text[: limit - 1].rsplit(" ", 1)[0] if " " in text[: limit - 1] else text[: limit - 1]
    return cut.rstrip(" ,;:–—-") + "…"


_STRUCK = {"s", "del", "strike"}
# Where a number stands higher or lower, it is another number without that: 10³ is not 103.
_HIGH, _LOW = (str.maketrans("0123456789+-−=()ni", signs) for signs in ("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱ", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₙᵢ"))
_RAISABLE = re.compile(r"[0-9+\-−=()ni]*[0-9n][0-9+\-−=()ni]*")
_PARAGRAPHS = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "figure", "aside", "table", "div", "caption"}


def plain_text(html: str) -> str:
    """`html` for reading without markup: a blank line between paragraphs, "- " before items, [captions]."""
    if too_rich(html):
        return clean_line(re.sub(r"<[^<>]*>", " ", html))
    body = LexborHTMLParser(without_controls(html)).body
    if body is None:
        return ""
    text = re.sub(r" {2,}", " ", "".join(_spoken(body, 0)))
    text = re.sub(r" *\n *", "\n", text)
    text = re.sub(r"(?m)^(-|\d+\.)\n+", r"\1 ", text)
    return without_controls(re.sub(r"\n{3,}", "\n\n", text)).strip()


def _spoken(node: LexborNode, depth: int, *, in_item: bool = False) -> list[str]:
    if node.tag == "-text":
        return [re.sub(r"\s+", " ", node.text_content or "")]
    if node.tag in _DROPPED_WHOLE or node.tag in _STRUCK or depth > 4 * MAX_DEPTH:
        return []
    within: list[str] = []
    elements, number = 0, _number(node, "start", 1)
    for child in node.iter(include_text=True):
        number = _number(child, "value", number)
        within += _joint(node, child, number if child.tag == "li" else elements)
        within += _spoken(child, depth + 1, in_item=in_item or node.tag == "li")
        elements += child.tag != "-text"
        number += child.tag == "li"
    match node.tag:
        case "br":
            return ["\n"]
        case "sup" | "sub" if _RAISABLE.fullmatch("".join(within).strip()):
            return ["".join(within).strip().translate(_HIGH if node.tag == "sup" else _LOW)]
        case "tr":
            return [*within, "\n"]
        case "figcaption":
            return ["\n[", *within, "]\n"]
        case "td" | "th":
            return ["".join(within).replace("\n", " ")]
        case "ul" | "ol":
            return ["\n" if in_item else "\n\n", *within, "\n" if in_item else "\n\n"]
        case tag if tag in _PARAGRAPHS:
            return ["\n", *within, "\n"] if in_item else ["\n\n", *within, "\n\n"]
    return within


def _number(node: LexborNode, name: str, otherwise: int) -> int:
    """The number that an attribute of a list gives."""
    given = (node.attributes.get(name) or "") if node.tag in ("ol", "li") else ""
    return int(given) if re.fullmatch(r"[0-9]{1,4}", given) else otherwise


def _joint(parent: LexborNode, child: LexborNode, position: int) -> list[str]:
    """What is said before `child` because of where it stands in `parent`."""
    if child.tag == "li":
        return [f"\n{position}. " if parent.tag == "ol" else "\n- "]
    return [" | "] if parent.tag == "tr" and position and child.tag in {"td", "th"} else []
