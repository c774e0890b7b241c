"""Strings at the border of a feed: characters that XML allows, one line where one is wanted, absolute addresses."""

import re
from html import escape, unescape
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

_FORBIDDEN = re.compile("[^\t\n\r\u0020-\u007e\u00a0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_START_TAG = re.compile(r"""<[a-zA-Z](?:[^"'<>]++|"[^"]*+"|'[^']*+')*+>""")
_ATTRIBUTE = re.compile(r"""([^\s"'=<>/]++)=("[^"]*+"|'[^']*+')""")
_HOLD_ADDRESSES = frozenset({"href", "src", "cite", "poster"})
_LEFT_ALONE = "!$&'()*+,;=:@/?%~"


def clean(text: str) -> str:
    """The text without the characters that XML 1.0 (section 2.2) forbids and the controls it advises against
    (some readers take those for Windows-1252); its line ends become line feeds."""
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
    """The HTML with its relative addresses seen from `base`; everything else stays as it is, byte for byte."""

    def joined(found: re.Match[str]) -> str:
        """The attribute with its address joined, or as it was where there is nothing to join."""
        if found[1].lower() not in _HOLD_ADDRESSES:
            return found[0]
        address = unescape(found[2][1:-1])
        try:
            whole = urljoin(base, address)
        except ValueError:
            return found[0]
        return found[0] if whole == address else f'{found[1]}="{escape(whole)}"'

    return _START_TAG.sub(lambda tag: _ATTRIBUTE.sub(joined, tag[0]), html)
