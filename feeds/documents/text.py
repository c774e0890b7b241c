"""Strings at the border of a feed: characters that XML allows, one line where one is wanted, absolute addresses."""

import re
from collections.abc import Callable
from html import escape, unescape
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

_FORBIDDEN = re.compile("[^\t\n\r\u0020-\u007e\u00a0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_START_TAG = re.compile(r"""<[a-zA-Z](?:[^"'<>]++|"[^"]*+"|'[^']*+')*+>""")
_ATTRIBUTE = re.compile(r"""([^\s"'=<>/]++)(\s*=\s*)("[^"]*+"|'[^']*+'|[^\s"'<>`]++)""")
_ONE_ADDRESS = frozenset(
    {"action", "background", "cite", "codebase", "data", "formaction", "href", "longdesc", "manifest", "poster", "src"}
)
_SEVERAL_ADDRESSES = frozenset({"imagesrcset", "srcset"})
# HTML, section 4.8.4.2.1: an address without white space, then what it is for, up to a comma.
_CANDIDATE = re.compile(r"[\s,]*+(\S++)((?<!,)[^,(]*+(?:\([^)]*+\)[^,(]*+)*+)?")
_IN_A_STYLE = re.compile(r"""url\(\s*(["']?)([^"')]*)\1\s*\)""", re.IGNORECASE)
_LEFT_ALONE = "!$&'()*+,;=:@/?%~"


def clean(text: str) -> str:
    """The text without the characters that XML 1.0 (section 2.2) forbids and the controls it advises against
    (some readers take those for Windows-1252); its line ends become line feeds."""
    if text.replace("\n", " ").isprintable():  # then there is nothing to find, and that is known sooner
        return text
    return _FORBIDDEN.sub("", text).replace("\r\n", "\n").replace("\r", "\n")


def one_line(text: str) -> str:
    """The text, clean and on one line: every run of white space is one space, none at the ends."""
    spaced = " ".join(text.split())  # first, because some forbidden controls are white space between words
    return " ".join(clean(spaced).split())


def absolute(base: str, address: str) -> str | None:
    """The address seen from `base`, percent-encoded where a URI needs it (RFC 3986, section 2.1).

    None where it is no http or https address: nothing else may be offered to a feed reader.
    """
    try:
        parts = urlsplit(urljoin(base, clean(address).strip()))
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return None
    path, query, fragment = (quote(part, safe=_LEFT_ALONE) for part in parts[2:])
    return urlunsplit((parts.scheme, quote(parts.netloc, safe=_LEFT_ALONE + "[]"), path, query, fragment))


def absolute_html(base: str, html: str) -> str:
    """The HTML with its relative addresses seen from `base`, each of them wherever HTML lets one stand; everything
    else stays as it is, byte for byte."""

    def seen(address: str) -> str:
        """An address seen from the base, or as it was where that makes no sense."""
        try:
            return urljoin(base, address)
        except ValueError:
            return address

    def rewritten(found: re.Match[str]) -> str:
        """The attribute with its addresses seen from the base, or as it was where nothing changes."""
        name, written = found[1].lower(), found[3]
        value = unescape(written[1:-1] if written[0] in "\"'" else written)
        if name in _ONE_ADDRESS:
            whole = seen(value)
        elif name in _SEVERAL_ADDRESSES:
            whole = _each_candidate(value, seen)
        elif name == "style":
            whole = _IN_A_STYLE.sub(lambda address: f"url({address[1]}{seen(address[2])}{address[1]})", value)
        else:
            return found[0]
        return found[0] if whole == value else f'{found[1]}="{escape(whole)}"'

    return _START_TAG.sub(lambda tag: _ATTRIBUTE.sub(rewritten, tag[0]), html)


def _each_candidate(value: str, seen: Callable[[str], str]) -> str:
    """The value of a `srcset` with each of its addresses changed."""
    candidates = ((found[1].rstrip(","), (found[2] or "").strip()) for found in _CANDIDATE.finditer(value))
    parts = [(address, seen(address), condition) for address, condition in candidates if address]
    if all(address == whole for address, whole, _ in parts):
        return value
    return ", ".join(f"{whole} {condition}".rstrip() for _, whole, condition in parts)
