"""The text of a release under embargo is due as long as the embargo lasts, also to who may have it only later; and the
mail says by which words it came. On both engines."""

from datetime import date, timedelta

import pytest
from jinja2 import DictLoader

from feeds import words
from feeds.scope import Scope
from feeds.store import audit
from notifier import messages
from notifier.embargoes import Embargoes
from notifier.ledger import history
from notifier.messages import Letters
from notifier.model import Cadence, DeliveryState, Kind
from notifier.rehearsal import Rehearsal
from tests.notifier.conftest import Desk
from tests.notifier.pressroom import HOUR, JOURNALIST, TITLE, UNTIL, Rooms, with_a_journalist

LATE = "late@example.org"


@pytest.fixture
def rooms(desk: Desk, letters: Letters) -> Rooms:
    """A newsroom with a journalist who follows the bureau above the division, in a weekly digest."""
    return with_a_journalist(desk, letters)


def reasons(rooms: Rooms, address: str) -> list[str | None]:
    """What an address is told of why, mail by mail."""
    with rooms.database.read() as session:
        return [one.reason for one in reversed(history.of_address(session, address))]


def test_who_is_accredited_or_follows_it_after_its_release_has_it_too_once(rooms: Rooms) -> None:
    rooms.desk.follow(LATE, Cadence.DAILY, "transport")
    rooms.press.accredit("operator", LATE, UNTIL)
    other = rooms.desk.follow("other@example.org", Cadence.DAILY)
    one = rooms.release()
    assert (rooms.desk.told(JOURNALIST), rooms.desk.told(LATE), rooms.desk.told(other.address)) == ([one.id], [], [])
    rooms.desk.follow(LATE, Cadence.DAILY, "climate")
    rooms.press.accredit("operator", other.address, UNTIL)
    assert (rooms.embargoes.run(), rooms.embargoes.run()) == (2, 0)
    for address in (JOURNALIST, LATE, other.address):
        (mail,) = rooms.desk.mails(address)
        assert mail.articles == (one.id,)
        assert "has been changed" not in mail.text


def test_who_comes_late_is_told_the_hour_that_holds_now_and_nobody_else_again(rooms: Rooms) -> None:
    one = rooms.release()
    rooms.sent()
    rooms.act(rooms.newsdesk.schedule, one.id, at=rooms.clock() + 3 * HOUR)
    rooms.desk.follow(LATE, Cadence.WEEKLY)
    rooms.press.accredit("operator", LATE, UNTIL)
    rooms.embargoes.run()
    (mail,) = rooms.desk.mails(LATE)
    assert mail.subject == f"[Embargoed until 20 May 2026, 15:00 KST] {TITLE}"
    assert len(rooms.desk.mails(JOURNALIST, Kind.EMBARGO)) == 1


def test_who_rests_gets_nothing_before_they_are_back(rooms: Rooms) -> None:
    person = rooms.desk.follow(JOURNALIST, Cadence.WEEKLY, "environment")
    rooms.desk.personal.pause(person.id, date(2026, 6, 1), catch_up=False)
    one = rooms.release()
    assert not rooms.desk.mails(JOURNALIST)
    rooms.desk.personal.resume(person.id)
    rooms.embargoes.run()
    assert rooms.desk.told(JOURNALIST) == [one.id]


def test_who_has_a_text_is_told_of_another_although_they_rest_since(rooms: Rooms) -> None:
    one = rooms.release()
    rooms.sent()
    person = rooms.desk.follow(JOURNALIST, Cadence.WEEKLY, "environment")
    rooms.desk.personal.pause(person.id, date(2026, 6, 1), catch_up=True)
    rooms.edit(one.id, "Zeppelin lands at one")
    assert rooms.embargoes.run() == 1
    mail = rooms.desk.mails(JOURNALIST)[-1]
    assert "has been changed since we sent it" in mail.text
    assert rooms.objection() is None


def test_a_changed_text_is_no_changed_one_to_whom_the_first_never_reached(rooms: Rooms) -> None:
    one = rooms.release()
    rooms.edit(one.id, "Zeppelin lands at one")
    rooms.embargoes.run()
    assert "has been changed" not in rooms.desk.mails(JOURNALIST)[-1].text


def test_an_accreditation_that_was_taken_back_in_error_and_given_again_loses_no_mail(rooms: Rooms) -> None:
    rooms.release()
    for tries in (1, 2, 3):
        rooms.press.revoke("operator", JOURNALIST)
        assert rooms.objection() is DeliveryState.SKIPPED_ACCREDITATION
        rooms.skip(DeliveryState.SKIPPED_ACCREDITATION)
        assert rooms.embargoes.run() == 0
        rooms.press.accredit("operator", JOURNALIST, UNTIL)
        assert (rooms.embargoes.run(), rooms.embargoes.run()) == (1, 0)
        assert len(rooms.desk.mails(JOURNALIST)) == tries + 1


def test_nobody_is_mailed_what_is_under_embargo_once_its_hour_has_come(rooms: Rooms) -> None:
    rooms.release()
    rooms.desk.follow(LATE, Cadence.WEEKLY)
    rooms.press.accredit("operator", LATE, UNTIL)
    rooms.clock.forward(hours=1)
    assert rooms.embargoes.run() == 0


def test_one_that_comes_out_after_all_is_mailed_again_to_who_had_it(rooms: Rooms) -> None:
    one = rooms.release()
    rooms.sent()
    rooms.act(rooms.newsdesk.unschedule, one.id)
    rooms.clock.forward(minutes=1)
    rooms.act(rooms.newsdesk.schedule, one.id, at=rooms.clock() + 2 * HOUR, embargo=True)
    first, _, again = rooms.desk.mails(JOURNALIST)
    assert (first.kind, again.kind) == (Kind.EMBARGO, Kind.EMBARGO)
    assert "has been changed" not in again.text


def test_f61_one_that_cannot_be_written_is_tried_again_when_something_happens_to_it(rooms: Rooms) -> None:
    templates = messages.environment()
    templates.loader = DictLoader({})
    newsroom = rooms.desk.newsroom
    broken = Letters(newsroom, words.load("feeds", "notifier"), templates)
    sound, rooms.embargoes = rooms.embargoes, Embargoes(rooms.database, newsroom, broken, rooms.clock)
    one = rooms.release()
    rooms.clock.forward(minutes=1)
    assert rooms.embargoes.run() == sound.run() == 0
    with rooms.database.read() as session:
        (failed,) = audit.entries(session, article_id=one.id, action="alert_failed")
    assert "TemplateNotFound" in str(failed.details)
    rooms.edit(one.id, "Zeppelin lands at one")
    assert sound.run() == 1


def test_it_says_by_which_words_it_came_and_nobody_is_told_anothers(rooms: Rooms) -> None:
    rooms.desk.wish(LATE, Cadence.WEEKLY, Scope(words="zeppelin -tram"), language="ko")
    rooms.press.accredit("operator", LATE, UNTIL)
    rooms.desk.wish("two@example.org", Cadence.IMMEDIATE, Scope(words="noon OR night"))
    rooms.press.accredit("operator", "two@example.org", UNTIL)
    one = rooms.release()
    name = rooms.desk.newsroom.city.newsroom_name("en")
    assert reasons(rooms, "two@example.org") == [
        f"You get this mail because you are accredited with {name} and follow “night | noon” (in this release: noon)."
    ]
    (korean,) = reasons(rooms, LATE)
    assert korean is not None
    assert "등록된 기자로서 신청하신 조건에 맞는 보도자료여서" in korean
    assert korean.endswith("‘-tram zeppelin’ (찾은 단어: Zeppelin)")
    assert reasons(rooms, JOURNALIST) == [None]
    assert "tram" not in rooms.desk.mails(LATE)[0].text
    with rooms.database.read() as session:
        rehearsal = Rehearsal(rooms.desk.newsroom, rooms.letters, rooms.clock, 24)
        (theirs,) = rehearsal.mails(session, Kind.EMBARGO, "two@example.org", one)
    assert "(in this release: noon)" in " ".join(theirs.text.split())


def test_f53_after_a_backup_was_restored_nobody_is_mailed_again_and_all_are_told_what_comes_of_it(rooms: Rooms) -> None:
    one = rooms.draft()
    with rooms.database.write() as session:
        at = rooms.clock() + 5 * HOUR
        rooms.newsdesk.schedule(session, rooms.staff, one.id, at=at, expected=one.version, embargo=True)
    rooms.clock.forward(minutes=1)
    rooms.restore(taken_at=rooms.clock(), lost=timedelta(hours=1))
    assert rooms.embargoes.run() == 0
    assert [mail.kind for mail in rooms.desk.mails(JOURNALIST)] == [Kind.EMBARGO]
    rooms.edit(one.id, "Zeppelin lands at one")
    rooms.embargoes.run()
    mail = rooms.desk.mails(JOURNALIST)[-1]
    assert "Zeppelin lands at one" in mail.subject
    assert "has been changed since we sent it" in mail.text
    rooms.act(rooms.newsdesk.unschedule, one.id)
    assert len(rooms.desk.mails(JOURNALIST, Kind.EMBARGO_NOTICE)) == 1
