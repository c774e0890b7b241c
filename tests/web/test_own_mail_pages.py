"""What a person changes by the link to their own mail, and what nobody else can by it."""

from dataclasses import replace

import pytest

from config.asgi import application
from config.site import Site as Parts
from feeds.scope import Scope
from notifier.following import MOST_WISHES
from notifier.ledger import subscribers
from notifier.links import Links
from notifier.model import Cadence, Delivery, Kind
from notifier.tokens import Purpose
from tests.builders import publish
from tests.web.browser import Answer, Browser
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


@pytest.mark.parametrize(("language", "said"), [("en", "at most {n} a day"), ("ko", "하루 최대 {n}통")])
def test_who_follows_at_once_chooses_how_many_mails_that_is_a_day(site: Site, language: str, said: str) -> None:
    person = site.follow(cadence="immediate")
    path = site.link(Purpose.MANAGE, person.id)
    page = site.browser.get(f"{path}?lang={language}").text
    assert '<option value="0" selected>' in page
    assert said.format(n=3).lower() in page.lower()
    for value, kept in (("3", 3), ("0", 0), ("", None)):
        page = act(site, path, "cap", cap=value).text
        assert f'<option value="{value or "0"}" selected>' in page
        with site.database.read() as session:
            known = subscribers.get(session, person.id)
        assert known is not None
        assert known.daily_cap == kept


def test_who_follows_nothing_at_once_is_not_asked_how_many(site: Site) -> None:
    assert 'name="cap"' not in site.browser.get(opened(site)).text


def test_a_default_of_the_operator_is_named_where_one_chooses(site: Site) -> None:
    site = replace(site, parts=Parts(replace(site.parts.settings, alerts_a_day=7), site.clock))
    person = site.follow(cadence="immediate")
    browser = Browser(application(site.parts))
    page = browser.get(site.link(Purpose.MANAGE, person.id)).text
    assert '<option value="" selected>As usual here: at most 7 a day</option>' in page


@pytest.mark.parametrize(
    ("action", "fields", "said"),
    [
        ("cap", {"cap": "4"}, "Nothing was changed"),
        ("cap", {"cap": "many"}, "Nothing was changed"),
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
    assert answer.status == 422
    assert said in answer.between('role="alert">', "</p>")
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


def test_the_link_of_a_mail_that_may_be_passed_on_cannot_take_control(site: Site) -> None:
    person = site.parts.following.add("reader@example.org", Scope(words="secret inquiry"), Cadence.DAILY, language="en")
    path = site.link(Purpose.FOLLOWS, person.id)
    page = site.browser.get(path).text
    assert "A search of yours" in page
    for hidden in ("inquiry", "/copy", 'value="move"', 'value="erase"', "/wish", "reader@"):
        assert hidden not in page
    token = path.rpartition("/")[2]
    before = site.dump()
    for action in ("move", "rotate", "erase", "erase_all"):
        answer = act(site, path, action, email="evil@example.org")
        assert answer.status == 403
        assert "have a link of your own sent" in answer.between('role="alert">', "</p>")
    for other in (f"/manage/{token}", f"/manage/{token}/copy", f"/manage/{token}/wish", f"{path}/copy", f"{path}/wish"):
        assert site.browser.get(other).status == 404
    assert site.dump() == before
    assert "inquiry" not in site.browser.get(site.link(Purpose.UNSUBSCRIBE, person.id)).text


def test_the_link_of_a_mail_sees_pauses_stops_and_sends_the_whole_link_to_the_address_alone(site: Site) -> None:
    person = site.follow("reader@example.org", "climate")
    path = site.link(Purpose.FOLLOWS, person.id)
    assert "Paused until 1 June 2026" in act(site, path, "pause", until="2026-06-01", catch_up="yes").text
    assert act(site, path, "stop", subscription="1").status == 200
    assert "It comes as before" in act(site, path, "again").text
    act(site, path, "link", email="evil@example.org")
    (mailed,) = [row for row in site.dump()["delivery"] if "@" in str(row)]
    assert "reader@example.org" in mailed


def test_only_the_mail_with_the_link_that_was_asked_for_opens_everything(site: Site) -> None:
    links = Links(site.parts.newsroom, site.parts.tokens)
    for kind in Kind:
        one = Delivery(
            **dict.fromkeys(("id", "mailing_id", "edition", "subscriber_id", "attempts", "repeats"), 1),
            **dict.fromkeys(("language", "subject", "text", "html", "address"), ""),
            kind=kind,
            signup_id=None,
            created_at=site.clock(),
        )
        asked_for = kind is Kind.MANAGE_LINK
        assert f"/{'manage' if asked_for else 'follows'}/" in links.of(one, now=site.clock())["manage"]


def test_what_was_stopped_is_taken_back_on_the_page_within_the_hour_and_nothing_is_missed(site: Site) -> None:
    person = site.follow("reader@example.org", "climate")
    path = site.link(Purpose.MANAGE, person.id)
    before = [one[6:8] for one in site.dump()["subscription"]]
    assert 'value="again"' in act(site, path, "stop_all").text
    assert "Taken back" in act(site, path, "again").text
    assert act(site, path, "again").status == 422
    assert [one[6:8] for one in site.dump()["subscription"]][1:] == before
    act(site, path, "stop_all")
    site.clock.forward(hours=1, seconds=1)
    assert act(site, path, "again").status == 422


def test_a_saved_search_is_changed_in_its_place_and_loses_nothing(site: Site) -> None:
    person = site.parts.following.add("reader@example.org", Scope(words="night bus"), Cadence.WEEKLY, language="en")
    publish(site.database, "Meanwhile", now=site.clock())
    path = site.link(Purpose.MANAGE, person.id)
    form = site.browser.get(f"{path}/wish?subscription=1").text
    for filled in ('value="bus night"', 'value="weekly" checked'):
        assert filled in form
    wished = [("q", "tram"), ("division", "climate"), ("cadence", "daily"), ("find", ""), ("found", "")]
    answer = site.browser.post(f"{path}/wish?subscription=1", wished)
    assert answer.status == 303
    assert "Saved." in site.browser.get(answer.headers["location"]).text
    _, (one,) = site.parts.following.followed(person.id) or (None, ())
    assert (str(one.scope), one.cadence, one.cursor) == ("division=climate&q=tram", "daily", 0)
    assert [row["source"] for row in site.parts.personal.copy(person.id)["consents"]] == ["staff", "manage page"]  # type: ignore[index]


def test_something_else_is_followed_by_the_link_without_a_further_mail(site: Site) -> None:
    person = site.follow("reader@example.org", "climate")
    path = site.link(Purpose.MANAGE, person.id) + "/wish"
    wished = {"division": "water", "cadence": "immediate"}
    looked = site.browser.post(path, wished | {"preview": "yes"})
    assert 'id="expected"' in looked.text
    for wrong in ({"cadence": "hourly"}, {"division": "nowhere"}, {"q": "!!!"}):
        assert site.browser.post(path, wished | wrong).status == 422
    assert len(site.dump()["subscription"]) == 1
    assert site.browser.post(path, wished).headers["location"].endswith("?done=followed")
    assert len(site.dump()["subscription"]) == 2
    assert site.dump()["delivery"] == []


def test_nobody_follows_more_than_a_hundred_things_by_their_page_and_each_can_still_be_changed(site: Site) -> None:
    person = site.follow("reader@example.org", "climate")
    path = site.link(Purpose.MANAGE, person.id) + "/wish"
    with site.database.write() as session:
        for number in range(2, MOST_WISHES):
            scope = Scope(words=f"word{number}")
            subscribers.follow(session, person.id, scope, Cadence.DAILY, now=site.clock())
    assert site.browser.post(path, {"q": "tram", "cadence": "daily"}).headers["location"].endswith("?done=followed")
    full = site.browser.post(path, {"q": "ferry", "cadence": "daily"})
    assert full.status == 422
    assert site.parts.words["en"]("manage.notice.many") in full.text
    changed = site.browser.post(f"{path}?subscription=1", {"q": "ferry", "cadence": "weekly"})
    assert changed.headers["location"].endswith("?done=changed")
    live = (site.parts.following.followed(person.id) or (None, ()))[1]
    assert len(live) == MOST_WISHES
    assert {"q=tram", "q=ferry"} < {str(one.scope) for one in live}


def test_another_persons_subscription_is_not_replaced(site: Site) -> None:
    mine, other = site.follow("mine@example.org", "climate"), site.follow("other@example.org", "water")
    path = site.link(Purpose.MANAGE, mine.id)
    site.browser.post(f"{path}/wish?subscription=2", {"cadence": "weekly", "q": "tram"})
    assert [str(one.scope) for one in (site.parts.following.followed(other.id) or (0, ()))[1]] == ["division=water"]
