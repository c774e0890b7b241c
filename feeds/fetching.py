"""Asks an address that somebody names, or tells it something, without being led to where only we can go.

Only http and https, and only the public internet (see `feeds.outgoing`); each redirect is a new question. Size and
total time are bounded whatever the server does: a byte a second, an endless head, a body that unpacks to a thousand
times its size.
"""

import ssl
import time
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO
from urllib.parse import urljoin, urlsplit

import httpcore

from feeds.outgoing import Deadline, FetchRefused, PublicNetwork, Rules

MAX_REDIRECTS = 5
_CHUNK = 64 * 1024
_REDIRECTS = {301, 302, 303, 307, 308}
_USER_AGENT = b"Civicwire (a newsroom's feeds and pages)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What an address answered: where it was in the end, and what the server called it. The bytes are in the file."""

    address: str
    media_type: str | None
    length: int


def fetch(address: str, into: IO[bytes], rules: Rules | None = None) -> Fetched:
    """Fetch an address into a file. FetchRefused, in one sentence, for all that may not or cannot be fetched."""
    rules = rules or Rules()
    deadline = Deadline(time.monotonic() + rules.most_seconds, rules.most_seconds)
    network = PublicNetwork(rules, deadline)
    for _ in range(MAX_REDIRECTS + 1):
        _check(address, rules)
        try:
            with (
                httpcore.ConnectionPool(ssl_context=rules.tls, network_backend=network) as pool,
                pool.stream("GET", _on_wire(address), headers=_headers(address)) as answer,
            ):
                if answer.status not in _REDIRECTS:
                    return _kept(address, answer, into, rules)
                address = _next(address, answer)
        except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, ssl.SSLError) as error:
            deadline.check()
            raise FetchRefused(f"{_host(address)} cannot be read from: {_told(error)}") from error
    raise FetchRefused(f"the address leads on more than {MAX_REDIRECTS} times")


def post(address: str, form: bytes, rules: Rules) -> None:
    """Send the fields of a form to an address. FetchRefused, in one sentence, unless the answer is a 2xx.

    Led on to no other address; what the answer says is read to no purpose but its end, and no more of it than fits.
    """
    deadline = Deadline(time.monotonic() + rules.most_seconds, rules.most_seconds)
    _check(address, rules)
    headers = [*_headers(address), (b"Content-Type", b"application/x-www-form-urlencoded")]
    headers.append((b"Content-Length", b"%d" % len(form)))
    network = PublicNetwork(rules, deadline)
    try:
        with (
            httpcore.ConnectionPool(ssl_context=rules.tls, network_backend=network) as pool,
            pool.stream("POST", _on_wire(address), headers=headers, content=form) as answer,
        ):
            length = 0
            for piece in answer.iter_stream():
                length += len(piece)
                if length > rules.most_bytes:
                    raise FetchRefused(f"the answer is bigger than {rules.most_bytes // 1024} KiB")
            if not 200 <= answer.status < 300:
                raise FetchRefused(f"the server answered {answer.status}")
    except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, ssl.SSLError) as error:
        deadline.check()
        raise FetchRefused(f"{_host(address)} cannot be spoken to: {_told(error)}") from error


def _check(address: str, rules: Rules) -> None:
    """What an address itself tells: RFC 3986, and RFC 9110, section 4.2.4, on credentials in it."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise FetchRefused("the address is no web address") from error
    if parts.scheme.lower() not in ("http", "https"):
        raise FetchRefused("only addresses of http and https are fetched")
    if not host or not address.isprintable() or "\\" in address or " " in address or len(address) > 2_000:
        raise FetchRefused("the address is no web address")
    if "@" in parts.netloc:
        raise FetchRefused("the address holds a name or a password: leave them out")
    if rules.ports is not None and (port or _port(parts.scheme)) not in rules.ports:
        raise FetchRefused(f"only the ports {', '.join(str(one) for one in sorted(rules.ports))} are fetched from")


def _port(scheme: str) -> int:
    return 443 if scheme.lower() == "https" else 80


def _host(address: str) -> str:
    return urlsplit(address).hostname or "the host"


def _on_wire(address: str) -> httpcore.URL:
    parts = urlsplit(address)
    target = _percent(parts.path or "/") + (f"?{_percent(parts.query)}" if parts.query else "")
    try:
        host = (parts.hostname or "").encode("idna" if not (parts.hostname or "").isascii() else "ascii")
    except UnicodeError as error:
        raise FetchRefused("the address is no web address") from error
    return httpcore.URL(
        scheme=parts.scheme.lower().encode("ascii"), host=host, port=parts.port, target=target.encode("ascii")
    )


def _percent(text: str) -> str:
    """Signs that may not stand in a request as they are, percent-encoded; what is encoded stays."""
    return "".join(sign if "!" <= sign <= "~" else "".join(f"%{byte:02X}" for byte in sign.encode()) for sign in text)


def _headers(address: str) -> list[tuple[bytes, bytes]]:
    url = _on_wire(address)
    host = b"[" + url.host + b"]" if b":" in url.host else url.host
    named = host if url.port in (None, _port(url.scheme.decode())) else host + b":%d" % url.port
    return [
        (b"Host", named),
        (b"User-Agent", _USER_AGENT),
        (b"Accept", b"text/html, application/xhtml+xml, application/rss+xml, application/atom+xml, */*;q=0.5"),
        (b"Accept-Encoding", b"gzip"),
        (b"Connection", b"close"),
    ]


def _next(address: str, answer: httpcore.Response) -> str:
    place = _header(answer, b"location")
    if not place:
        raise FetchRefused(f"the server answered {answer.status} and did not say where to go")
    try:
        return urljoin(address, place)
    except ValueError as error:
        raise FetchRefused("the server said where to go in a way that cannot be read") from error


def _kept(address: str, answer: httpcore.Response, into: IO[bytes], rules: Rules) -> Fetched:
    if answer.status != 200:
        raise FetchRefused(f"the server answered {answer.status}")
    length = 0
    for piece in _unpacked(answer.iter_stream(), (_header(answer, b"content-encoding") or "").lower()):
        length += len(piece)
        if length > rules.most_bytes:
            raise FetchRefused(f"the answer is bigger than {rules.most_bytes // 1024 // 1024} MB")
        into.write(piece)
    into.flush()
    return Fetched(address=address, media_type=_header(answer, b"content-type"), length=length)


def _header(answer: httpcore.Response, name: bytes) -> str | None:
    found = next((value for key, value in answer.headers if key.lower() == name), None)
    return found.decode("latin-1").strip() if found is not None else None


def _unpacked(pieces: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """The body in pieces of bounded size, however small they were packed."""
    if encoding in ("", "identity"):
        yield from pieces
        return
    if encoding not in ("gzip", "x-gzip"):
        raise FetchRefused(f"the answer is packed in a way we did not ask for: {encoding[:40]}")
    unpacking = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        for piece in pieces:
            while piece and not unpacking.eof:
                yield unpacking.decompress(piece, _CHUNK)
                piece = unpacking.unconsumed_tail
    except zlib.error as error:
        raise FetchRefused("the answer is packed and cannot be unpacked") from error
    if not unpacking.eof:
        raise FetchRefused("the answer is cut off")


def _told(error: Exception) -> str:
    if isinstance(error, httpcore.TimeoutException):
        return "it does not answer in time"
    text = str(error).strip().splitlines()
    return text[0][:200] if text else "the connection was lost"
