"""Requests that no browser makes: refused with a page or answered soundly, never with a fault of ours."""

import pytest

from tests.builders import publish
from tests.web.conftest import Site, is_page

ROUTES = ["/", "/feeds", "/divisions/climate", "/articles/1", "/feeds/all.rss", "/subscribe", "/manage", "/healthz"]
REFUSED = {400, 401, 403, 404, 405, 409, 410, 411, 413, 414, 415, 421, 422, 429, 431}


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "FOO", "OPTIONS", "X" * 300])
@pytest.mark.parametrize("path", [*ROUTES, "/confirm/x.y", "/static/x/civicwire.css"])
def test_b68_a_method_that_an_address_does_not_take_is_refused_with_those_it_takes(
    site: Site, method: str, path: str
) -> None:
    answer = site.browser.ask(method, path)
    assert answer.status == 405
    assert "GET" in answer.headers["allow"]
    assert is_page(answer)


@pytest.mark.parametrize("path", ["/subscribe", "/manage", "/confirm/x.y", "/manage/x.y", "/unsubscribe/x.y"])
def test_b68_allow_names_every_method_of_an_address(site: Site, path: str) -> None:
    allowed = site.browser.ask("PUT", path).headers["allow"]
    assert {one.strip() for one in allowed.split(",")} == {"GET", "HEAD", "POST"}


@pytest.mark.parametrize("path", ["/", "/feeds", "/feeds/all.rss", "/divisions/climate"])
def test_a_form_is_posted_only_where_there_is_one(site: Site, path: str) -> None:
    assert site.browser.post(path, {"email": "a@example.org"}).status == 405


@pytest.mark.parametrize(
    "target",
    [
        "/%00",
        "/articles/%00",
        "/..%2f..%2fetc/passwd",
        "/static/..%2f..%2fpyproject.toml/x",
        "/static/x/..%2f..%2fmodel.py",
        "/%ff",
        "/divisions/%ff",
        "/%zz",
        "/divisions/%zz",
        "/?q=%00",
        "/?q=%ff",
        "/?q=%zz",
        "/?" + "q" * 6000,
        "/?" + "&".join("a=b" for _ in range(1000)),
        "/?" + "&".join(f"a{n}=b" for n in range(3000)),
        "/" + "%" * 500,
        "/?lang=" + "%" * 500,
        "/" + "%41" * 1500,
        "/" + "a/" * 1500,
        "/?lang=ko&lang=en&lang=xx",
        "/?page=1&page=-1",
        "/?lang=%0d%0aSet-Cookie:a=b",
        "/divisions/%0d%0aX:y",
        "/articles/1/%0d%0aSet-Cookie:a=b",
        "//evil.example/x",
        "/\\evil.example",
        "/%2f%2fevil.example",
    ],
)
def test_b61_a_strange_address_is_refused_or_answered(site: Site, target: str) -> None:
    publish(site.database)
    answer = site.browser.get(target)
    assert answer.status in REFUSED | {200, 301, 307}
    assert "Traceback" not in answer.text
    assert "starlette" not in answer.text.lower()
    assert not any("\r" in value or "\n" in value for _, value in answer.pairs)
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("target", ["//evil.example/x", "///evil.example", "/\\evil.example", "//evil.example"])
def test_b29_a_page_about_a_strange_address_never_links_to_another_site(site: Site, target: str) -> None:
    page = site.browser.get(target).text
    for attribute in ("href", "action", "src", "content"):
        for lead in ("//", "/\\", "\\", "http://evil.example", "https://evil.example"):
            assert f'{attribute}="{lead}' not in page


@pytest.mark.parametrize(
    "path",
    ["/subscribe/?next=//evil.example", "/feeds/", "/divisions/climate/", "//evil.example/subscribe/", "/manage/x.y/"],
)
@pytest.mark.parametrize("host", ["newsroom.test", "evil.example", "evil.example:80@newsroom.test"])
def test_b29_b64_a_redirect_stays_on_this_site_whatever_host_is_named(site: Site, path: str, host: str) -> None:
    answer = site.browser.get(path, host=host)
    location = answer.headers.get("location", "/")
    assert location.startswith(("/", "http://newsroom.test/"))
    assert not location.startswith("//")
    assert "evil.example:80" not in location


@pytest.mark.parametrize(
    "host", ["", "[", "[::1", "a b", "newsroom.test:99999999", "evil.example", "\xff", "@", "/", "?", "#x"]
)
def test_b64_a_broken_host_is_no_fault_of_ours(site: Site, host: str) -> None:
    for path in ("/", "/nowhere", "/feeds/all.rss", "/feeds/"):
        assert site.browser.get(path, host=host).status in REFUSED | {200, 301, 307, 308}


@pytest.mark.parametrize("origin", ["http://[", "null", "", "\xff", "http://[::1", "://", "http://newsroom.test:x"])
def test_a_broken_origin_is_refused_and_no_fault_of_ours(site: Site, origin: str) -> None:
    answer = site.browser.post("/subscribe", site.form(), origin=origin)
    assert answer.status == 403


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("accept", "\xff/;q=x,,,*/"),
        ("accept", "image/png"),
        ("accept_language", "\xff;q=nan,ko;q=1e999,;;;,en;q=" + "9" * 400),
        ("accept_language", "ko;q=nan, en;q=nan, ko;q=nan"),
        ("accept_language", "x" * 20_000),
        ("accept_encoding", "\xff,gzip;q=x,br;q=-1"),
        ("cookie", "\xff=;;;=\x01"),
        ("if_none_match", '"' * 2000),
        ("content_length", "x"),
        ("referer", "javascript:alert(1)"),
        ("x_forwarded_for", "' OR 1=1"),
    ],
)
def test_b63_a_broken_header_asks_for_nothing(site: Site, name: str, value: str) -> None:
    for path in ("/", "/feeds/all.rss", "/subscribe"):
        assert site.browser.get(path, **{name: value}).status in (200, 406)


def test_a_client_that_goes_away_within_its_form_leaves_nothing_behind(site: Site) -> None:
    before = site.dump()
    headers = [("content-type", "application/x-www-form-urlencoded")]
    answer = site.browser.ask("POST", "/subscribe", headers=headers, body=b"email=a%40exam", ends=False)
    assert answer.status == 400
    assert site.dump() == before


def test_b67_a_request_of_two_lengths_is_refused_and_its_connection_closed(site: Site) -> None:
    answer = site.browser.ask(
        "POST", "/subscribe", headers=[("Content-Length", "3"), ("Transfer-Encoding", "chunked")], body=b"a=b"
    )
    assert answer.status == 400
    assert answer.headers["connection"] == "close"


def test_a_refused_body_is_not_waited_for(site: Site) -> None:
    answer = site.browser.ask("POST", "/subscribe", headers=[("Content-Type", "text/plain")], body=b"x")
    assert (answer.status, answer.headers["connection"]) == (415, "close")


def test_an_unknown_file_is_a_page_that_says_so(site: Site) -> None:
    answer = site.browser.get("/static/0123456789ab/nothing.css")
    assert answer.status == 404
    assert "<h1>" in answer.text
