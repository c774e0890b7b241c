"""Addresses found in pages: made absolute, or dropped. Nothing here opens one."""

import re
from urllib.parse import parse_qsl, quote, urljoin, urlsplit, urlunsplit

from feeds.intake.draft import Identity

_IGNORED_BY_BROWSERS = re.compile(r"[\t\r\n]")
_PATH_SAFE = "/:@!$&'()*+,;=~%-._"
_QUERY_SAFE = _PATH_SAFE + "?"
_MAX_ADDRESS = 2_000
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


def absolute(address: str, base: str | None, *, schemes: frozenset[str]) -> str | None:
    """`address` seen from `base` (http or https), or None where it must not be linked.

    Refused are other schemes, credentials (RFC 3986, section 3.2.1), relative addresses without a base,
    and whatever a browser would read differently from us. Non-ASCII and blanks are percent-encoded.
    """
    text = _IGNORED_BY_BROWSERS.sub("", address).strip("\x00 \x0b\x0c\x1f\xa0").replace("\\", "/")
    if not text or len(text) > _MAX_ADDRESS or any(ord(sign) < 32 for sign in text):
        return None
    try:
        scheme = urlsplit(text).scheme.lower()
        if scheme in {"mailto", "tel"}:
            return _plain(text, scheme) if scheme in schemes else None
        if not scheme and base is None:
            return None
        return _web(text if base is None else urljoin(base, text), schemes)
    except ValueError:
        return None


def _plain(text: str, scheme: str) -> str | None:
    rest = text.split(":", 1)[1].strip()
    return f"{scheme}:{quote(rest, safe=_QUERY_SAFE)}" if rest else None


def _web(text: str, schemes: frozenset[str]) -> str | None:
    parts = urlsplit(text)
    scheme = parts.scheme.lower()
    if scheme not in schemes or scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
        return None
    if not _is_host(parts.netloc) or parts.port == 0:
        return None
    return urlunsplit((
        scheme,
        parts.netloc.lower(),
        quote(parts.path, safe=_PATH_SAFE),
        quote(parts.query, safe=_QUERY_SAFE),
        quote(parts.fragment, safe=_QUERY_SAFE),
    ))  # fmt: skip


def _is_host(netloc: str) -> bool:
    return re.fullmatch(r"[\w.\-]+(?::\d{1,5})?|\[[0-9A-Fa-f:.]+\](?::\d{1,5})?", netloc) is not None


def web_address(address: str | None, base: str | None = None) -> str | None:
    """`address` as an absolute http or https address, or None."""
    return absolute(address, base, schemes=frozenset({"http", "https"})) if address else None


def identity_of(address: str) -> Identity | None:
    """The post an address of an eGovFrame board points to, or None where it points to none.

    The host is in lower case, without port and credentials. `bbsId` and `nttId` may stand in any order, and
    also inside a parameter that holds an address of its own, as `menu_link` does. Two answers are no answer.
    """
    try:
        parts = urlsplit(address.strip())
        host = (parts.hostname or "").rstrip(".")
        port_is_one = parts.port is None or parts.port > 0
    except ValueError:
        return None
    if parts.scheme.lower() not in {"http", "https"} or not host or not port_is_one:
        return None
    found: dict[str, set[str]] = {"bbsid": set(), "nttid": set()}
    _gather(parts.query, found, depth=0)
    boards, posts = found["bbsid"], found["nttid"]
    if len(boards) != 1 or len(posts) != 1:
        return None
    return Identity(host=host, board_id=boards.pop(), post_id=posts.pop())


def _gather(query: str, found: dict[str, set[str]], *, depth: int) -> None:
    try:
        pairs = parse_qsl(query, max_num_fields=100)
    except ValueError:
        return
    for name, value in pairs:
        if name.lower() in found and _ID.fullmatch(value):
            found[name.lower()].add(value)
        elif "?" in value and depth < 3:
            _gather(value.split("?", 1)[1], found, depth=depth + 1)
