"""The real server over raw sockets: the short way and the long way say the same, and nobody holds others up."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from config.asgi import application
from config.connection import Patience
from config.server import background
from feeds.model import City
from feeds.web.guards import SECURITY_HEADERS
from tests.builders import publish
from tests.web.browser import Answer
from tests.web.conftest import Site, site_in
from tests.web.talk import Talk, request, talk

FEED = "/feeds/all.rss"
GZIP = "Accept-Encoding: gzip"
ELSEWHERE = "/healthz"
KEPT = ("TAG", '"x", W/TAG , "y"', "*")


@contextmanager
def running(site: Site, patience: Patience | None = None) -> Iterator[int]:
    """The port of a server whose shelf holds the feed of all."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    shelf = site.parts.shelf
    shelf.following = True
    publish(site.database)
    shelf.catch_up()
    site.parts.settings = replace(site.parts.settings, feed_requests_a_minute=0)
    with background(application(site.parts), port=port, patience=patience):
        assert one(port, request(FEED)).status == 200
        yield port


def one(port: int, *pieces: bytes, method: str = "GET") -> Answer:
    """The answer to one request on a connection of its own."""
    with talk(port) as conversation:
        conversation.say(*pieces)
        answer = conversation.hear(method)
        assert answer is not None
        return answer


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory, prepared_file: Path, city: City) -> Iterator[int]:
    """A server that many tests ask."""
    site = site_in(tmp_path_factory.mktemp("served"), prepared_file, city)
    with running(site) as found:
        yield found
    site.database.close()


@pytest.fixture
def hasty(site: Site) -> Iterator[int]:
    """A server that waits for nobody for long."""
    with running(site, Patience(head=0.3, idle=0.3, body=0.3, reading=0.3, connections=120)) as found:
        yield found


def told(answer: Answer) -> dict[str, str]:
    """The headers of an answer that do not depend on the moment or the connection."""
    return {name: value for name, value in answer.headers.items() if name not in ("date", "connection")}


@pytest.mark.parametrize("encoding", ["gzip", "zstd, gzip", "identity", "gzip;q=0", "*"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("condition", [*KEPT, "", '"other"', 'W/"other", "TAG'])
def test_a_request_in_one_piece_and_one_in_several_get_the_same_answer(
    port: int, encoding: str, method: str, condition: str
) -> None:
    accepted = f"Accept-Encoding: {encoding}"
    tag = one(port, request(FEED, accepted, method=method), method=method).headers["etag"]
    lines = [accepted, *([f"If-None-Match: {condition.replace('TAG', tag)}"] if condition else [])]
    whole = request(FEED, *lines, method=method)
    at_once = one(port, whole, method=method)
    closing = one(port, request(FEED, *lines, "Connection: close", method=method), method=method)
    assert (at_once.status, told(at_once), at_once.body) == (closing.status, told(closing), closing.body)
    again = one(port, whole, method=method)
    assert (again.status, told(again), again.body) == (at_once.status, told(at_once), at_once.body)
    assert at_once.status == (304 if condition in KEPT else 200)
    assert "date" in at_once.headers
    assert told(at_once).items() >= {name.lower(): value for name, value in SECURITY_HEADERS.items()}.items()


@pytest.mark.parametrize("line", ["X-Nothing: 1", "Connection: close"])
def test_the_date_of_the_last_change_keeps_the_copy_and_no_other_does(port: int, line: str) -> None:
    for since, status in (("Wed, 20 May 2026 03:00:00 GMT", 304), ("Fri, 31 Dec 9999 23:59:59 GMT", 200)):
        assert one(port, request(FEED, GZIP, f"If-Modified-Since: {since}", line)).status == status


@pytest.mark.parametrize("cut", [1, 5, 20, 40, 60, -1, -2, -3])
def test_a_request_that_comes_in_pieces_is_waited_for(port: int, cut: int) -> None:
    whole = request(FEED, GZIP)
    with talk(port) as conversation:
        for _ in range(2):
            conversation.say(whole[:cut], whole[cut:])
            assert conversation.hear().status == 200


def test_answers_come_in_the_order_of_the_questions_whichever_way_each_goes(port: int) -> None:
    feed, elsewhere = request(FEED, GZIP), request(ELSEWHERE)
    asked = [feed, feed, elsewhere, feed, elsewhere, elsewhere, feed, feed]
    expected = ["application/rss+xml" if one is feed else "text/plain" for one in asked]
    for pieces in (asked, [b"".join(asked)], [b"".join(asked)[:100], b"".join(asked)[100:]]):
        with talk(port) as conversation:
            conversation.say(*pieces)
            heard = [conversation.hear().headers["content-type"].partition(";")[0] for _ in asked]
            assert heard == expected


def test_who_asks_a_thousand_times_before_reading_gets_every_answer(port: int) -> None:
    asked = 1000
    with talk(port) as conversation:
        tag = one(port, request(FEED, GZIP)).headers["etag"]
        conversation.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        conversation.say(request(FEED, GZIP, 'If-None-Match: "other"') * asked)
        conversation.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1_000_000)
        assert {conversation.hear().headers["etag"] for _ in range(asked)} == {tag}


@pytest.mark.parametrize(
    "sent",
    [
        request(FEED, host=None),
        request(FEED, "Host: newsroom.test"),
        request(FEED, "Host: other.example"),
        request(ELSEWHERE, host=None),
        request(FEED, "Transfer-Encoding: chunked", "Content-Length: 3") + b"3\r\na=b\r\n0\r\n\r\n",
        request(FEED, "Content-Length: 3", "Content-Length: 4") + b"abcd",
        request(FEED, "Content-Length: -1"),
        request(FEED, "Content-Length: 1e9"),
        request(FEED, "Transfer-Encoding: gzip, chunked") + b"0\r\n\r\n",
        request(FEED, "Transfer-Encoding: chunked", method="POST") + b"zz\r\nabc\r\n0\r\n\r\n",
        request(FEED, "X: a\x00b"),
        request(FEED, "X\x00: a"),
        request(FEED, "X : a"),
        request(FEED, "X: a\rb"),
        request(FEED, "X" * 200_000 + ": a"),
        request(FEED, "X: " + "a" * 200_000),
        request(FEED, *("X: a" for _ in range(20_000))),
        request("/feeds/all.rss\x00"),
        request("/feeds/all rss"),
        b"GET /feeds/all.rss\r\n\r\n",
        b"GET /feeds/all.rss HTTP/9.9\r\nHost: a\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\x00" * 70_000,
        b"G\xc9T /feeds/all.rss HTTP/1.1\r\nHost: a\r\n\r\n",
    ],
    ids=range(25),
)
def test_b67_b64_what_is_no_request_is_refused_and_the_connection_closed(port: int, sent: bytes) -> None:
    with talk(port) as conversation:
        try:
            conversation.say(sent + request(ELSEWHERE))
        except ConnectionError:
            return  # refused before it was whole
        answer = conversation.hear("GET")
        if answer is None:
            return
        assert 400 <= answer.status < 500 or answer.status == 501
        assert told(answer).items() >= {name.lower(): value for name, value in SECURITY_HEADERS.items()}.items()
        assert answer.headers["connection"] == "close"
        assert b"Traceback" not in answer.body
        assert conversation.ends()


@pytest.mark.parametrize(
    ("target", "statuses"),
    [
        ("/feeds/..%2f..%2fetc%2fpasswd", {400, 404}),
        ("/feeds/../../etc/passwd", {400, 404}),
        ("/feeds/%ff.rss", {400, 404}),
        ("/feeds/%zz.rss", {400, 404}),
        ("/feeds/all.rss%00", {400}),
        ("/feeds/all.rss?" + "q" * 6000, {414}),
        ("/feeds/select.rss?" + "&".join(f"a{n}=b" for n in range(900)), {400, 414}),
        ("/feeds/select.rss?" + "&".join(f"a{n}=b" for n in range(3000)), {414}),
        ("/feeds/" + "%" * 500, {400, 404}),
        ("/feeds/select.rss?q=%00", {400}),
        ("/feeds/select.rss?q=%ff", {400}),
    ],
    ids=range(11),
)
def test_b61_a_strange_address_is_refused_by_the_server_too(port: int, target: str, statuses: set[int]) -> None:
    assert one(port, request(target)).status in statuses


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        (["If-None-Match: " + ", ".join(f'"{n}"' for n in range(2000))], 200),
        (["If-None-Match: " + '"' * 2000], 200),
        (["If-None-Match: W/"], 200),
        (['If-None-Match: "a"', "If-None-Match: *"], 200),
        (["If-Modified-Since: 9999"], 200),
        (["If-Modified-Since: Wed, 99 Foo 2026 99:99:99 GMT"], 200),
        (["If-Modified-Since: " + "9" * 5000], 200),
        (["Range: bytes=" + ",".join(f"{n}-{n}" for n in range(2000))], 200),
        (["Range: bytes=5-4"], 200),
        (["Accept: \xff/;q=x"], 200),
        (["Accept-Encoding: \xff;q=nan,,;"], 200),
        (["X-Forwarded-Host: evil.example", "X-Forwarded-Proto: gopher"], 200),
        (["Expect: 100-continue"], 200),
        (["Expect: the worst"], 200),
        (["Upgrade: websocket", "Connection: Upgrade"], 200),
        (["Upgrade: h2c", "Connection: Upgrade, HTTP2-Settings", "HTTP2-Settings: AAM"], 200),
    ],
)
def test_b62_b63_a_header_that_asks_for_nothing_sound_gets_the_feed(port: int, lines: list[str], status: int) -> None:
    assert one(port, request(FEED, *lines)).status == status


@pytest.mark.parametrize("path", [FEED, ELSEWHERE])
@pytest.mark.parametrize(
    ("host", "status"),
    [
        *((host, 200) for host in ("evil.example", "newsroom.test:99999", "[::1]", "[::1]:80", "127.0.0.1", "a_b", "")),
        *(
            (host, 400)
            for host in ("[", "a b", "@", "a,b", "a@b", "a/b", "a:b:c", "[]]", "[a.test]", "\xe4.test", "a%00b")
        ),
        ("a" * 256, 400),
    ],
)
def test_b64_links_keep_the_configured_host_and_what_is_no_host_is_refused(
    port: int, path: str, host: str, status: int
) -> None:
    for encoding in ("identity", "gzip"):  # the long way, and the short one
        sent = request(path, f"Accept-Encoding: {encoding}", "X-Forwarded-Host: evil.example", host=host)
        answer = one(port, sent)
        assert answer.status == status
        assert b"evil.example" not in answer.body
        assert "evil.example" not in str(answer.headers)


def test_b64_an_address_names_a_host_or_is_refused(port: int) -> None:
    assert one(port, request("http://a,b" + FEED)).status == 400


def test_b64_what_proxies_say_of_the_host_changes_no_link(port: int) -> None:
    sent = request(FEED, "X-Forwarded-Host: evil.example", "Forwarded: host=evil.example")
    answer = one(port, sent)
    assert answer.status == 200
    assert b"evil.example" not in answer.body
    assert "evil.example" not in str(answer.headers)


def test_an_address_with_its_host_is_the_same_address(port: int) -> None:
    """RFC 9112, section 3.2.2."""
    whole, absolute = (one(port, request(target)) for target in (FEED, "http://newsroom.test" + FEED))
    assert (absolute.status, absolute.body) == (200, whole.body)


@pytest.mark.parametrize("method", ["TRACE", "PUT", "FOO", "POST", "DELETE"])
def test_b68_a_feed_is_only_read_over_the_wire_too(port: int, method: str) -> None:
    answer = one(port, request(FEED, "Content-Length: 0", method=method))
    assert (answer.status, set(answer.headers["allow"].split(", "))) == (405, {"GET", "HEAD"})


def test_b66_others_are_served_while_a_hundred_requests_are_half_there(port: int) -> None:
    with ExitStack() as open_ones:
        halves = [open_ones.enter_context(talk(port)) for _ in range(100)]
        for n, half in enumerate(halves):
            half.say(request(FEED, GZIP)[: n % 60 + 1])
        assert one(port, request(FEED, GZIP)).status == 200
        assert one(port, request("/")).status == 200
        for n, half in enumerate(halves):
            half.say(request(FEED, GZIP)[n % 60 + 1 :])
        assert [half.hear().status for half in halves] == [200] * 100


def test_b66_a_head_that_comes_letter_by_letter_is_not_waited_for_for_ever(hasty: int) -> None:
    with talk(hasty) as slow:
        slow.socket.settimeout(0.02)
        slow.say(b"GET /feeds/all.rss HTTP/1.1\r\nHost: a\r\nX: ")
        answer = None
        while answer is None:
            try:
                answer = slow.hear()
            except TimeoutError:
                slow.say(b"a")
        assert answer.status == 408
        assert told(answer).items() >= {name.lower(): value for name, value in SECURITY_HEADERS.items()}.items()
        slow.socket.settimeout(20)
        assert slow.ends()


def test_b66_who_says_nothing_is_not_waited_for_for_ever(hasty: int) -> None:
    with talk(hasty) as silent, talk(hasty) as after_an_answer, talk(hasty) as after_another:
        after_an_answer.say(request(FEED, GZIP))
        assert after_an_answer.hear().status == 200
        after_another.say(request(ELSEWHERE))
        assert after_another.hear().status == 200
        assert silent.ends()
        assert after_an_answer.ends()
        assert after_another.ends()


def test_b66_a_body_that_does_not_come_is_not_waited_for_for_ever(hasty: int) -> None:
    with talk(hasty) as stalled:
        form = ("Content-Type: application/x-www-form-urlencoded", "Content-Length: 50")
        stalled.say(request("/subscribe", *form, method="POST"), b"email=")
        answer = stalled.hear()
        assert answer is not None
        assert answer.status == 408
        assert stalled.ends()


def test_b66_who_does_not_read_is_not_waited_for_for_ever(hasty: int) -> None:
    with talk(hasty) as deaf:
        deaf.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.socket.settimeout(20)
        with pytest.raises(ConnectionError):
            while True:
                deaf.say(request(FEED, GZIP, 'If-None-Match: "other"') * 100)


def test_b66_where_too_many_are_connected_the_one_that_is_silent_longest_leaves(site: Site) -> None:
    with running(site, Patience(connections=20)) as port, ExitStack() as open_ones:
        many: list[Talk] = []
        for _ in range(30):
            many.append(open_ones.enter_context(talk(port)))
            many[-1].say(request(FEED, GZIP))
            assert many[-1].hear().status == 200
        # One more of them stays where the connection that was closed before was still counted.
        assert all(one_of_them.ends() for one_of_them in many[:9])
        for one_of_them in many[11:]:
            one_of_them.say(request(FEED, GZIP))
            assert one_of_them.hear().status == 200
