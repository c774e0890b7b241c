"""A release under embargo: hidden from all but accredited journalists, whose own address shows it and notes it."""

import json
import re
from datetime import date, timedelta
from io import BytesIO
from xml.etree import ElementTree

import feedparser
import pytest
from PIL import Image

from config.site import WRONG_LINKS
from feeds.media import keeper
from feeds.model import Article, State
from feeds.reach import Embargoed
from feeds.staff import Role
from feeds.store import reading, topics
from feeds.store.articles import Filing, filing_of
from notifier.model import Cadence, Subscriber
from notifier.tokens import Purpose
from tests.builders import NOW, content, publish
from tests.media.samples import PDF
from tests.web.browser import Answer
from tests.web.conftest import Site
from tests.web.desk import CHIEF, ENVIRONMENT, deeds, enters, opened, stored, written
from tests.web.newsroom import Staff, signed_in
from tests.web.test_scheduled import LISTS, SHOWN_IN, TITLE, guesses, shows

HOUR = timedelta(hours=1)
JOURNALIST = "journalist@example.org"
PRESS = "/newsroom/press"


def accredited(site: Site, *divisions: str, until: date = date(2026, 12, 31)) -> Subscriber:
    """A journalist who follows everything weekly."""
    person = site.follow(JOURNALIST, cadence=Cadence.WEEKLY)
    site.parts.press.accredit("operator", JOURNALIST, until, divisions)
    return person


def release(site: Site, title: str = TITLE, **values: object) -> Article:
    """A release that is under embargo for an hour."""
    one = written(site, title, by=CHIEF, **values)
    with site.database.write() as session:
        site.parts.desk.schedule(session, CHIEF, one.id, at=NOW + HOUR, expected=one.version, mail=True, embargo=True)
    site.parts.embargoes.run()
    return stored(site, one.id)


def base(site: Site, person: Subscriber) -> str:
    """The beginning of a person's own address."""
    known = site.parts.press.address(person.id)
    assert known is not None
    return known[1]


def record(site: Site, article_id: int) -> Embargoed:
    """Who has it and who looked, as staff are told."""
    with site.database.read() as session:
        return site.parts.room.embargoed(session, article_id)


def demand_secret(answer: Answer) -> None:
    """Nobody keeps it, lists it, or is told where it was."""
    assert answer.headers["cache-control"] == "private, no-store"
    assert "noindex" in answer.headers["x-robots-tag"]
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "access-control-allow-origin" not in answer.headers


def topical(site: Site) -> Article:
    """One under embargo, with a topic."""
    with site.database.write() as session:
        topics.add(session, "airships", {"en": "Airships", "ko": "비행선"})
    return release(site, topics=("airships",))


def test_before_the_lift_no_list_and_no_guessed_address_shows_it(site: Site) -> None:
    accredited(site)
    number = topical(site).id
    site.clock.at = NOW + HOUR - timedelta(seconds=1)
    assert site.parts.publications.run() == 0
    for path in LISTS:
        assert not shows(site, path), path
    for path in guesses(number):
        assert site.browser.get(path).status == 404, path
        assert not shows(site, path), path


def test_before_the_lift_feeds_are_the_same_bytes_and_the_log_has_nothing(site: Site) -> None:
    publish(site.database, "Another", division="climate")
    paths = ("/feeds/climate.rss", "/feeds/all.atom", "/feeds/all.json", "/api/v1/articles")
    before = [site.browser.get(path).body for path in paths]
    accredited(site)
    release(site)
    assert [site.browser.get(path).body for path in paths] == before


def test_before_the_lift_no_other_mail_tells_of_it(site: Site) -> None:
    site.follow("reader@example.org", cadence=Cadence.IMMEDIATE)
    accredited(site)
    release(site)
    assert site.parts.alerts.run().planned == 0
    assert all(run.planned == 0 for run in site.parts.digests.run())


def test_a_mail_under_embargo_has_no_copy_on_the_web(site: Site) -> None:
    accredited(site)
    release(site)
    for mailing in range(1, 4):
        answer = site.browser.get(site.link(Purpose.MAIL, mailing))
        assert answer.status == 404
        assert "Zeppelin" not in answer.text


@pytest.mark.parametrize("restarted", [False, True])
def test_at_the_lift_it_is_everywhere_at_once(site: Site, restarted: bool) -> None:
    person = accredited(site)
    one = topical(site)
    address = base(site, person)
    site.clock.at = NOW + HOUR
    now = site.sibling() if restarted else site
    assert now.parts.publications.run() == 1
    for path in SHOWN_IN:
        assert shows(now, path), path
    answer = now.browser.get(f"{address}/articles/{one.id}")
    assert (answer.status, answer.headers["location"]) == (303, f"/articles/{one.id}/zeppelin-lands-at-noon")
    assert TITLE not in now.browser.get(f"{address}/feed.rss").text
    if restarted:
        now.database.close()


@pytest.mark.parametrize("form", ["rss", "atom", "json"])
def test_the_personal_feed_holds_it_with_notice_and_hour_first(site: Site, form: str) -> None:
    person = accredited(site)
    one = release(site)
    answer = site.browser.get(f"{base(site, person)}/feed.{form}", user_agent="A reader 1.0")
    assert answer.status == 200
    demand_secret(answer)
    if form == "json":
        (item,) = json.loads(answer.body)["items"]
        title, html, url = item["title"], item["content_html"], item["url"]
    else:
        (entry,) = feedparser.parse(answer.body, sanitize_html=False).entries
        title, html, url = entry.title, entry.content[0].value, entry.link
    assert title == f"[Embargoed until Wednesday 20 May 2026, 13:00 KST] {TITLE}"
    assert re.sub("<[^>]+>", "", html).startswith("Under embargo: not for publication yet")
    assert f"{TITLE} from Monday on." in html
    assert url == f"http://newsroom.test{base(site, person)}/articles/{one.id}"
    assert site.browser.get(url.removeprefix("http://newsroom.test")).status == 200


def test_the_personal_feed_is_empty_and_sound_while_nothing_is_under_embargo(site: Site) -> None:
    answer = site.browser.get(f"{base(site, accredited(site))}/feed.atom")
    assert answer.status == 200
    assert ElementTree.fromstring(answer.body).tag.endswith("feed")
    assert not feedparser.parse(answer.body).entries


def test_the_page_shows_the_whole_text_with_the_notice_and_keeps_its_address_to_itself(site: Site) -> None:
    person = accredited(site)
    one = release(site)
    address = f"{base(site, person)}/articles/{one.id}"
    answer = site.browser.get(address)
    assert answer.status == 200
    demand_secret(answer)
    assert "Under embargo: not for publication yet" in answer.text
    assert "Embargoed until Wednesday 20 May 2026, 13:00 KST." in answer.text
    assert f"{TITLE} from Monday on." in answer.text
    head = answer.text.partition("</head>")[0]
    assert "/embargo/" not in head
    assert 'rel="canonical"' not in head
    assert f"/articles/{one.id}/zeppelin-lands-at-noon" in answer.text


def test_pictures_and_files_are_below_the_personal_address_alone(site: Site) -> None:
    file = BytesIO()
    Image.new("RGB", (600, 400), "teal").save(file, "PNG")
    with site.database.write() as session:
        shot, paper = (
            site.parts.media.keep(session, site.parts.media.prepare(given, file_name=name), by="editor")
            for given, name in ((file.getvalue(), "a.png"), (PDF, "plan.pdf"))
        )
    pictures = (keeper.picture(shot, caption="The hall", credit="City", alt="A crowd"),)
    files = (keeper.attachment(paper, "plan.pdf"),)
    person = accredited(site)
    one = release(site, pictures=pictures, attachments=files)
    address = base(site, person)
    page = site.browser.get(f"{address}/articles/{one.id}").text
    assert 'src="/media/' not in page
    for path in (f"{address}/media/{shot.name}", f"{address}{files[0].address}"):
        assert path in page
        answer = site.browser.get(path)
        assert answer.status == 200
        demand_secret(answer)
        assert site.browser.get(path.replace(address, "")).status == 404
    site.parts.press.revoke("operator", JOURNALIST)
    assert site.browser.get(f"{address}/media/{shot.name}").status == 410


def test_a_file_of_another_draft_is_not_there(site: Site) -> None:
    with site.database.write() as session:
        paper = site.parts.media.keep(session, site.parts.media.prepare(PDF, file_name="plan.pdf"), by="editor")
    written(site, "Not yet", attachments=(keeper.attachment(paper, "plan.pdf"),))
    address = base(site, accredited(site))
    release(site)
    assert site.browser.get(f"{address}/media/{paper.name}").status == 404


def test_the_personal_address_shows_no_draft_no_scheduled_one_and_nothing_that_is_not_followed(site: Site) -> None:
    person = site.follow(JOURNALIST, "transport")
    site.parts.press.accredit("operator", JOURNALIST, date(2026, 12, 31))
    under = release(site)
    draft = written(site, "Not yet")
    address = base(site, person)
    for number in (under.id, draft.id, 999, 10**20, "x"):
        assert site.browser.get(f"{address}/articles/{number}").status == 404
    assert not feedparser.parse(site.browser.get(f"{address}/feed.rss").body).entries


@pytest.mark.parametrize("how", ["expired", "revoked", "rotated", "erased"])
def test_an_address_that_has_ended_answers_410_at_once(site: Site, how: str) -> None:
    person = accredited(site, until=date(2026, 5, 20))
    one = release(site)
    address = base(site, person)
    if how == "expired":
        site.clock.at = NOW + 12 * HOUR
    elif how == "revoked":
        site.parts.press.revoke("operator", JOURNALIST)
    elif how == "rotated":
        assert site.parts.press.rotate(person.id)
    else:
        site.parts.personal.erase(person.id)
    for path in ("feed.rss", "feed.json", f"articles/{one.id}", f"media/{'ab' * 32}.png"):
        answer = site.browser.get(f"{address}/{path}")
        assert answer.status == 410, path
        demand_secret(answer)
        assert TITLE not in answer.text
    assert not record(site, one.id).looked


@pytest.mark.parametrize("purpose", [one for one in Purpose if one is not Purpose.EMBARGO])
def test_no_other_token_opens_it(site: Site, purpose: Purpose) -> None:
    accredited(site)
    release(site)
    token = site.link(purpose, 1).rpartition("/")[2]
    assert site.browser.get(f"/embargo/{token}/feed.rss").status == 404


def test_a_broken_token_and_a_format_there_is_not_open_nothing(site: Site) -> None:
    address = base(site, accredited(site))
    for path in (f"{address}x/feed.rss", "/embargo/x/feed.rss", f"{address}/feed.xml", "/embargo"):
        assert site.browser.get(path).status == 404, path


def test_b27_wrong_addresses_are_limited_and_a_good_one_never_waits(site: Site) -> None:
    address = base(site, accredited(site))
    statuses = [site.browser.get(f"/embargo/guess{n}.x/feed.rss").status for n in range(WRONG_LINKS.count + 1)]
    assert statuses == [404] * WRONG_LINKS.count + [429]
    assert site.browser.get(f"{address}/feed.rss").status == 200


def test_each_look_is_recorded_and_shown_in_the_newsroom(site: Site) -> None:
    person = accredited(site)
    one = release(site)
    address = base(site, person)
    for _ in range(2):
        site.browser.get(f"{address}/feed.rss", user_agent="A reader 1.0")
    site.browser.get(f"{address}/articles/{one.id}", user_agent="A browser")
    found = record(site, one.id)
    assert sorted((look.who, look.way, look.number, look.agent) for look in found.looked) == [
        (JOURNALIST, "feed", 2, "A reader 1.0"),
        (JOURNALIST, "page", 1, "A browser"),
    ]
    assert [(held.who, held.fate, held.revision) for held in found.held] == [(JOURNALIST, "waiting", 1)]
    page = enters(site, ENVIRONMENT).get(f"/newsroom/articles/{one.id}").text
    assert "Who has looked at it" in page
    assert "feed, 2 times in that hour" in page
    assert JOURNALIST in page


def test_the_record_is_for_those_whose_release_it_is(site: Site) -> None:
    person = accredited(site)
    one = release(site)
    site.browser.get(f"{base(site, person)}/articles/{one.id}")
    site.clock.at = NOW + HOUR
    site.parts.publications.run()
    other = signed_in(site, "other", role=Role.EDITOR, divisions=("transport",))
    assert JOURNALIST not in other.get(f"/newsroom/articles/{one.id}").text


def test_the_form_says_how_many_have_it_at_once_and_releases_it(site: Site) -> None:
    accredited(site)
    one = written(site, TITLE)
    member = enters(site, ENVIRONMENT)
    sheet = opened(member, one.id, "publish")
    assert "It goes to 1 accredited journalist at once" in sheet.answer.text
    answer = sheet.send("publish", when="embargo", until_day="2026-05-20", until_time="13:00", mail="yes")
    assert answer.headers["location"].partition("done=")[2].startswith("embargoed")
    after = stored(site, one.id)
    assert (after.state, after.embargoed, after.publish_at) == (State.SCHEDULED, True, NOW + HOUR)
    assert deeds(site, one.id)[-1] == ("environment-editor", "embargo")
    again = opened(member, one.id, "publish")
    assert "Accredited journalists have it already." in again.answer.text
    moved = again.send("publish", when="embargo", until_day="2026-05-20", until_time="14:00", mail="yes")
    assert moved.headers["location"].partition("done=")[2].startswith("moved")
    assert stored(site, one.id).publish_at == NOW + 2 * HOUR


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"until_day": "2026-05-20", "until_time": ""}, "Choose a day and a time."),
        ({"until_day": "2026-05-20", "until_time": "09:00"}, "That time has passed."),
        ({"until_day": "2026-05-21", "until_time": "09:00", "time": "10:00"}, "A time is filled in."),
    ],
)
def test_an_hour_that_cannot_be_is_said_and_nothing_is_done(site: Site, fields: dict[str, str], said: str) -> None:
    one = written(site, TITLE)
    answer = opened(enters(site, ENVIRONMENT), one.id, "publish").send("publish", when="embargo", **fields)
    assert answer.status == 422
    assert said in answer.text
    assert stored(site, one.id).state is State.DRAFT


def test_a_time_beside_another_choice_is_asked_about(site: Site) -> None:
    one = written(site, TITLE)
    answer = opened(enters(site, ENVIRONMENT), one.id, "publish").send("publish", when="now", until_time="09:00")
    assert answer.status == 422
    assert stored(site, one.id).state is State.DRAFT


def test_what_is_urgent_cannot_be_under_embargo_and_approval_carries_none(site: Site) -> None:
    urgent = written(site, "Boil the water", urgent=True)
    member = enters(site, ENVIRONMENT)
    page = opened(member, urgent.id, "publish")
    assert "it cannot be released under embargo" in page.answer.text
    assert 'value="embargo"' not in page.answer.text
    fields = {"when": "embargo", "until_day": "2026-05-20", "until_time": "13:00"}
    assert page.send("publish", **fields).status == 409
    one = written(site, TITLE)
    answer = opened(member, one.id, "publish").send("approval", **fields)
    assert answer.status == 422
    assert "is not sent for approval" in answer.text
    assert stored(site, one.id).approval is None


def test_another_divisions_release_is_not_theirs_to_release(site: Site) -> None:
    one = written(site, TITLE)
    member = signed_in(site, "other", role=Role.EDITOR, divisions=("transport",))
    fields = {"version": "1", "when": "embargo", "until_day": "2026-05-20", "until_time": "13:00"}
    assert member.post(f"/newsroom/articles/{one.id}/publish", fields).status == 404
    assert stored(site, one.id).state is State.DRAFT


def test_one_that_was_under_embargo_is_offered_for_no_destruction(site: Site) -> None:
    one = release(site)
    member = enters(site, ENVIRONMENT)
    opened(member, one.id).send("unschedule")
    page = member.get(f"/newsroom/articles/{one.id}").text
    assert stored(site, one.id).state is State.DRAFT
    assert "Destroy the draft" not in page
    assert "Nobody has got it by mail." in page


def test_the_manage_page_leads_to_the_feed_and_takes_a_new_address(site: Site) -> None:
    person = accredited(site)
    old = base(site, person)
    manage = site.link(Purpose.MANAGE, person.id)
    page = site.browser.get(manage)
    assert f"http://newsroom.test{old}/feed.rss" in page.text
    assert "You are accredited until" in page.text
    assert "31 December 2026" in page.text
    answer = site.browser.post(manage, {"form_token": site.form_token(), "action": "rotate"})
    assert answer.status == 200
    assert base(site, person) != old
    assert site.browser.get(f"{old}/feed.rss").status == 410
    assert site.browser.get(f"{base(site, person)}/feed.rss").status == 200


def test_the_manage_page_of_who_is_not_accredited_says_nothing_of_it_and_rotates_nothing(site: Site) -> None:
    person = site.follow()
    manage = site.link(Purpose.MANAGE, person.id)
    assert "embargo" not in site.browser.get(manage).text
    answer = site.browser.post(manage, {"form_token": site.form_token(), "action": "rotate"})
    assert "Nothing was changed." in answer.text


def test_getting_any_page_of_a_personal_address_changes_nothing_but_the_record(site: Site) -> None:
    person = accredited(site)
    one = release(site)
    before = site.dump()
    site.browser.get(f"{base(site, person)}/articles/{one.id}")
    site.browser.get(f"{base(site, person)}/feed.rss")
    after = site.dump()
    assert {name for name in after if after[name] != before[name]} == {"embargo_access"}


def operator(site: Site) -> Staff:
    return signed_in(site, "operator", role=Role.OPERATOR)


def test_an_operator_accredits_and_revokes_on_a_page(site: Site) -> None:
    person = site.follow(JOURNALIST)
    inside = operator(site)
    assert "Nobody is accredited." in inside.get(PRESS).text
    answer = inside.post(PRESS, {"email": "Journalist@Example.org", "last": "2026-06-30", "division": "environment"})
    assert answer.status == 303
    page = inside.get(PRESS).text
    assert JOURNALIST in page
    assert "30 June 2026" in page
    assert "Environment Bureau" in page
    assert deeds(site)[-1] == ("operator", "accredit")
    assert JOURNALIST not in inside.get("/newsroom/audit").text
    assert inside.post(f"{PRESS}/revoke", {"email": JOURNALIST}).status == 303
    assert "Nobody is accredited." in inside.get(PRESS).text
    assert site.parts.press.address(person.id) is None


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"email": "no address", "last": "2026-06-30"}, "Enter an e-mail address like"),
        ({"email": "nobody@example.org", "last": "2026-06-30"}, "Nobody follows us under this address."),
        ({"email": JOURNALIST, "last": "soon"}, "Choose a last day from today on"),
        ({"email": JOURNALIST, "last": "2026-05-19"}, "Choose a last day from today on"),
    ],
)
def test_what_cannot_be_accredited_is_said_in_a_sentence(site: Site, fields: dict[str, str], said: str) -> None:
    site.follow(JOURNALIST)
    answer = operator(site).post(PRESS, fields)
    assert answer.status == 422
    assert said in answer.text


def test_accreditation_is_for_operators_alone(site: Site) -> None:
    site.follow(JOURNALIST)
    for member in (enters(site, ENVIRONMENT), signed_in(site, "chief", role=Role.CHIEF)):
        assert member.get(PRESS).status == 403
        assert member.post(PRESS, {"email": JOURNALIST, "last": "2026-06-30"}).status == 403
        assert member.post(f"{PRESS}/revoke", {"email": JOURNALIST}).status == 403


def test_an_edit_keeps_it_under_embargo_and_shows_the_new_text(site: Site) -> None:
    person = accredited(site)
    one = release(site)
    with site.database.write() as session:
        filing: Filing = filing_of(reading.get(session, one.id))
        site.parts.desk.edit(session, CHIEF, one.id, content("Zeppelin lands at two"), filing, expected=one.version)
    page = site.browser.get(f"{base(site, person)}/articles/{one.id}")
    assert "Zeppelin lands at two" in page.text
