"""The short way reads no request otherwise than h11 does, and leaves to it whatever is unusual."""

import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.web import plain

SOUND = b"GET /feeds/all.rss HTTP/1.1\r\nHost: newsroom.test\r\nAccept-Encoding: gzip\r\n\r\n"
NAMES = st.sampled_from(
    ["Host", "host", "Accept-Encoding", "If-None-Match", "User-Agent", "Connection", "X", "Content-Length", "TE", "X Y"]
)
VALUES = st.one_of(
    st.sampled_from(["newsroom.test", "gzip", '"a", W/"b"', "keep-alive", "close", "0", "", " a ", "a\tb", "a\r\nb"]),
    st.text(st.characters(max_codepoint=0xFF), max_size=8),
)
LINES = st.lists(st.tuples(NAMES, st.sampled_from([": ", ":", " :", ":\t"]), VALUES).map("".join), max_size=6)
STARTS = st.sampled_from(
    [
        "GET /feeds/all.rss HTTP/1.1",
        "HEAD /feeds/select.rss?q=a HTTP/1.1",
        "GET /feeds/all.rss HTTP/1.0",
        "get /feeds/all.rss HTTP/1.1",
        "POST /feeds/all.rss HTTP/1.1",
        "GET  /feeds/all.rss HTTP/1.1",
        "GET /feeds/all.rss#x HTTP/1.1",
        "GET /feeds/a\x7f HTTP/1.1",
    ]
)


def by_h11(data: bytes) -> tuple[str, str, dict[bytes, bytes], bytes]:
    """Method, target, headers, and what comes after the request."""
    connection = h11.Connection(h11.SERVER)
    connection.receive_data(data)
    event = connection.next_event()
    assert isinstance(event, h11.Request)
    assert event.http_version == b"1.1"
    assert isinstance(connection.next_event(), h11.EndOfMessage)
    headers = dict(event.headers)
    assert len(headers) == len(event.headers)
    return event.method.decode(), event.target.decode(), headers, connection.trailing_data[0]


def agree(data: bytes, start: int = 0) -> bool:
    """Whether a request is plain; it is then what h11 says it is."""
    read = plain.read(data, start)
    if read is None:
        return False
    method, target, headers, rest = by_h11(data[start:])
    assert ("HEAD" if read.is_head else "GET", read.address) == (method, target)
    assert {name: value.rstrip(b" \t") for name, value in read.headers.items()} == headers
    assert data[read.end :] == rest
    return True


@given(STARTS, LINES, st.sampled_from(["\r\n\r\n", "\n\n", "\r\n", "\r\n\r\nGET /"]))
def test_what_is_plain_is_what_h11_reads(start: str, lines: list[str], end: str) -> None:
    agree("\r\n".join([start, *lines]).encode("latin-1") + end.encode())


@given(st.integers(0, len(SOUND) - 1), st.binary(max_size=3), st.integers(0, 2))
def test_a_request_with_a_byte_out_of_place_is_read_alike_or_left(at: int, put: bytes, left_out: int) -> None:
    agree(SOUND[:at] + put + SOUND[at + left_out :])


@given(st.binary(max_size=200))
def test_any_bytes_are_read_alike_or_left(data: bytes) -> None:
    agree(data)
    agree(SOUND + data, len(SOUND))


def test_the_requests_of_real_readers_are_plain() -> None:
    lines = [
        "User-Agent: Feedly/1.0 (+https://example.org/fetcher; 42 subscribers)",
        "Accept: application/rss+xml, */*;q=0.1",
        "Accept-Encoding: gzip, deflate, br",
        "Accept-Language: ko-KR,ko;q=0.9",
        'If-None-Match: "0123.4-gzip"',
        "If-Modified-Since: Wed, 20 May 2026 03:00:00 GMT",
        "X-Forwarded-For: 192.0.2.1",
        "Connection: keep-alive",
    ]
    head = "\r\n".join(["GET /feeds/all.rss HTTP/1.1", "Host: newsroom.test:8000", *lines])
    assert agree(f"{head}\r\n\r\n".encode())
    assert agree(SOUND + f"{head}\r\n\r\n".encode(), len(SOUND))


@pytest.mark.parametrize(
    "line",
    [
        "Content-Length: 0",
        "Transfer-Encoding: chunked",
        "Expect: 100-continue",
        "Upgrade: h2c",
        "Connection: close",
        "A-IM: feed",
        "Sec-Fetch-Dest: document",
        "Host: other.test",
        "If-Match: *",
        "Accept-Encoding: br",
    ],
)
def test_what_asks_for_more_is_left_to_h11(line: str) -> None:
    assert plain.read(SOUND[:-2] + line.encode() + b"\r\n\r\n") is None


@pytest.mark.parametrize("host", ["", "a b", "a,b", "a/b", "a@b", "a:b:c", "[[::1]", "\xe4", "a" * 256])
def test_a_host_that_can_be_none_is_left_to_h11(host: str) -> None:
    assert plain.read(f"GET /feeds/all.rss HTTP/1.1\r\nHost: {host}\r\n\r\n".encode("latin-1")) is None


def test_a_request_that_is_not_whole_or_too_long_is_left_to_h11() -> None:
    assert not any(plain.read(SOUND[:end]) for end in range(len(SOUND)))
    assert plain.read(SOUND[:-2] + b"X: " + b"a" * plain.HEAD_BYTES + b"\r\n\r\n") is None
    assert plain.read(SOUND[:-2] + b"".join(b"X%d: a\r\n" % n for n in range(100)) + b"\r\n") is None
