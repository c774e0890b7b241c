"""The pages at the door: signing in and out, one's own password, and where one is led on to."""

from dataclasses import replace
from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from feeds.access.throttle import A_NAME_FROM_A_NETWORK
from feeds.staff import Role
from feeds.web.newsroom.sign_in import HOME, LONGEST_QUEUE, own_path
from tests.web.browser import FORM
from tests.web.conftest import Site, is_page, make_site
from tests.web.newsroom import Staff, employ, signed_in

FOREIGN = [
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "\t//evil.example",
    "https:evil.example",
    "https://evil.example/newsroom",
    "http://newsroom.test@evil.example/newsroom",
    "javascript:alert(1)",
    "/newsroom/\\evil.example",
    "/newsroom@evil.example",
    "/newsroom.evil.example",
    "/newsroom\r\nSet-Cookie: a=b",
    "/newsroom/../unsubscribe",
    "/newsroom/%2E%2e/x",
    "/newsroomx",
    "/subscribe",
    " /newsroom",
    "/newsroom/" + "a" * 5000,
    "",
]


@pytest.mark.parametrize("target", FOREIGN)
def test_b29_one_is_led_on_within_the_newsroom_only(site: Site, target: str) -> None:
    _, password = employ(site)
    member = Staff(site.browser)
    answer = member.sign_in("chief", password, then=target)
    assert (answer.status, answer.headers["location"]) == (303, HOME)


@given(st.text(alphabet=st.sampled_from("/\\.:@?#%2ea newsroom\t\n"), max_size=30), st.booleans())
def test_b29_no_address_leads_to_another_site(text: str, ours: bool) -> None:
    base = "https://newsroom.test/newsroom/sign-in"
    there = urlsplit(urljoin(base, own_path("/newsroom" + text if ours else text)))
    assert (there.scheme, there.netloc) == ("https", "newsroom.test")
    assert there.path == "/newsroom" or there.path.startswith("/newsroom/")


@pytest.mark.parametrize("target", ["/newsroom", "/newsroom?q=a%20b&page=2", "/newsroom/articles/3/edit"])
def test_a_stranger_is_led_to_the_sign_in_page_and_back(site: Site, target: str) -> None:
    _, password = employ(site)
    member = Staff(site.browser)
    away = member.get("/newsroom/password?x=1")
    assert (away.status, away.headers["location"]) == (303, "/newsroom/sign-in?next=%2Fnewsroom%2Fpassword%3Fx%3D1")
    page = member.get(away.headers["location"])
    assert page.between('name="next" value="', '"') == "/newsroom/password?x=1"
    assert member.sign_in("chief", password, then=target).headers["location"] == target


def test_who_is_inside_is_not_asked_again(site: Site) -> None:
    answer = signed_in(site).get("/newsroom/sign-in?next=/newsroom/topics")
    assert (answer.status, answer.headers["location"]) == (303, "/newsroom/topics")


def test_a_session_cookie_is_kept_from_scripts_and_from_other_sites(site: Site) -> None:
    _, password = employ(site)
    answer = Staff(site.browser).sign_in("chief", password)
    cookies = [value for name, value in answer.pairs if name == "set-cookie"]
    assert [one.partition("=")[0] for one in cookies] == ["newsroom", "newsroom-browser"]
    for cookie in cookies:
        assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
        assert "domain" not in cookie.lower()


def test_on_https_cookies_are_secure_and_bound_to_the_host(site: Site) -> None:
    secure = make_site(
        replace(site.parts.settings, base_url="https://newsroom.test"), site.parts.newsroom.city, site.clock
    )
    _, password = employ(secure)
    member = Staff(secure.browser)
    answer = member.sign_in("chief", password, origin="https://newsroom.test")
    cookies = [value for name, value in answer.pairs if name == "set-cookie"]
    assert [one.partition("=")[0] for one in cookies] == ["__Host-newsroom", "__Host-newsroom-browser"]
    assert all("Secure" in one.split("; ") for one in cookies)
    assert member.get("/newsroom/password").status == 200


def test_b89_the_answer_is_the_same_for_a_name_that_nobody_has(site: Site) -> None:
    employ(site)
    known = Staff(site.browser).sign_in("chief", "wrong horse battery")
    unknown = Staff(site.browser).sign_in("thief", "wrong horse battery")
    assert known.status == unknown.status == 422
    assert known.text.replace("chief", "thief") == unknown.text
    assert known.pairs == unknown.pairs
    assert is_page(known)


def test_b88_after_too_many_tries_the_page_says_how_long_to_wait(site: Site) -> None:
    _, password = employ(site)
    stranger = Staff(site.browser)
    for _ in range(A_NAME_FROM_A_NETWORK):
        assert stranger.sign_in("chief", "wrong horse battery").status == 422
    answer = stranger.sign_in("chief", password)
    assert (answer.status, answer.headers["retry-after"]) == (429, "900")
    assert "Try again in 15 minutes." in answer.text
    assert answer.headers["cache-control"] == "no-store"
    site.clock.forward(minutes=15)
    assert stranger.sign_in("chief", password).status == 303


def test_b88_a_queue_before_the_door_is_short_and_known_browsers_pass_it(site: Site) -> None:
    member = signed_in(site)
    for _ in range(LONGEST_QUEUE):
        assert site.parts.sign_in._places.acquire(blocking=False)
    refused = Staff(site.browser).sign_in(member.name, member.password)
    assert (refused.status, refused.headers["retry-after"]) == (503, "30")
    assert member.sign_in(member.name, member.password).status == 303
    site.parts.sign_in._places.release()
    assert [Staff(site.browser).sign_in(member.name, member.password).status for _ in range(3)] == [303] * 3


def test_b88_another_process_counts_the_same_tries(site: Site) -> None:
    _, password = employ(site)
    for _ in range(A_NAME_FROM_A_NETWORK):
        Staff(site.browser).sign_in("chief", "wrong horse battery")
    assert Staff(site.sibling().browser).sign_in("chief", password).status == 429


@pytest.mark.parametrize(
    ("password", "status"),
    [("a" * 1_000_000, 413), ("a" * 50_000, 422), ("a" * 20 + "\0", 422), ("\x00" * 300, 422), ("", 422)],
)
def test_b90_a_password_of_any_shape_is_refused_and_breaks_nothing(site: Site, password: str, status: int) -> None:
    employ(site)
    answer = Staff(site.browser).sign_in("chief", password)
    assert answer.status == status
    assert is_page(answer)
    assert password[:12] not in answer.text or not password


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "a\0b", "\u202echief", "a" * 10_000, '" onfocus="x'])
def test_b95_a_name_of_any_shape_is_shown_as_text_or_not_at_all(site: Site, name: str) -> None:
    answer = Staff(site.browser).sign_in(name, "wrong horse battery")
    assert answer.status == 422
    assert "<script>alert" not in answer.text
    assert ' onfocus="x' not in answer.text
    assert "\0" not in answer.text


def test_b91_a_session_that_was_set_before_is_not_used(site: Site) -> None:
    _, password = employ(site)
    victim = Staff(site.browser, cookies={"newsroom": "planted-by-somebody-else"})
    assert victim.sign_in("chief", password).status == 303
    assert victim.cookies["newsroom"] != "planted-by-somebody-else"
    planted = Staff(site.browser, cookies={"newsroom": "planted-by-somebody-else"})
    assert planted.get("/newsroom/password").status == 303


def test_b92_the_cookie_is_dead_after_signing_out(site: Site) -> None:
    member = signed_in(site)
    kept = dict(member.cookies)
    answer = member.post("/newsroom/sign-out")
    assert (answer.status, answer.headers["location"]) == (303, "/newsroom/sign-in?out=1")
    assert "newsroom" not in member.cookies
    assert "newsroom-browser" in member.cookies
    assert Staff(site.browser, cookies=kept).get("/newsroom/password").status == 303
    assert "You are signed out." in member.get("/newsroom/sign-in?out=1").text


def test_signing_out_is_no_link(site: Site) -> None:
    member = signed_in(site)
    assert member.get("/newsroom/sign-out").status == 405
    assert member.get("/newsroom/password").status == 200


def test_b92_a_new_password_signs_every_other_browser_out_and_not_this_one(site: Site) -> None:
    member = signed_in(site)
    other = Staff(site.browser)
    other.sign_in(member.name, member.password)
    new = "another horse battery"
    answer = member.post("/newsroom/password", {"old": member.password, "new": new, "again": new})
    assert (answer.status, answer.headers["location"]) == (303, "/newsroom/password?done=1#done")
    assert "Your password is changed." in member.get("/newsroom/password?done=1").text
    assert other.get("/newsroom/password").status == 303


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"old": "wrong horse battery"}, "The present password is wrong."),
        ({"again": "something else entirely"}, "The two new passwords are not the same."),
        ({"new": "short", "again": "short"}, "at least 12 characters"),
        ({"new": "a" * 201, "again": "a" * 201}, "at most 200 characters"),
        ({"new": "a" * 12 + "\x07", "again": "a" * 12 + "\x07"}, "control characters"),
    ],
)
def test_a_password_that_cannot_be_is_said_and_changes_nothing(site: Site, fields: dict[str, str], said: str) -> None:
    member = signed_in(site)
    sound = {"old": member.password, "new": "another horse battery", "again": "another horse battery"}
    answer = member.post("/newsroom/password", sound | fields)
    assert answer.status == 422
    assert said in answer.text
    assert Staff(site.browser).sign_in(member.name, member.password).status == 303


def test_a_password_that_somebody_else_chose_is_changed_before_anything_else(site: Site) -> None:
    _, password = employ(site, must_change=True)
    member = Staff(site.browser)
    member.sign_in("chief", password, then="/newsroom/topics")
    away = member.get("/newsroom/topics")
    assert (away.status, away.headers["location"]) == (303, "/newsroom/password?next=%2Fnewsroom%2Ftopics")
    assert member.post("/newsroom/topics", {"slug": "a", "name-en": "A", "name-ko": "A"}).status == 303
    new = {"old": password, "new": "another horse battery", "again": "another horse battery"}
    answer = member.post("/newsroom/password", new | {"next": "/newsroom/topics"})
    assert answer.headers["location"] == "/newsroom/topics"
    page = member.get("/newsroom/topics")
    assert page.status == 200
    assert "There are no topics yet." in page.text


def test_passwords_and_sessions_stand_in_no_log(site: Site) -> None:
    with capture_logs() as lines:
        member = signed_in(site)
        member.get(f"/newsroom/password?next={member.password}")
        Staff(site.browser).sign_in(member.name, "wrong horse battery")
    assert lines
    for secret in (member.password, "wrong horse battery", *member.cookies.values(), member.csrf):
        assert secret not in str(lines)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ([("content-type", FORM), ("origin", "https://evil.example")], 403),
        ([("content-type", FORM), ("origin", "null")], 403),
        ([("content-type", FORM), ("sec-fetch-site", "cross-site")], 403),
        ([("content-type", FORM), ("sec-fetch-site", "same-site")], 403),
        ([("content-type", "text/plain"), ("origin", "http://newsroom.test")], 415),
        ([("content-type", "application/json")], 415),
        ([], 415),
    ],
)
def test_b93_nobody_is_signed_in_from_another_site(site: Site, headers: list[tuple[str, str]], status: int) -> None:
    _, password = employ(site)
    body = f"name=chief&password={password}".encode()
    answer = site.browser.ask("POST", "/newsroom/sign-in", headers=headers, body=body)
    assert answer.status == status
    assert "set-cookie" not in answer.headers


def test_the_language_that_was_chosen_is_kept_through_the_door(site: Site) -> None:
    _, password = employ(site)
    member = Staff(site.browser)
    page = member.get("/newsroom/sign-in?lang=ko")
    assert page.headers["content-language"] == "ko"
    assert 'action="/newsroom/sign-in?lang=ko"' in page.text
    body = f"name=chief&password={password}".encode()
    headers = [("content-type", FORM), ("origin", "http://newsroom.test")]
    answer = site.browser.ask("POST", "/newsroom/sign-in?lang=ko", headers=headers, body=body)
    assert answer.headers["location"] == "/newsroom?lang=ko"


def test_the_sections_are_those_of_ones_role(site: Site) -> None:
    shown = {}
    for role in Role:
        page = signed_in(site, f"a-{role}", role=role).get("/newsroom/password").text
        shown[role] = {one for one in ("topics", "staff", "tokens", "audit") if f'href="/newsroom/{one}"' in page}
    assert shown == {
        Role.EDITOR: {"audit"},
        Role.CHIEF: {"audit", "topics"},
        Role.OPERATOR: {"audit", "topics", "staff", "tokens"},
    }
