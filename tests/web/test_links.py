"""The pages behind a mailed link: what opens them, what changes something, and what never does."""

import pytest

from feeds.scope import Scope
from notifier.model import Cadence
from notifier.tokens import Purpose
from tests.web.browser import FORM
from tests.web.conftest import Site

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
MULTIPART = (
    b'--b0undary\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b0undary--\r\n'
)
BEHIND_LINKS = [Purpose.CONFIRM, Purpose.MANAGE, Purpose.FOLLOWS, Purpose.UNSUBSCRIBE]


def links(site: Site) -> dict[Purpose, str]:
    """A link of each purpose, of one person who follows one thing and has asked for another."""
    number, person = site.asked("reader@example.org", "water"), site.follow("reader@example.org", "climate")
    return {
        Purpose.CONFIRM: site.link(Purpose.CONFIRM, number),
        Purpose.MANAGE: site.link(Purpose.MANAGE, person.id),
        Purpose.FOLLOWS: site.link(Purpose.FOLLOWS, person.id),
        Purpose.UNSUBSCRIBE: site.link(Purpose.UNSUBSCRIBE, person.id),
    }


def cadences(site: Site, subscriber_id: int) -> dict[str, str]:
    known = site.parts.following.followed(subscriber_id)
    assert known is not None
    return {str(one.scope): str(one.cadence) for one in known[1]}


def test_b22_looking_at_a_link_changes_nothing(site: Site) -> None:
    opened = links(site)
    before = site.dump()
    for path in opened.values():
        for method in ("GET", "HEAD", "OPTIONS", "PUT", "DELETE", "FOO"):
            for headers in ([], [("purpose", "prefetch")], [("user-agent", "scanner")]):
                site.browser.ask(method, path, headers=headers)
        for query in ("?action=stop_all", "?List-Unsubscribe=One-Click", "?confirm=1"):
            site.browser.get(path + query)
    assert site.dump() == before


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_b18_a_changed_link_opens_the_same_page_for_all(site: Site, method: str) -> None:
    bodies = set()
    for path in links(site).values():
        head, _, token = path.rpartition("/")
        payload, _, mark = token.partition(".")
        for wrong in (token[:-1], token + "A", token.swapcase(), "A" + token, f"{payload}.", f".{mark}", "x", "%20"):
            answer = site.browser.ask(
                method, f"{head}/{wrong}", headers=[("content-type", FORM)], body=b"action=stop_all"
            )
            assert answer.status == 404, wrong
            assert answer.headers["cache-control"] == "no-store"
            bodies.add(answer.between("<main", "</main>"))
    assert len(bodies) == 1


def test_b19_a_link_opens_no_page_but_its_own(site: Site) -> None:
    opened = links(site)
    before = site.dump()
    for purpose in BEHIND_LINKS:
        for other in BEHIND_LINKS:
            path = f"/{other}/{opened[purpose].rpartition('/')[2]}"
            assert (site.browser.get(path).status == 200) == (purpose is other)
            if purpose is not other:
                assert site.browser.post(path, {"action": "stop_all", **ONE_CLICK}).status == 404
    form_token = site.form_token()
    for other in BEHIND_LINKS:
        assert site.browser.post(f"/{other}/{form_token}", ONE_CLICK).status == 404
    assert site.dump() == before


@pytest.mark.parametrize(
    ("purpose", "again", "life"),
    [
        (Purpose.CONFIRM, "/subscribe", {"hours": 48}),
        (Purpose.MANAGE, "/manage", {"days": 7}),
        (Purpose.FOLLOWS, "/manage", {"days": 30}),
    ],
)
def test_b20_an_expired_link_says_so_and_how_to_ask_again(
    site: Site, purpose: Purpose, again: str, life: dict[str, float]
) -> None:
    path = links(site)[purpose]
    site.clock.forward(**life)
    before = site.dump()
    for answer in (site.browser.get(path), site.browser.post(path, {"action": "stop_all"})):
        assert answer.status == 410
        assert f'href="{again}"' in answer.between('<p class="act">', "</p>") or f'href="{again}"' in answer.text
        assert answer.headers["cache-control"] == "no-store"
    assert site.dump() == before


def test_b20_an_unsubscribe_link_opens_years_later(site: Site) -> None:
    path = links(site)[Purpose.UNSUBSCRIBE]
    site.clock.forward(days=365 * 9)
    assert site.browser.get(path).status == 200
    assert site.browser.post(path, ONE_CLICK).status == 200


def test_a_confirmation_shows_what_will_be_followed_and_masks_the_address(site: Site) -> None:
    page = site.browser.get(links(site)[Purpose.CONFIRM]).text
    assert "Water" in page
    assert "r…@example.org" in page
    assert "reader@example.org" not in page


def test_b21_confirming_twice_answers_the_same_and_makes_one_subscription(site: Site) -> None:
    path = site.link(Purpose.CONFIRM, site.asked())
    first = site.browser.post(path, {"form_token": site.form_token()})
    second = site.browser.post(path)
    assert (first.status, second.status) == (200, 200)
    assert first.between("<main", "</main>") == second.between("<main", "</main>")
    assert len(site.dump()["subscription"]) == 1


def test_a_confirmation_whose_sign_up_is_destroyed_says_that_it_has_expired(site: Site) -> None:
    number = site.asked()
    site.clock.forward(hours=48)
    late = site.link(Purpose.CONFIRM, number)
    site.parts.following.destroy_expired()
    assert site.browser.get(late).status == 410
    assert site.browser.post(late).status == 410


@pytest.mark.parametrize("subject", [0, 4242, 2**40])
def test_ids_that_are_not_there_are_answered_like_expired_links(site: Site, subject: int) -> None:
    site.follow()
    before = site.dump()
    assert site.browser.get(site.link(Purpose.CONFIRM, subject)).status == 410
    assert site.browser.post(site.link(Purpose.CONFIRM, subject)).status == 410
    assert site.browser.get(site.link(Purpose.MANAGE, subject)).status == 410
    assert site.browser.post(site.link(Purpose.MANAGE, subject), {"action": "stop_all"}).status == 410
    assert site.browser.get(site.link(Purpose.UNSUBSCRIBE, subject)).status == 200
    assert site.browser.post(site.link(Purpose.UNSUBSCRIBE, subject), ONE_CLICK).status == 200
    assert site.dump() == before


@pytest.mark.parametrize("origin", [[], [("origin", "https://mail.example")], [("sec-fetch-site", "cross-site")]])
@pytest.mark.parametrize(
    ("kind", "body"),
    [(FORM, b"List-Unsubscribe=One-Click"), ("multipart/form-data; boundary=b0undary", MULTIPART)],
)
def test_b23_one_click_needs_nothing_but_the_link(
    site: Site, kind: str, body: bytes, origin: list[tuple[str, str]]
) -> None:
    person = site.follow()
    site.follow("reader@example.org", "climate", cadence="immediate")
    path = site.link(Purpose.UNSUBSCRIBE, person.id)
    answer = site.browser.ask("POST", path, headers=[("content-type", kind), *origin], body=body)
    assert answer.status == 200
    assert "set-cookie" not in answer.headers
    assert cadences(site, person.id) == {}


def test_b24_one_click_twice_is_answered_twice(site: Site) -> None:
    person = site.follow()
    path = site.link(Purpose.UNSUBSCRIBE, person.id)
    assert site.browser.post(path, ONE_CLICK).status == 200
    once = site.dump()
    assert site.browser.post(path, ONE_CLICK).status == 200
    assert site.dump() == once
    assert site.browser.get(path).status == 200


@pytest.mark.parametrize("fields", [{}, {"List-Unsubscribe": "no"}, {"list-unsubscribe": "One-Click"}, {"x": "y"}])
def test_b25_a_post_that_says_something_else_asks_first(site: Site, fields: dict[str, str]) -> None:
    person = site.follow()
    path = site.link(Purpose.UNSUBSCRIBE, person.id)
    before = site.dump()
    answer = site.browser.post(path, fields)
    assert answer.status == 200
    assert "<button" in answer.between('<form method="post"', "</form>")
    assert site.dump() == before


def test_the_button_on_the_page_unsubscribes(site: Site) -> None:
    person = site.follow()
    path = site.link(Purpose.UNSUBSCRIBE, person.id)
    token = site.browser.get(path).between('name="form_token" value="', '"')
    assert site.browser.post(path, {"form_token": token}).status == 200
    assert cadences(site, person.id) == {}


def test_managing_changes_and_stops_what_was_chosen(site: Site) -> None:
    person = site.follow("reader@example.org", "climate")
    site.follow("reader@example.org", "water")
    path = site.link(Purpose.MANAGE, person.id)
    page = site.browser.get(path).text
    assert page.count('name="subscription"') == 2
    first = site.browser.get(path).between('name="subscription" value="', '"')
    changed = site.browser.post(path, {"action": "change", "subscription": first, "cadence": "weekly"})
    assert changed.status == 200
    assert cadences(site, person.id) == {"division=climate": "weekly", "division=water": "daily"}
    second = site.browser.get(path).between('name="subscription" value="', '"')
    assert site.browser.post(path, {"action": "stop", "subscription": second}).status == 200
    assert len(cadences(site, person.id)) == 1
    assert site.browser.post(path, {"action": "stop_all"}).status == 200
    assert cadences(site, person.id) == {}


def test_b26_another_persons_subscription_beside_ones_own_link_changes_nothing(site: Site) -> None:
    mine, other = site.follow("mine@example.org"), site.follow("other@example.org")
    foreign = site.parts.following.followed(other.id)
    assert foreign is not None
    number = str(foreign[1][0].id)
    before = site.dump()
    path = site.link(Purpose.MANAGE, mine.id)
    for action in ("stop", "change"):
        fields = {"action": action, "subscription": number, "cadence": "weekly", "subscriber": str(other.id)}
        assert site.browser.post(path, fields).status == 422
    assert site.dump() == before


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"action": "stop"},
        {"action": "stop", "subscription": ""},
        {"action": "stop", "subscription": "-1"},
        {"action": "stop", "subscription": "9" * 400},
        {"action": "stop", "subscription": "9" * 15},
        {"action": "stop", "subscription": "٣"},
        {"action": "change", "subscription": "1", "cadence": "hourly"},
        {"action": "change", "subscription": "1"},
        {"action": "erase"},
        {"action": "<script>alert(1)</script>", "subscription": "1", "cadence": "<script>"},
    ],
)
def test_a_manage_form_that_asks_for_nothing_known_changes_nothing(site: Site, fields: dict[str, str]) -> None:
    person = site.follow()
    before = site.dump()
    answer = site.browser.post(site.link(Purpose.MANAGE, person.id), fields)
    assert answer.status == (200 if fields.get("action") == "erase" else 422)
    assert "<script" not in answer.text
    assert site.dump() == before


def test_b27_random_links_open_nothing(site: Site) -> None:
    site.follow()
    for number in range(200):
        site.clock.forward(seconds=1)  # any sooner, and they would be turned away unread
        assert site.browser.get(f"/manage/WzEsMF0.{number:043}").status == 404


@pytest.mark.parametrize(
    "query", ["?next=//evil.example", "?next=/%5Cevil.example", "?next=%09//evil.example", "?next=https:evil"]
)
def test_b29_no_page_leads_to_an_address_of_the_query(site: Site, query: str) -> None:
    for path in links(site).values():
        answer = site.browser.get(path + query)
        assert "location" not in answer.headers
        assert 'href="//evil' not in answer.text
        posted = site.browser.post(path + query, {"action": "nothing"})
        assert "location" not in posted.headers
    sent = site.browser.post("/subscribe" + query, site.form())
    assert sent.headers["location"] == "/subscribe/sent"


def test_the_links_of_a_person_who_left_still_open(site: Site) -> None:
    person = site.parts.following.add("reader@example.org", Scope(), Cadence.DAILY, language="en")
    path = site.link(Purpose.MANAGE, person.id)
    site.parts.following.stop(person.id, reason="page")
    answer = site.browser.get(path)
    assert answer.status == 200
    assert 'name="subscription"' not in answer.text
