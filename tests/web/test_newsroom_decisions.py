"""What else is decided at the desk: a release is withdrawn, a draft destroyed, two languages are linked."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from feeds.model import State
from feeds.scope import Scope
from feeds.store.tables import article, revision
from notifier.ledger import deliveries
from notifier.model import Cadence, DeliveryState
from tests import claiming
from tests.web.conftest import Site
from tests.web.desk import (
    CHIEF,
    ENVIRONMENT,
    TRANSPORT,
    asked,
    crowd,
    deeds,
    enters,
    opened,
    published,
    stored,
    told,
    written,
)
from tests.web.test_newsroom_publishing import done


def test_a_withdrawn_release_is_gone_with_its_public_reason(site: Site) -> None:
    one = published(site)
    sheet = opened(enters(site, ENVIRONMENT), one.id, "withdraw")
    assert done(sheet.send("withdraw", reason="The  timetable\nwas wrong.")) == "withdrawn"
    assert stored(site, one.id).withdrawal_reason == "The timetable was wrong."
    page = site.browser.get(f"/articles/{one.id}/night-buses-run-later")
    assert page.status == 410
    assert "The timetable was wrong." in page.text
    assert told(site) == [("published", False), ("withdrawn", True)]
    again = opened(sheet.member, one.id).answer.text
    assert "The timetable was wrong." in again
    assert "Withdraw…" not in again
    assert deeds(site, one.id)[-1] == ("environment-editor", "withdraw")


@pytest.mark.parametrize(
    ("reason", "said"), [("", "Write a reason."), (" \n\t", "Write a reason."), ("x" * 1001, "at most 1,000")]
)
def test_a_withdrawal_needs_a_reason_that_readers_can_read(site: Site, reason: str, said: str) -> None:
    one = published(site)
    sheet = opened(enters(site, ENVIRONMENT), one.id, "withdraw")
    answer = sheet.send("withdraw", reason=reason)
    assert answer.status == 422
    assert said in answer.text
    assert reason.strip() in answer.text
    assert stored(site, one.id).state is State.PUBLISHED


def test_withdrawn_twice_is_withdrawn_once(site: Site) -> None:
    one = published(site)
    sheet = opened(enters(site, ENVIRONMENT), one.id, "withdraw")
    sheet.send("withdraw", reason="It was wrong.")
    answer = sheet.send("withdraw", reason="It was quite wrong.")
    assert answer.status == 409
    assert "It is withdrawn already" in answer.text
    assert stored(site, one.id).withdrawal_reason == "It was wrong."
    assert told(site) == [("published", False), ("withdrawn", True)]


def test_b47_what_is_withdrawn_while_it_is_sent_goes_to_nobody_else(site: Site) -> None:
    crowd(site, 3)
    one = published(site)
    site.parts.alerts.run()
    sheet = opened(enters(site, ENVIRONMENT), one.id, "withdraw")
    assert "Alert: 0 delivered, 3 still on their way." in sheet.answer.text
    sheet.send("withdraw", reason="It was wrong.")
    with site.database.write() as session:
        claimed = deliveries.claim(session, owner="sender", now=site.clock(), limit=10)
        objections = [claiming.objection(session, one, owner="sender", hashes=[]) for one in claimed]
    assert objections == [DeliveryState.SKIPPED_WITHDRAWN] * 3


def test_who_withdraws_may_tell_those_who_have_it_by_mail_and_tells_nobody_unless_they_say_so(site: Site) -> None:
    site.follow("journalist@example.org", cadence="immediate")
    one, other = published(site), published(site, "Day buses")
    site.parts.alerts.run()
    with site.database.write() as session:
        for claimed in deliveries.claim(session, owner="sender", now=site.clock(), limit=10):
            state = DeliveryState.ACCEPTED
            claiming.settle(session, claimed.id, owner="sender", state=state, now=site.clock())
    sheet = opened(enters(site, ENVIRONMENT), one.id, "withdraw")
    assert "Tell the people who got it by mail too (1 in all)" in sheet.answer.text
    assert sheet.answer.between('name="mail" value="no"', "> <span>") == " checked"
    again = sheet.send("withdraw", reason="", mail="yes")
    assert again.between('name="mail" value="yes"', "> <span>") == " checked"
    sheet.send("withdraw", reason="It was wrong.")
    assert site.parts.withdrawals.run() == 0
    opened(sheet.member, other.id, "withdraw").send("withdraw", reason="It was wrong.", mail="yes")
    assert site.parts.withdrawals.run() == 1
    assert told(site)[-2:] == [("withdrawn", True), ("withdrawn", False)]
    assert "with a notice to those who got it by mail" in sheet.member.get("/newsroom/audit").text


def test_those_who_follow_the_release_are_told_in_any_case_and_the_page_says_how_many(site: Site) -> None:
    one = published(site)
    scope = Scope(article=one.id)
    site.parts.following.add("follower@example.org", scope, Cadence.IMMEDIATE, language="en")
    inside = enters(site, ENVIRONMENT)
    page = opened(inside, one.id, "withdraw").answer.text
    assert "One person follows this very release, and is told by mail in any case." in page
    assert 'name="mail"' not in page
    page = inside.get(f"/newsroom/articles/{one.id}/edit").text
    assert "A correction is mailed at once to one person, who was alerted of this release or follows it alone." in page


def test_where_nobody_has_it_by_mail_there_is_nothing_to_ask(site: Site) -> None:
    one = published(site)
    assert 'name="mail"' not in opened(enters(site, ENVIRONMENT), one.id, "withdraw").answer.text


def test_b47_a_release_that_is_public_is_not_destroyed(site: Site) -> None:
    one = published(site)
    member = enters(site, ENVIRONMENT)
    answer = member.post(f"/newsroom/articles/{one.id}/discard", {"version": str(one.version)})
    assert answer.status == 409
    assert stored(site, one.id) == one


def test_a_discarded_draft_is_destroyed_and_noted(site: Site) -> None:
    one = written(site, "Never mind")
    sheet = opened(enters(site, ENVIRONMENT), one.id, "discard")
    assert "cannot be undone" in sheet.answer.text
    assert "stays destroyed when its source is read again" in sheet.answer.text
    answer = sheet.send("discard")
    assert (answer.status, answer.headers["location"]) == (303, "/newsroom?done=discarded#done")
    assert "The draft is destroyed." in sheet.member.get("/newsroom?done=discarded").text
    with site.database.read() as session:
        assert session.execute(select(article)).all() == []
        assert session.execute(select(revision)).all() == []
    assert deeds(site)[-1] == ("environment-editor", "discard")
    assert sheet.send("discard").status == 404


def test_two_languages_of_one_release_are_linked_and_parted(site: Site) -> None:
    english, korean = written(site, "14 night buses"), written(site, "심야버스 14대", language="ko")
    member = enters(site, ENVIRONMENT)
    sheet = opened(member, english.id)
    assert "These may be the same release:" in sheet.answer.text
    assert "심야버스" in sheet.answer.text
    assert done(sheet.send("twins", other=str(korean.id))) == "linked"
    assert stored(site, english.id).twins == (("ko", korean.id),)
    assert stored(site, korean.id).twins == (("en", english.id),)
    other = opened(member, korean.id)
    assert f'href="/newsroom/articles/{english.id}"' in other.answer.text
    assert done(other.send("twins", action="unlink")) == "unlinked"
    assert stored(site, english.id).twins == ()


def test_likely_twins_are_of_the_same_division_in_another_language_and_near_in_time(site: Site) -> None:
    written(site, "너무 오래된 것 14", language="ko")
    site.clock.forward(days=8)
    one = written(site, "14 night buses")
    written(site, "Same language 14")
    written(site, "다른 과 14", language="ko", division="water")
    written(site, "같은 날의 다른 것", language="ko", body_text="본문입니다.")
    written(site, "아마도 14", language="ko")
    gone = published(site, "철회한 것 14", language="ko")
    with site.database.write() as session:
        site.parts.desk.withdraw(session, CHIEF, gone.id, reason="Wrong.", expected=gone.version)
    page = opened(enters(site, ENVIRONMENT), one.id).answer.text
    likely = page.partition('class="plainlist likely"')[2].partition("</ul>")[0]
    assert "아마도" in likely
    for title in ("너무 오래된 것", "Same language", "다른 과", "같은 날의 다른 것", "철회한 것"):
        assert title not in likely


def test_what_cannot_be_a_twin_is_said(site: Site) -> None:
    one, same = written(site, "Night buses"), written(site, "Day buses")
    theirs = published(site, "트램", by=TRANSPORT, division="transport", language="ko")
    hidden = written(site, "트램 초안", by=TRANSPORT, division="transport", language="ko")
    member = enters(site, ENVIRONMENT)
    for other, problem in (
        (str(same.id), "same_language"),
        (str(one.id), "same_language"),
        (str(theirs.id), "twin_of_others"),
        (str(hidden.id), "no_such_twin"),
        ("999", "no_such_twin"),
        ("", "no_such_twin"),
        ("x; DROP TABLE article", "no_such_twin"),
    ):
        answer = opened(member, one.id).send("twins", other=other)
        assert answer.headers["location"] == f"/newsroom/articles/{one.id}?problem={problem}", other
        assert 'role="alert"' in member.get(answer.headers["location"]).text
    assert stored(site, one.id) == one


def test_a_twin_of_another_division_that_is_hidden_stays_hidden(site: Site) -> None:
    one = written(site, "Night buses")
    hidden = written(site, "트램 초안", by=TRANSPORT, division="transport", language="ko")
    with site.database.write() as session:
        site.parts.desk.link_twins(session, CHIEF, one.id, hidden.id)
    assert "트램" not in opened(enters(site, ENVIRONMENT), one.id).answer.text
    assert "트램" in opened(enters(site, CHIEF), one.id).answer.text


def test_a_request_for_approval_shows_its_author_the_way_back(site: Site) -> None:
    one = asked(site)
    assert "Take the request back" in opened(enters(site, ENVIRONMENT), one.id).answer.text
    page = opened(enters(site, CHIEF), one.id).answer.text
    assert "Look and approve…" in page
    assert "Take the request back" not in page


def test_of_an_archive_taken_in_at_one_moment_the_days_tell_which_may_be_the_same(site: Site) -> None:
    day = site.clock().date() - timedelta(days=900)
    one = written(site, "14 night buses", registered_on=day)
    written(site, "심야버스 14대", language="ko", registered_on=day + timedelta(days=1))
    for weeks in range(2, 60):
        written(site, f"다른 주 14대, {weeks}", language="ko", registered_on=day + timedelta(weeks=weeks))
    page = opened(enters(site, ENVIRONMENT), one.id).answer.text
    assert "심야버스 14대" in page
    assert "다른 주" not in page
