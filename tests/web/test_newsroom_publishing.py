"""How a release becomes public: by one person, at an hour, or by two; with the consequence shown before the button."""

import threading
from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from config.settings import Settings
from feeds.model import City, State
from feeds.store.database import Database
from feeds.web.newsroom.publishing import MANY
from notifier.model import Cadence
from tests.builders import BASE_URL, NOW, SECRET, Hands
from tests.web.browser import Answer
from tests.web.conftest import Site, make_site
from tests.web.desk import (
    CHIEF,
    ENVIRONMENT,
    TRANSPORT,
    asked,
    crowd,
    deeds,
    edited,
    enters,
    opened,
    published,
    stored,
    told,
    written,
)

MORE = MANY + 204


def done(answer: Answer) -> str:
    """What a redirect says was done."""
    assert answer.status == 303, (answer.status, answer.text)
    word, _, place = answer.headers["location"].partition("done=")[2].partition("#")
    assert place == "done" or not word, "the page is not read from what it says"
    return word


def test_publishing_now_makes_it_public_and_is_written_down(site: Site) -> None:
    one = written(site)
    sheet = opened(enters(site, ENVIRONMENT), one.id, "publish")
    assert done(sheet.send("publish", when="now", mail="yes")) == "published"
    assert stored(site, one.id).state is State.PUBLISHED
    assert told(site) == [("published", False)]
    assert deeds(site, one.id)[-1] == ("environment-editor", "publish")
    assert site.browser.get(f"/articles/{one.id}/night-buses-run-later").status == 200


def test_the_audience_is_shown_before_the_button(site: Site) -> None:
    crowd(site, 7)
    crowd(site, 3, Cadence.DAILY)
    site.follow("transport@example.org", "transport", cadence="immediate")
    one = written(site)
    page = opened(enters(site, ENVIRONMENT), one.id, "publish").answer.text
    audience, _, buttons = page.partition('class="button">Publish')
    assert "<b>7</b> people get a mail at once." in audience
    assert "<b>3</b> more read it in their next digest." in audience
    assert buttons


def test_one_person_is_spoken_of_as_one(site: Site) -> None:
    site.follow("one@example.org", cadence="immediate")
    page = opened(enters(site, ENVIRONMENT), written(site).id, "publish").answer.text
    assert "<b>1</b> person gets a mail at once." in page


def test_a_publication_for_which_the_editor_wants_no_mail_is_quiet(site: Site) -> None:
    crowd(site, 2)
    sheet = opened(enters(site, ENVIRONMENT), written(site).id, "publish")
    sheet.send("publish", when="now", mail="no")
    assert told(site) == [("published", True)]


def test_what_is_no_news_mails_nobody_unless_the_editor_says_so(site: Site) -> None:
    crowd(site, 2)
    member = enters(site, ENVIRONMENT)
    old = written(site, "An old one", registered_on=date(2026, 5, 3))
    sheet = opened(member, old.id, "publish")
    assert "It was registered on 3 May 2026." in sheet.answer.text
    assert '<input type="radio" name="mail" value="no" checked>' in sheet.answer.text
    sheet.send("publish", when="now", mail="no")
    other = written(site, "Another old one", registered_on=date(2026, 5, 3))
    opened(member, other.id, "publish").send("publish", when="now", mail="yes")
    silent = written(site, "One more", registered_on=date(2026, 5, 3))
    opened(member, silent.id, "publish").send("publish", when="now")
    assert told(site) == [("published", True), ("published", False), ("published", True)]


def test_b96_a_large_number_is_typed_before_it_is_mailed(site: Site) -> None:
    crowd(site, MORE)
    one = written(site)
    sheet = opened(enters(site, ENVIRONMENT), one.id, "publish")
    assert "Type the number of mails: 1,204" in sheet.answer.text
    assert 'value="soon" checked' in sheet.answer.text
    for typed in ("", "1,203", "yes", "-1204", "1204.0"):
        answer = sheet.send("publish", when="now", mail="yes", typed=typed)
        assert answer.status == 422, typed
        assert "not the number shown" in answer.text
    assert told(site) == []
    assert done(sheet.send("publish", when="now", mail="yes", typed="1,204")) == "published"
    assert told(site) == [("published", False)]


def test_b96_a_number_that_has_grown_is_shown_again(site: Site) -> None:
    crowd(site, MORE)
    sheet = opened(enters(site, ENVIRONMENT), written(site).id, "publish")
    crowd(site, MORE * 2, Cadence.WEEKLY)
    for reader in range(200):
        site.follow(f"new{reader}@example.org", cadence="immediate")
    answer = sheet.send("publish", when="now", mail="yes", typed="1204")
    assert answer.status == 422
    assert "has grown" in answer.text
    assert 'name="audience" value="1404"' in answer.text
    assert told(site) == []


def test_no_number_is_typed_where_nobody_is_mailed_or_there_is_time_to_stop(site: Site) -> None:
    crowd(site, MORE)
    member = enters(site, ENVIRONMENT)
    first, second = written(site), written(site)
    assert done(opened(member, first.id, "publish").send("publish", when="now", mail="no")) == "published"
    assert done(opened(member, second.id, "publish").send("publish", when="soon", mail="yes")) == "scheduled"


def test_b96_a_publication_in_a_moment_can_be_stopped_until_then(site: Site) -> None:
    one = written(site)
    member = enters(site, ENVIRONMENT)
    opened(member, one.id, "publish").send("publish", when="soon", mail="yes")
    assert stored(site, one.id).publish_at == NOW + timedelta(minutes=5)
    site.clock.forward(minutes=4)
    assert site.parts.publications.run() == 0
    assert done(opened(member, one.id).send("unschedule")) == "stopped"
    site.clock.forward(minutes=4)
    assert site.parts.publications.run() == 0
    assert stored(site, one.id).state is State.DRAFT
    assert told(site) == []


def test_a_publication_at_an_hour_of_the_city_comes_by_itself(site: Site) -> None:
    one = written(site)
    sheet = opened(enters(site, ENVIRONMENT), one.id, "publish")
    assert done(sheet.send("publish", when="at", day="2026-05-21", time="08:30", mail="yes")) == "scheduled"
    assert stored(site, one.id).publish_at == NOW.replace(hour=23, minute=30)
    assert site.browser.get(f"/articles/{one.id}").status == 404
    site.clock.forward(hours=20, minutes=30)
    assert site.parts.publications.run() == 1
    assert stored(site, one.id).state is State.PUBLISHED
    assert told(site) == [("published", False)]


def test_what_was_chosen_about_mail_holds_at_the_hour(site: Site) -> None:
    member = enters(site, ENVIRONMENT)
    today = date(2026, 5, 20)
    for mail in ("yes", "no"):
        one = written(site, registered_on=today)
        opened(member, one.id, "publish").send("publish", when="at", day="2026-05-28", time="08:30", mail=mail)
    site.clock.forward(days=9)
    assert site.parts.publications.run() == 2
    assert told(site) == [("published", False), ("published", True)]


@pytest.mark.parametrize(
    ("day", "time", "said"),
    [
        ("", "", "Choose a day and a time."),
        ("2026-05-21", "", "Choose a day and a time."),
        ("2026-02-30", "08:00", "Choose a day and a time."),
        ("2026-05-21", "25:00", "Choose a day and a time."),
        ("2026-05-21", "08:00+09:00", "Choose a day and a time."),
        ("21 May", "8", "Choose a day and a time."),
        ("2026-05-20", "12:00", "That time has passed."),
        ("2026-05-19", "23:59", "That time has passed."),
        ("1969-12-31", "23:59", "That time has passed."),
        ("0001-01-01", "00:00", "That time has passed."),
        ("9999-12-31", "23:59", "Choose a day within the next two years."),
        ("2028-05-30", "08:00", "Choose a day within the next two years."),
        ("2026-05-2１", "08:00", "Choose a day and a time."),
    ],
)
@pytest.mark.parametrize("action", ["publish", "approval"])
def test_b42_an_hour_that_cannot_be_is_refused_and_nothing_is_lost(
    site: Site, action: str, day: str, time: str, said: str
) -> None:
    one = written(site)
    sheet = opened(enters(site, ENVIRONMENT), one.id, "publish")
    answer = sheet.send(action, when="at", day=day, time=time, mail="no")
    assert answer.status == 422
    assert said in answer.text
    assert f'value="{day}"' in answer.text
    assert '<input type="radio" name="when" value="at" checked>' in answer.text
    assert '<input type="radio" name="mail" value="no" checked>' in answer.text or "Nobody has asked" in answer.text
    assert stored(site, one.id).version == one.version


def test_an_hour_is_changed_and_stopped(site: Site) -> None:
    one = written(site)
    member = enters(site, ENVIRONMENT)
    opened(member, one.id, "publish").send("publish", when="at", day="2026-05-21", time="08:30")
    again = opened(member, one.id, "publish")
    assert 'value="2026-05-21"' in again.answer.text
    assert 'value="08:30"' in again.answer.text
    again.send("publish", when="at", day="2026-05-22", time="09:00")
    assert stored(site, one.id).publish_at == NOW.replace(day=22, hour=0)
    sheet = opened(member, one.id)
    assert done(sheet.send("unschedule")) == "stopped"
    twice = sheet.send("unschedule")
    assert twice.status == 409
    assert "It is a draft already" in twice.text
    assert [action for _, action in deeds(site, one.id)] == ["create", "schedule", "schedule", "unschedule"]


def test_what_lacks_something_is_not_published(site: Site) -> None:
    one = written(site)
    member = enters(site, ENVIRONMENT)
    sheet = opened(member, one.id, "publish")
    with site.database.write() as session:
        session.exec_driver_sql("UPDATE revision SET body_text = '' WHERE article_id = 1")
    for values in ({"when": "now"}, {"when": "soon"}):
        answer = sheet.send("publish", **values)
        assert answer.status == 409
        assert "It has no text." in answer.text
    assert sheet.send("approval", when="now").status == 409
    assert told(site) == []
    page = member.get(f"/newsroom/articles/{one.id}/publish")
    assert "It has no text." in page.text
    assert 'name="when"' not in page.text


def test_b45_a_decision_about_an_older_version_is_not_carried_out(site: Site) -> None:
    one = written(site, "The first title")
    member = enters(site, ENVIRONMENT)
    pages = {page: opened(member, one.id, page) for page in ("publish", "discard", "")}
    edited(site, one.id, "The second title")
    for page, action, values in (
        ("publish", "publish", {"when": "now"}),
        ("publish", "publish", {"when": "soon"}),
        ("publish", "approval", {"when": "now"}),
        ("discard", "discard", {}),
        ("", "twins", {"action": "unlink"}),
    ):
        answer = pages[page].send(action, **values)
        assert answer.status == 409, action
        assert "It was changed meanwhile" in answer.text
        assert "<b>press-chief</b>" in answer.text
        assert "environment-editor</b> wrote" not in answer.text
        assert "first</del>" in answer.text
        assert "second</ins>" in answer.text
        assert f'href="/newsroom/articles/{one.id}"' in answer.text
    assert stored(site, one.id).state is State.DRAFT
    assert [action for _, action in deeds(site, one.id)] == ["create", "edit"]


@pytest.mark.parametrize("version", ["", "0", "-1", "x", "9" * 400, "２"])
def test_b45_a_form_without_a_sound_version_decides_nothing(site: Site, version: str) -> None:
    one = written(site)
    member = enters(site, ENVIRONMENT)
    sheet = opened(member, one.id, "publish")
    answer = sheet.send("publish", when="now", version=version, entry=version, revision=version)
    assert answer.status == 409
    assert stored(site, one.id).state is State.DRAFT


def test_b96_pressed_twice_it_is_published_once_and_says_so(site: Site) -> None:
    crowd(site, 3)
    one = written(site)
    sheet = opened(enters(site, ENVIRONMENT), one.id, "publish")
    assert done(sheet.send("publish", when="now", mail="yes")) == "published"
    again = sheet.send("publish", when="now", mail="yes")
    assert again.status == 409
    assert "It is published already" in again.text
    assert "nobody is mailed twice" in again.text
    assert "<b>environment-editor</b> published" in again.text
    assert told(site) == [("published", False)]
    assert site.parts.alerts.run().planned == 3
    assert site.parts.alerts.run().planned == 0


@pytest.fixture
def anywhere(database: Database, database_url: str, city: City) -> Iterator[Site]:
    """The whole application on each engine in turn."""
    site = make_site(Settings(database_url=database_url, base_url=BASE_URL, secret_key=(SECRET,)), city, Hands())
    yield site
    site.database.close()


def test_b46_b96_two_who_publish_at_once_publish_once(anywhere: Site) -> None:
    site = anywhere
    crowd(site, 3)
    people = (ENVIRONMENT, CHIEF)
    one = written(site)
    sheets = [opened(enters(site, actor), one.id, "publish") for actor in people]
    answers: list[Answer] = []
    start = threading.Barrier(len(sheets))

    def press(number: int) -> None:
        start.wait()
        answers.append(sheets[number].send("publish", when="now", mail="yes"))

    threads = [threading.Thread(target=press, args=(number,)) for number in range(len(sheets))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status for answer in answers) == [303, 409]
    refused = next(answer for answer in answers if answer.status == 409)
    assert "It is published already" in refused.text
    assert told(site) == [("published", False)]
    assert [action for _, action in deeds(site, one.id)] == ["create", "publish"]
    assert site.parts.alerts.run().planned == 3


def test_something_urgent_is_not_published_by_one_person(site: Site) -> None:
    one = written(site, "Boil the water", urgent=True)
    member = enters(site, ENVIRONMENT)
    sheet = opened(member, one.id, "publish")
    assert "a second person has to approve it" in sheet.answer.text
    assert 'value="soon"' not in sheet.answer.text
    assert sheet.send("publish", when="now").status == 409
    assert sheet.send("publish", when="at", day="2026-05-21", time="08:00").status == 409
    assert told(site) == []
    assert done(sheet.send("approval", when="now", mail="yes")) == "asked"
    assert stored(site, one.id).approval is not None
    assert told(site) == []


def test_who_asked_cannot_approve_and_the_page_says_so(site: Site) -> None:
    one = asked(site)
    member = enters(site, ENVIRONMENT)
    sheet = opened(member, one.id, "approve")
    assert "You asked for this, so somebody else has to approve it." in sheet.answer.text
    assert "Approve and publish" not in sheet.answer.text
    assert sheet.send("approve").status == 403
    assert stored(site, one.id).state is State.DRAFT
    assert deeds(site)[-1] == ("environment-editor", "forbidden")


def test_a_second_person_sees_exactly_what_they_approve(site: Site) -> None:
    crowd(site, 2)
    one = asked(site, subtitle="Until further notice")
    sheet = opened(enters(site, CHIEF), one.id, "approve")
    for piece in (
        "Boil the water from Monday on.",
        "Until further notice",
        "environment-editor asked for approval on 20 May 2026 12:00.",
        "<b>2</b> people get a mail at once.",
        "It is published the moment you approve it.",
    ):
        assert piece in sheet.answer.text, piece
    assert done(sheet.send("approve")) == "published"
    assert stored(site, one.id).state is State.PUBLISHED
    assert deeds(site, one.id)[-2:] == [("press-chief", "approve"), ("press-chief", "publish")]
    assert told(site) == [("published", False)]


def test_what_changed_after_it_was_asked_for_is_not_approved(site: Site) -> None:
    one = asked(site, "Boil the water")
    sheet = opened(enters(site, CHIEF), one.id, "approve")
    edited(site, one.id, "Boil the milk", by=ENVIRONMENT)
    answer = sheet.send("approve")
    assert answer.status == 409
    assert "It was changed meanwhile" in answer.text
    assert "water</del>" in answer.text
    assert "milk</ins>" in answer.text
    with site.database.write() as session:
        now = stored(site, one.id)
        site.parts.desk.ask_approval(session, ENVIRONMENT, one.id, expected=now.version)
    assert sheet.send("approve").status == 409, "a new request is for another text than the one that was seen"
    assert told(site) == []


def test_approved_for_an_hour_to_come_it_is_scheduled(site: Site) -> None:
    one = written(site, "Boil the water", urgent=True)
    opened(enters(site, ENVIRONMENT), one.id, "publish").send(
        "approval", when="at", day="2026-05-21", time="08:00", mail="yes"
    )
    sheet = opened(enters(site, CHIEF), one.id, "approve")
    assert "It becomes public on 21 May 2026 08:00, once you have approved it." in sheet.answer.text
    assert done(sheet.send("approve")) == "scheduled"
    assert stored(site, one.id).state is State.SCHEDULED
    assert told(site) == []


def test_b96_a_large_number_is_typed_by_who_approves(site: Site) -> None:
    crowd(site, MORE)
    one = asked(site)
    sheet = opened(enters(site, CHIEF), one.id, "approve")
    answer = sheet.send("approve")
    assert answer.status == 422
    assert "not the number shown" in answer.text
    assert told(site) == []
    assert done(sheet.send("approve", typed="1204")) == "published"


def test_who_does_not_approve_says_why(site: Site) -> None:
    one = asked(site)
    chief = enters(site, CHIEF)
    sheet = opened(chief, one.id, "approve")
    for reason, said in (
        ("", "Write a reason."),
        ("  \n", "Write a reason."),
        ("x" * 1001, "at most 1,000 characters"),
    ):
        answer = sheet.send("decline", reason=reason)
        assert answer.status == 422
        assert said in answer.text
    assert done(sheet.send("decline", reason="Name the street, please.")) == "declined"
    assert stored(site, one.id).approval is None
    page = opened(enters(site, ENVIRONMENT), one.id).answer.text
    assert "Name the street, please." in page
    assert "Ask for approval…" in page


def test_who_asked_may_take_it_back_without_a_reason(site: Site) -> None:
    one = asked(site)
    sheet = opened(enters(site, ENVIRONMENT), one.id)
    assert done(sheet.send("decline")) == "taken_back"
    assert stored(site, one.id).approval is None


def test_anything_may_be_approved_by_a_second_person(site: Site) -> None:
    one = written(site)
    assert done(opened(enters(site, ENVIRONMENT), one.id, "publish").send("approval", when="now")) == "asked"
    assert done(opened(enters(site, CHIEF), one.id, "approve").send("approve")) == "published"


def test_pages_before_a_decision_that_is_taken_lead_to_the_article(site: Site) -> None:
    public, waiting, draft = published(site), asked(site), written(site)
    member = enters(site, CHIEF)
    for number, page in (
        (public.id, "publish"),
        (public.id, "approve"),
        (public.id, "discard"),
        (waiting.id, "publish"),
        (draft.id, "approve"),
        (draft.id, "withdraw"),
    ):
        answer = member.get(f"/newsroom/articles/{number}/{page}")
        assert answer.status == 303, page
        assert answer.headers["location"] == f"/newsroom/articles/{number}"


@pytest.mark.parametrize(
    "action", ["publish", "approval", "approve", "decline", "unschedule", "withdraw", "discard", "twins"]
)
@pytest.mark.parametrize("public", [False, True])
def test_b94_an_editor_who_acts_on_another_divisions_release_is_refused_and_it_is_noted(
    site: Site, action: str, public: bool
) -> None:
    one = (published if public else asked)(site, by=TRANSPORT, division="transport")
    before = stored(site, one.id)
    member = enters(site, ENVIRONMENT)
    values = {"version": str(one.version), "when": "now", "reason": "Because.", "other": "1", "mail": "no"}
    answer = member.post(f"/newsroom/articles/{one.id}/{action}", values)
    # That there is something is not said of what is not public.
    assert answer.status == (403 if public else 404)
    assert stored(site, one.id) == before
    assert deeds(site)[-1] == ("environment-editor", "forbidden")


def test_actions_on_a_release_that_is_not_there_are_answered_so(site: Site) -> None:
    member = enters(site, CHIEF)
    for action in ("publish", "approval", "approve", "decline", "unschedule", "withdraw", "discard", "twins"):
        for number in (999, 10**30):
            answer = member.post(
                f"/newsroom/articles/{number}/{action}", {"version": "1", "reason": "x", "when": "now"}
            )
            assert answer.status == 404, action


@pytest.mark.parametrize("when", ["now", "soon"])
def test_a_time_that_was_filled_in_without_its_choice_publishes_nothing(site: Site, when: str) -> None:
    one = written(site)
    sheet = opened(enters(site, ENVIRONMENT), one.id, "publish")
    answer = sheet.send("publish", when=when, day="2026-05-21", time="08:30", mail="yes")
    assert answer.status == 422
    assert "A time is filled in." in answer.text
    assert stored(site, one.id).state is State.DRAFT


def test_a_release_that_is_registered_ahead_is_proposed_for_its_own_day_and_to_be_mailed(site: Site) -> None:
    crowd(site, 2)
    one = written(site, registered_on=NOW.date() + timedelta(days=3))
    member = enters(site, ENVIRONMENT)
    sheet = opened(member, one.id, "publish")
    assert '<input type="radio" name="mail" value="yes" checked>' in sheet.answer.text
    assert '<input type="radio" name="when" value="at" checked>' in sheet.answer.text
    assert '<input type="date" id="day" name="day" value="2026-05-23">' in sheet.answer.text
    assert done(sheet.send("publish", when="at", day="2026-05-23", time="09:00")) == "scheduled"
    assert stored(site, one.id).mail is True


def test_a_second_person_sees_that_what_is_asked_for_its_own_day_will_be_mailed(site: Site) -> None:
    crowd(site, 2)
    one = written(site, registered_on=NOW.date() + timedelta(days=3))
    with site.database.write() as session:
        at = NOW + timedelta(days=3)
        site.parts.desk.ask_approval(session, ENVIRONMENT, one.id, expected=one.version, at=at)
    sheet = opened(enters(site, CHIEF), one.id, "approve")
    assert "It was registered on" not in sheet.answer.text
    assert done(sheet.send("approve")) == "scheduled"
    assert stored(site, one.id).mail is True
