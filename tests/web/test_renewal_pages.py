"""The link that says yes: opening it changes nothing, pressing does; and the manage page says how it stands."""

from datetime import datetime, timedelta

from sqlalchemy import update

from feeds.scope import Scope
from notifier.ledger.tables import delivery
from notifier.model import Cadence, DeliveryState, Subscriber
from notifier.tokens import Purpose
from tests.web.conftest import Site


def asked(site: Site) -> Subscriber:
    """Somebody who was asked today."""
    person = site.follow()
    site.clock.at = datetime(2028, 4, 20, 9, tzinfo=site.parts.newsroom.city.zone)
    done = site.parts.renewals.run()
    assert done is not None
    assert done.asked == 1
    return person


def test_b22_opening_the_link_changes_nothing_and_pressing_twice_writes_one_record(site: Site) -> None:
    path = site.link(Purpose.RENEW, asked(site).id)
    before = site.dump()
    page = site.browser.get(path).text
    assert "Shall we go on writing to you?" in page
    assert "our mail ends on 20 May 2028" in page
    assert "All releases" in page.partition('class="facts"')[2]
    assert site.dump() == before
    for _ in range(2):
        answer = site.browser.post(path, {}).text
        assert "Your mail goes on" in answer
        assert "We ask you again on 21 March 2030" in answer
    assert "our mail ends" not in site.browser.get(path).text
    assert len(site.dump()["consent"]) == len(before["consent"]) + 1


def test_the_page_says_no_words_of_a_search_for_its_mail_may_have_been_passed_on(site: Site) -> None:
    person = asked(site)
    site.parts.following.add(person.address, Scope(words="budget AND mayor"), Cadence.DAILY, language="en")
    page = site.browser.get(site.link(Purpose.RENEW, person.id)).text
    assert "A search of yours" in page
    assert "budget" not in page


def test_b19_another_link_of_the_same_person_does_not_say_yes(site: Site) -> None:
    person = asked(site)
    path = site.link(Purpose.UNSUBSCRIBE, person.id).replace("unsubscribe", "renew")
    assert site.browser.post(path, {}).status == 404


def test_who_was_never_asked_and_who_is_too_late_read_what_to_do(site: Site) -> None:
    person = site.follow()
    path = site.link(Purpose.RENEW, person.id)
    for answer in (site.browser.get(path), site.browser.post(path, {})):
        assert answer.status == 410
        assert "Sign up again" in answer.text


def test_the_manage_page_says_since_when_consent_holds_and_when_it_is_asked_next(site: Site) -> None:
    path = site.link(Purpose.MANAGE, site.follow().id)
    page = site.browser.get(path).text
    assert "most recently, on 20 May 2026" in page
    assert "We ask you again on 20 April 2028" in page


def test_the_manage_page_asks_who_has_not_answered_and_takes_the_answer(site: Site) -> None:
    path = site.link(Purpose.MANAGE, asked(site).id)
    assert "it ends on 20 May 2028" in site.browser.get(path).text
    answer = site.browser.post(path, {"action": "renew"})
    assert "Your mail goes on" in answer.between('role="status">', "</p>")
    assert "it ends on" not in answer.text
    assert "We ask you again on 21 March 2030" in answer.text
    site.clock.at += timedelta(days=1)


def test_who_answers_late_reads_that_mail_has_ended_and_brings_it_back(site: Site) -> None:
    person = asked(site)
    for days in (16, 15, 5):
        site.clock.forward(days=days)
        site.parts.renewals.run()
        site.parts.sender.run()
        with site.database.write() as session:
            session.execute(update(delivery).values(state=DeliveryState.ACCEPTED))
    path = site.link(Purpose.RENEW, person.id)
    assert "Your mail has ended, for we had no answer." in site.browser.get(path).text
    assert "Your mail goes on" in site.browser.post(path, {}).text
    assert "All releases" in site.browser.get(path).text
