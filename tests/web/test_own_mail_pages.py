"""What a person changes by the link to their own mail, and what nobody else can by it."""

import pytest

from notifier.model import Kind
from notifier.tokens import Purpose
from tests.web.browser import Answer
from tests.web.conftest import Site


def opened(site: Site) -> str:
    return site.link(Purpose.MANAGE, site.follow().id)


def act(site: Site, path: str, action: str, **fields: str) -> Answer:
    return site.browser.post(path, {"action": action, **fields})


def test_everything_on_the_page_can_be_changed_by_its_own_forms(site: Site) -> None:
    path = opened(site)
    saved = act(site, path, "timing", hour="other", other_hour="21", zone="America/New_York")
    assert "Daily, at 21:00, New York time" in saved.text
    assert 'value="none" checked' in act(site, path, "look", language="ko", pictures="none").text
    assert "Paused until 1 June 2026" in act(site, path, "pause", until="2026-06-01", catch_up="yes").text
    assert 'name="until"' in act(site, path, "resume").text


@pytest.mark.parametrize(
    ("action", "fields", "said"),
    [
        ("timing", {"hour": "24"}, "Choose one of the hours"),
        ("timing", {"hour": "8", "zone": "Mars/Base"}, "Choose one of the hours"),
        ("look", {"language": "tlh"}, "Nothing was changed"),
        ("pause", {"until": "2020-01-01"}, "Choose a day"),
        ("pause", {"until": "9999-12-31"}, "Choose a day"),
        ("pause", {"until": "soon"}, "Choose a day"),
        ("move", {"email": "no address"}, "Enter an e-mail address"),
        ("dance", {}, "Nothing was changed"),
    ],
)
def test_what_cannot_be_is_answered_with_a_sentence_and_changes_nothing(
    site: Site, action: str, fields: dict[str, str], said: str
) -> None:
    path = opened(site)
    before = site.dump()
    answer = act(site, path, action, **fields)
    assert said in answer.between('role="status">', "</p>")
    assert site.dump() == before


def test_b26_a_form_names_nobody_but_the_links_own_person(site: Site) -> None:
    path = opened(site)
    site.follow("victim@example.org")
    for action in ("erase_all", "move", "pause"):
        act(site, path, action, subscriber="2", subscriber_id="2", email="evil@example.org", until="2026-06-01")
    assert [row[1] for row in site.dump()["subscriber"]] == ["victim@example.org"]


def test_a_copy_is_a_file_that_nobody_keeps(site: Site) -> None:
    path = opened(site)
    answer = site.browser.get(f"{path}/copy")
    assert answer.headers["content-type"] == "application/json"
    assert "attachment" in answer.headers["content-disposition"]
    assert answer.headers["cache-control"] == "no-store"
    assert "reader@example.org" in answer.text
    assert site.browser.get(path.replace("/manage/", "/manage/x") + "/copy").status == 404


def test_erasing_asks_first_and_then_the_link_opens_nothing(site: Site) -> None:
    path = opened(site)
    before = site.dump()
    assert 'value="erase_all"' in act(site, path, "erase").text
    assert site.dump() == before
    assert "Everything is erased." in act(site, path, "erase_all").text
    assert site.dump()["subscriber"] == []
    assert site.browser.get(path).status == 410
    assert act(site, path, "erase_all").status == 410


def test_another_address_confirms_on_a_page_of_its_own_and_the_old_one_can_take_it_back(site: Site) -> None:
    path = opened(site)
    known, unknown = (act(site, path, "move", email=one) for one in ("new@example.org", "reader@example.org"))
    assert known.between('role="status">', "</p>") == unknown.between('role="status">', "</p>")
    confirm = site.link(Purpose.CONFIRM, 1)
    before = site.dump()
    page = site.browser.get(confirm)
    assert "n…@example.org" in page.text
    assert "new@example.org" not in page.text
    assert site.dump() == before
    for _ in range(2):
        assert "We write to the new address" in site.browser.post(confirm).text
    assert [row[1] for row in site.dump()["subscriber"]] == ["new@example.org"]
    undo = site.link(Purpose.UNDO, site.dump()["move"][0][0])  # type: ignore[arg-type]
    before = site.dump()
    assert "<button" in site.browser.get(undo).between('<form method="post"', "</form>")
    assert site.dump() == before
    assert "We write to the old address again" in site.browser.post(undo).text
    assert [row[1] for row in site.dump()["subscriber"]] == ["reader@example.org"]
    assert site.browser.get(undo).status == site.browser.post(undo).status == 410


def test_unsubscribing_can_be_taken_back_on_the_page_that_says_so_and_nowhere_else(site: Site) -> None:
    person = site.follow()
    path = site.link(Purpose.UNSUBSCRIBE, person.id)
    ended = site.browser.post(path, {"form_token": site.form_token()})
    again = ended.between('name="again" value="', '"')
    other = site.link(Purpose.UNSUBSCRIBE, site.follow("other@example.org").id)
    for where, token in ((path, "x.y"), (path, site.form_token()), (other, again)):
        site.browser.post(where, {"again": token})
        assert site.parts.following.followed(person.id)[1] == []  # type: ignore[index]
    assert "Your mail goes on" in site.browser.post(path, {"again": again}).text
    assert len(site.parts.following.followed(person.id)[1]) == 1  # type: ignore[index]
    site.clock.forward(hours=1)
    assert "<button" in site.browser.post(path, {"again": again}).text


def test_b11_asking_to_move_says_nothing_of_the_new_address(site: Site) -> None:
    path = opened(site)
    site.follow("known@example.org")
    answers = {act(site, path, "move", email=f"{name}@example.org").status for name in ("known", "new")}
    assert answers == {200}
    kinds = [row for row in site.dump()["mailing"] if Kind.ADDRESS_CONFIRM in row]
    assert len(kinds) == 2
