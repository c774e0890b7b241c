"""Every page answers, in both languages, with headers that keep a reader safe."""

import re
from dataclasses import replace

import pytest

from feeds.web.guards import SECURITY_HEADERS
from notifier.tokens import Purpose
from tests.builders import correct, draft, publish, withdraw
from tests.web.conftest import Site, is_page, make_site

PUBLIC = ["/", "/feeds", "/divisions/climate", "/divisions/environment", "/subscribe", "/manage", "/subscribe/sent"]
TITLES = {"en": "Riverton Newsroom", "ko": "강변시 뉴스룸"}


def opened(site: Site) -> list[str]:
    """Every page that a person's link opens."""
    signup, person = site.asked("waiting@example.org", "climate"), site.follow().id
    wanted = {Purpose.CONFIRM: signup, Purpose.MANAGE: person, Purpose.FOLLOWS: person, Purpose.UNSUBSCRIBE: person}
    return [site.link(purpose, subject) for purpose, subject in wanted.items()]


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("path", PUBLIC)
def test_every_public_page_answers_in_both_languages(site: Site, path: str, language: str) -> None:
    publish(site.database, "Night buses run later")
    publish(site.database, "심야버스 증편", language="ko")
    answer = site.browser.get(f"{path}?lang={language}")
    assert answer.status == 200
    assert is_page(answer)
    assert f'<html lang="{language}">' in answer.text
    assert answer.headers["content-language"] == language
    assert TITLES[language] in answer.between("<title>", "</title>")
    assert "</html>" in answer.text


@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_page_that_a_link_opens_answers_in_both_languages(site: Site, language: str) -> None:
    for path in opened(site):
        answer = site.browser.get(f"{path}?lang={language}")
        assert (answer.status, answer.headers["content-language"]) == (200, language), path
        assert f'<html lang="{language}">' in answer.text


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/divisions/nowhere", 404),
        ("GET", "/articles/77/x", 404),
        ("GET", "/feeds/nowhere.rss", 404),
        ("GET", "/confirm/x.y", 404),
        ("PUT", "/", 405),
        ("POST", "/subscribe", 415),
        ("GET", "/%00", 400),
        ("GET", "/" + "x" * 5000, 414),
    ],
)
def test_every_refusal_is_a_page_in_the_readers_language(
    site: Site, method: str, path: str, status: int, language: str
) -> None:
    answer = site.browser.ask(method, path, headers=[("accept-language", language)])
    assert answer.status == status
    assert f'<html lang="{language}">' in answer.text
    assert len(answer.between("<h1>", "</h1>")) > 5


def test_the_language_is_the_best_that_the_browser_asks_for(site: Site) -> None:
    for header, language in {
        "ko": "ko",
        "ko-KR,ko;q=0.9,en;q=0.8": "ko",
        "fr,en;q=0.4,ko;q=0.6": "ko",
        "fr": "en",
        "ko;q=0": "en",
        "*": "en",
        "KO": "ko",
    }.items():
        answer = site.browser.get("/", accept_language=header)
        assert answer.headers["content-language"] == language, header
        assert "accept-language" in answer.headers["vary"].lower()


def test_a_chosen_language_is_kept_by_every_link_of_ours(site: Site) -> None:
    publish(site.database)
    page = site.browser.get("/?lang=ko").text
    kept = [href for href in re.findall(r'href="(/[^"]*)"', page) if not href.startswith(("/static/", "/feeds/"))]
    others = [href for href in kept if "lang=ko" not in href]
    assert others
    assert all("lang=en" in href for href in others)


def test_a_redirect_keeps_the_chosen_language(site: Site) -> None:
    number = publish(site.database).article_id
    for path in (f"/articles/{number}", "/divisions", "/divisions/Climate"):
        answer = site.browser.get(f"{path}?lang=ko")
        assert answer.status == 301
        assert answer.headers["location"].endswith("?lang=ko"), path


def every_kind_of_answer(site: Site) -> dict[str, tuple[str, str, dict[str, str]]]:
    number = publish(site.database).article_id
    gone = publish(site.database, "Gone").article_id
    withdraw(site.database, gone)
    etag = site.browser.get("/feeds/all.rss").headers["etag"]
    return {
        "page": ("GET", "/", {}),
        "article": ("GET", f"/articles/{number}/night-buses-run-later", {}),
        "redirect": ("GET", f"/articles/{number}", {}),
        "gone": ("GET", f"/articles/{gone}/gone", {}),
        "missing": ("GET", "/nowhere", {}),
        "feed": ("GET", "/feeds/all.rss", {}),
        "unchanged feed": ("GET", "/feeds/all.rss", {"if-none-match": etag}),
        "health": ("GET", "/healthz", {}),
        "readiness": ("GET", "/readyz", {}),
        "missing file": ("GET", "/static/x/nothing.css", {}),
        "stylesheet": ("GET", "/static/x/civicwire.css", {}),
        "method": ("DELETE", "/", {}),
        "no form": ("POST", "/subscribe", {}),
        "foreign": ("POST", "/subscribe", {"origin": "https://evil.example"}),
        "NUL": ("GET", "/%00", {}),
        "too long": ("GET", "/" + "x" * 5000, {}),
    } | {path: ("GET", path, {}) for path in opened(site)}


def test_every_answer_carries_the_security_headers_also_errors_and_304(site: Site) -> None:
    statuses = set()
    for what, (method, path, headers) in every_kind_of_answer(site).items():
        answer = site.browser.ask(method, path, headers=list(headers.items()))
        statuses.add(answer.status)
        own = {"Referrer-Policy": "no-referrer"} if re.match("/(confirm|manage|follows|unsubscribe)/", path) else {}
        for name, value in (SECURITY_HEADERS | own).items():
            assert answer.headers.get(name.lower()) == value, (what, name)
    assert statuses == {200, 301, 304, 400, 403, 404, 405, 410, 414, 415}


def test_scripts_are_not_allowed_and_none_are_used_but_those_that_copy_an_address_and_find_a_division(
    site: Site,
) -> None:
    policy = SECURITY_HEADERS["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    for path in [*PUBLIC, *opened(site), "/feeds/all"]:
        answer = site.browser.get(path)
        page = answer.text
        scripts = re.findall(r"<script[^>]*>[^<]*", page)
        own = "copy" if path.startswith("/feeds") else "find" if path == "/subscribe" else None
        if own is not None:
            assert answer.headers["content-security-policy"] == f"{policy}; script-src 'self'"
            assert [re.sub("[0-9a-f]{12}", "*", one) for one in scripts] == [f'<script src="/static/*/{own}.js" defer>']
        else:
            assert (answer.headers["content-security-policy"], scripts) == (policy, []), path
        assert not re.search(r"\son[a-z]+=", page), path
        assert "style=" not in page, path


def test_hsts_is_set_where_the_site_is_https_and_only_there(site: Site) -> None:
    safe = make_site(
        replace(site.parts.settings, base_url="https://newsroom.test"), site.parts.newsroom.city, site.clock
    )
    assert safe.browser.get("/nowhere").headers["strict-transport-security"].startswith("max-age=")
    assert "strict-transport-security" not in site.browser.get("/nowhere").headers
    safe.database.close()


def test_b28_pages_behind_a_token_are_private_and_load_nothing_from_elsewhere(site: Site) -> None:
    for path in opened(site):
        token = path.rpartition("/")[2]
        answer = site.browser.get(path)
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "noindex" in answer.headers["x-robots-tag"]
        head = answer.text.partition("</head>")[0]
        assert token not in head
        assert "canonical" not in head
        assert not re.search(r'(?:src|href|action)="(?:https?:)?//', answer.text.replace("http://newsroom.test", ""))


def test_b28_an_unknown_link_is_answered_as_privately(site: Site) -> None:
    for path in ("/confirm/x.y", "/manage/x.y", "/unsubscribe/x.y"):
        answer = site.browser.get(path)
        assert (answer.status, answer.headers["cache-control"]) == (404, "no-store")
        assert "x.y" not in answer.text.partition("</head>")[0]


def test_forms_are_never_kept_by_a_cache(site: Site) -> None:
    for path in ("/subscribe", "/manage", "/subscribe/sent"):
        assert site.browser.get(path).headers["cache-control"] == "no-store"


def test_drafts_and_withdrawn_releases_are_on_no_list(site: Site) -> None:
    draft(site.database, "Only for editors")
    gone = publish(site.database, "Taken back").article_id
    withdraw(site.database, gone)
    for path in ("/", "/divisions/water", "/divisions/environment", "/divisions/climate", "/feeds"):
        page = site.browser.get(path).text
        assert "Only for editors" not in page
        assert "Taken back" not in page


def test_a_bureau_lists_the_releases_of_its_divisions(site: Site) -> None:
    publish(site.database, "Of the climate division", division="climate")
    publish(site.database, "Of the buses", division="transport")
    page = site.browser.get("/divisions/environment").text
    assert "Of the climate division" in page
    assert "Of the buses" not in page


def test_a_corrected_release_says_so_with_its_reason(site: Site) -> None:
    number = publish(site.database).article_id
    correct(site.database, number, "Night buses run earlier", note="The hour was wrong.")
    assert "The hour was wrong." in site.browser.get("/").text
    assert "The hour was wrong." in site.browser.get(f"/articles/{number}/night-buses-run-earlier").text


def test_lists_have_pages_that_together_hold_every_release_once(site: Site) -> None:
    for number in range(35):
        publish(site.database, f"Release number {number:02}")
    first, second, third = (site.browser.get(f"/?page={page}").text for page in (1, 2, 3))
    shown = re.findall(r">Release number (\d\d)</a>", first + second + third)
    assert shown == [f"{number:02}" for number in range(34, -1, -1)]
    assert 'rel="next"' in first
    assert 'rel="prev"' in second
    assert 'rel="next"' not in second


@pytest.mark.parametrize("page", ["", "-1", "0", "9" * 40, "1e309", "٣", "1.5", "x", "%00x", "+2", "0x1"])
def test_b59_a_page_number_that_is_none_is_brought_within_bounds(site: Site, page: str) -> None:
    answer = site.browser.get(f"/?page={page}" if page.isascii() else "/?page=%D9%A3")
    assert answer.status == (400 if "%00" in page else 200)
