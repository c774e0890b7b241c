"""The exported tree behind nginx and Caddy, configured by the very files of the documentation, beside the program.

What there is to compare is found by following the program's own links, not by what the export thinks there is.
"""

import gzip
import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import urljoin, urlsplit

import httpx
import pytest
import zstandard

from tests.export.conftest import Front, Standing, plain
from tests.export.sample import WISH

ALWAYS = (
    "content-security-policy",
    "x-content-type-options",
    "x-frame-options",
    "referrer-policy",
    "cross-origin-opener-policy",
    "permissions-policy",
)
SAME = (
    *ALWAYS,
    "content-type",
    "content-language",
    "access-control-allow-origin",
    "link",
    "cross-origin-resource-policy",
)
DYNAMIC = ("/search", "/subscribe", "/manage", "/api/", "/feeds/select.opml")
_LINK = re.compile(r'(?:href|src|url|next_url|html_url|external_url)"?[=:] ?"([^"]+)"')


def _linked(answer: httpx.Response, address: str) -> Iterator[str]:
    """The addresses on our site that an answer leads to."""
    if (
        "xml" in answer.headers["content-type"]
        or "json" in answer.headers["content-type"]
        or "html" in answer.headers["content-type"]
    ):
        for found in _LINK.findall(answer.text.replace("\\/", "/")):
            parts = urlsplit(urljoin("http://newsroom.test" + address, unescape(found)))
            if parts.hostname == "newsroom.test" and not parts.path.startswith(DYNAMIC):
                yield parts.path + (f"?{parts.query}" if parts.query else "")


@pytest.fixture(scope="session")
def addresses(program: httpx.Client) -> list[str]:
    """Every address that the site leads to from its first page and its directory, in both languages."""
    waiting = [
        "/",
        "/feeds",
        "/?lang=ko",
        "/feeds?lang=en",
        f"/feeds/select.rss?{WISH}",
        "/feeds/select.json?board=notices",
    ]
    found: dict[str, None] = {}
    while waiting:
        address = waiting.pop()
        if address in found:
            continue
        answer = program.get(address)
        assert answer.status_code in (200, 410), (address, answer.status_code)
        found[address] = None
        waiting += _linked(answer, address)
    return list(found)


def test_everything_that_the_site_leads_to_is_in_the_tree_as_the_program_serves_it(
    front: Front, program: httpx.Client, standing: Standing, addresses: list[str]
) -> None:
    kinds = {"html": 0, "rss": 0, "feed+json": 0, "image": 0, "pdf": 0}
    wrong: list[tuple[str, ...]] = []
    for address in addresses:
        expected = program.get(address)
        standing.asked.clear()
        answer = front.beside.get(address)
        if standing.asked:
            wrong.append((address, "is not in the tree"))
            continue
        kind = expected.headers["content-type"]
        kinds |= {name: kinds[name] + (name in kind) for name in kinds}
        same = plain(answer.text) == plain(expected.text) if "html" in kind else answer.content == expected.content
        if (answer.status_code, same) != (expected.status_code, True):
            wrong.append((address, str(answer.status_code), f"the same: {same}"))
        wrong += [
            (address, name, str(answer.headers.get(name)), str(expected.headers.get(name)))
            for name in SAME
            if answer.headers.get(name) != expected.headers.get(name)
        ]
    assert not wrong, wrong[:20]
    assert min(kinds.values()) >= 1, kinds
    assert len(addresses) > 250


def _same(front: Front, program: httpx.Client, address: str, *names: str, **headers: str) -> httpx.Response:
    """Ask both, and demand the same status and these headers."""
    said = {name.replace("_", "-"): value for name, value in headers.items()}
    answer, expected = front.beside.get(address, headers=said), program.get(address, headers=said)
    assert answer.status_code == expected.status_code, (address, headers, answer.status_code, expected.status_code)
    for name in names:
        assert answer.headers.get(name) == expected.headers.get(name), (address, headers, name)
    return answer


@pytest.mark.parametrize("address", ["/", "/feeds", "/feeds/all.rss", "/feeds/water/2026-05.atom", "/feeds.css"])
@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_every_encoding_is_the_file_beside_it(front: Front, address: str, coding: str) -> None:
    with front.alone.stream("GET", address, headers={"Accept-Encoding": coding}) as answer:
        raw = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == coding
    assert "accept-encoding" in answer.headers["vary"].lower()
    whole = front.alone.get(address).content
    unpacked = (
        gzip.decompress(raw) if coding == "gzip" else zstandard.ZstdDecompressor().decompressobj().decompress(raw)
    )
    assert unpacked == whole
    assert len(raw) < len(whole)


def test_feeds_are_the_very_bytes_that_the_program_sends_in_every_encoding(front: Front, program: httpx.Client) -> None:
    for coding in ("gzip", "zstd", "gzip, deflate, br, zstd", "gzip;q=0", "zstd;q=0, gzip", "*;q=0"):
        bodies = []
        for asked in (front.alone, program):
            with asked.stream("GET", "/feeds/water.atom", headers={"Accept-Encoding": coding}) as answer:
                bodies.append((answer.headers.get("content-encoding"), b"".join(answer.iter_raw())))
        assert bodies[0] == bodies[1], coding


@pytest.mark.parametrize("address", ["/feeds/all.rss", "/feeds/all/2026-03.json", "/", "/articles/36/x", "/feeds.opml"])
def test_a_reader_who_has_it_is_told_so_in_every_encoding(front: Front, address: str) -> None:
    tags = set()
    for coding in ("identity", "gzip", "zstd"):
        first = front.alone.get(address, headers={"Accept-Encoding": coding})
        tag = first.headers["etag"]
        assert not tag.startswith("W/")
        tags.add(tag)
        again = front.alone.get(address, headers={"Accept-Encoding": coding, "If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["cache-control"] == first.headers["cache-control"]
        assert again.headers["vary"] == first.headers["vary"]
        since = front.alone.get(address, headers={"If-Modified-Since": first.headers["last-modified"]})
        assert since.status_code == 304
    assert len(tags) == 3


def test_a_feed_says_the_same_date_as_the_program(front: Front, program: httpx.Client) -> None:
    for address in ("/feeds/all.rss", "/feeds/water.json"):
        _same(front, program, address, "last-modified")


@pytest.mark.parametrize(
    "wished",
    [
        "ko",
        "en",
        "ko-KR,ko;q=0.9,en-US;q=0.8,en;q=0.7",
        "en-GB",
        "fr, ko;q=0.5",
        "fr",
        "*",
        "ko;q=0, en",
        "KO",
        ",,;",
        "ko;q=0.2,en",
    ],
)
@pytest.mark.parametrize("address", ["/", "/feeds", "/divisions/water", "/feeds.opml"])
def test_b63_the_language_is_the_one_that_the_program_would_choose(
    front: Front, program: httpx.Client, address: str, wished: str
) -> None:
    _same(front, program, address, "content-language", accept_language=wished)
    for language in ("en", "ko"):
        answer = _same(front, program, f"{address}?lang={language}", "content-language", accept_language=wished)
        assert answer.headers["content-language"] == language


def test_a_language_that_the_address_chose_is_kept_in_the_links(front: Front) -> None:
    assert 'href="/feeds?lang=ko"' in front.alone.get("/?lang=ko").text
    assert 'href="/feeds?lang' not in front.alone.get("/", headers={"Accept-Language": "ko"}).text


@pytest.mark.parametrize(
    "address",
    [
        "/divisions",
        "/divisions?lang=ko",
        "/divisions/rivers",
        "/divisions/rivers?lang=ko",
        "/divisions/tram",
        "/feeds/rivers?lang=ko",
        "/feeds/tram",
        "/feeds/rivers.rss",
        "/feeds/tram.json",
        "/feeds/rivers/2026-05.atom",
        "/feeds/",
        "/divisions/water/",
    ],
)
def test_what_moved_leads_on_for_ever_without_the_program(front: Front, program: httpx.Client, address: str) -> None:
    answer, expected = front.alone.get(address), program.get(address)
    assert (answer.status_code, expected.status_code) == (301, 301)
    assert answer.headers["location"] == expected.headers["location"]
    for name in ALWAYS:
        assert answer.headers[name] == expected.headers[name]


@pytest.mark.parametrize("address", ["/divisions/lamps", "/feeds/lamps.rss", "/articles/39/a-bridge-is-closed"])
@pytest.mark.parametrize("language", ["en", "ko"])
def test_b60_what_is_gone_for_good_says_so_without_the_program(
    front: Front, program: httpx.Client, address: str, language: str
) -> None:
    answer, expected = (asked.get(address, headers={"Accept-Language": language}) for asked in (front.alone, program))
    assert (answer.status_code, expected.status_code) == (410, 410)
    assert answer.text == expected.text or "/feeds/" in address
    for name in (*ALWAYS, "content-type", "content-language"):
        assert answer.headers[name] == expected.headers[name], name


def test_every_name_that_a_release_ever_had_leads_to_its_page(front: Front) -> None:
    page = front.alone.get("/articles/37/night-buses-run-later-still-11")
    assert page.status_code == 200
    assert '<link rel="canonical" href="http://newsroom.test/articles/37/night-buses-run-later-still-11">' in page.text
    for address in ("/articles/37", "/articles/37/night-buses-run-later", "/articles/37/%EB%B0%A4"):
        assert front.alone.get(address).text == page.text


@pytest.mark.parametrize(
    "address",
    [
        "/nothing",
        "/articles/999/none",
        "/articles/0",
        "/divisions/none",
        "/feeds/none.rss",
        "/feeds/select.rss?division=none",
        "/feeds/select.rss?x=/../../../state.db",
        "/feeds/select.rss?..",
        "/feeds/all.rss.gz",
        "/feeds/all.rss.zst",
        "/index.en.html",
        "/articles/39/gone.en.html",
        "/divisions/lamps.gone.en.html",
        "/state.db",
        "/../state.db",
        "/%2e%2e/state.db",
        "/media/..%2f..%2fstate.db",
        "/?page=4",
        "/?page=../../x",
        "/?lang=../../x",
    ],
)
def test_b61_nothing_else_is_there_and_nothing_leads_out_of_the_tree(front: Front, address: str) -> None:
    answer = front.alone.get(address)
    if address.startswith(("/?lang", "/?page=..")):
        assert answer.text == front.alone.get("/").text
        return
    assert answer.status_code in (400, 404, 410), answer.text[:200]
    if answer.status_code == 404:
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert "<h1>" in answer.text
    if answer.status_code != 400:
        for name in ALWAYS:
            assert answer.headers[name], name


def test_what_the_tree_does_not_hold_is_the_programs(front: Front, program: httpx.Client) -> None:
    for address in (
        "/search?q=buses",
        "/subscribe",
        "/nothing",
        "/feeds/select.rss?topic=buses&lang=ko",
        "/api/v1/articles",
    ):
        answer = _same(front, program, address, *ALWAYS, "content-type")
        assert answer.headers.get_list("content-security-policy") == [answer.headers["content-security-policy"]]


def test_a_browser_that_opens_a_feed_is_shown_it(front: Front, program: httpx.Client) -> None:
    for address in ("/feeds/all.rss", "/feeds/all.atom", "/feeds/all.json", "/feeds/water/2026-05.rss"):
        _same(front, program, address, "content-type", "link", sec_fetch_dest="document")


def test_a_picture_is_shown_and_a_file_is_downloaded_under_its_name(
    front: Front, program: httpx.Client, addresses: list[str]
) -> None:
    media = [address for address in addresses if address.startswith("/media/")]
    assert {address.rpartition(".")[2] for address in media} == {"jpg", "pdf"}
    for address in media:
        answer, expected = front.alone.get(address), program.get(address)
        assert answer.content == expected.content
        for name in (*SAME, "cache-control"):
            assert answer.headers.get(name) == expected.headers.get(name), (address, name)
        way = expected.headers["content-disposition"].partition(";")[0]
        assert answer.headers["content-disposition"] == way
        part = front.alone.get(address, headers={"Range": "bytes=0-3"})
        assert (part.status_code, part.content) == (206, expected.content[:4])
    assert front.alone.get(f"{media[0]}/report.exe").status_code == 404


def test_a_page_of_another_site_may_say_which_version_of_a_feed_it_has(front: Front, program: httpx.Client) -> None:
    said = {
        "Origin": "https://reader.test",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "if-none-match",
    }
    for address in ("/feeds/all.rss", "/feeds/water.json", "/feeds/all/2026-03.atom"):
        answer, expected = (asked.options(address, headers=said) for asked in (front.alone, program))
        assert (answer.status_code, expected.status_code) == (204, 204)
        for name in ("origin", "methods", "headers"):
            header = f"access-control-allow-{name}"
            assert answer.headers[header] == expected.headers[header], header
        exposed = "access-control-expose-headers"
        assert front.alone.get(address).headers[exposed] == program.get(address).headers[exposed]


@pytest.mark.parametrize("address", ["/feeds/all.rss", "/feeds/all.json", "/", "/articles/36/x", "/feeds.css"])
def test_b68_only_what_reads_is_answered(front: Front, program: httpx.Client, address: str) -> None:
    """RFC 9110, section 15.5.6: what is refused is told which methods there are."""
    head = front.alone.head(address)
    assert (head.status_code, head.content) == (200, b"")
    for method in ("POST", "DELETE", "TRACE", "FOO"):
        for asked in (front.alone, front.beside) if front.name == "nginx" else (front.beside,):
            answer = asked.request(method, address)
            assert answer.status_code == program.request(method, address).status_code == 405, method
            assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD"}, method
            assert "nginx" not in answer.text
            for name in ALWAYS:
                assert answer.headers[name], (method, name)


@pytest.mark.parametrize("address", ["/feeds/all.rss", "/feeds/all/2026-03.json", "/", "/feeds.opml", "/feeds.css"])
@pytest.mark.parametrize("coding", ["identity", "gzip", "zstd"])
def test_every_answer_says_that_it_depends_on_the_encodings_that_are_taken(
    front: Front, address: str, coding: str
) -> None:
    """RFC 9110, section 12.5.5: also the answer without any, or a cache gives it to everybody."""
    varies = front.alone.get(address, headers={"Accept-Encoding": coding}).headers["vary"].lower().split(", ")
    assert varies.count("accept-encoding") == 1
