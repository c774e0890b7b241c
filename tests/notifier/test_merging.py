"""Two who become one by a change of address: nothing of either is lost, told twice, or left behind."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, insert, select, update

from feeds.scope import Scope
from feeds.store.schema import metadata
from notifier.bounces import SOFT_LIMIT, Finding
from notifier.ledger import press, renewals, subscribers
from notifier.ledger.tables import consent, delivery, overflow, renewal, rest, subscriber
from notifier.messages import Letters
from notifier.model import Cadence, DeliveryState, Kind, Subscriber, Timing
from tests.builders import correct
from tests.notifier.conftest import Desk
from tests.notifier.returned import delivery_status
from tests.notifier.test_embargoes import Rooms
from tests.notifier.test_own_mail import BACK, ELSEWHERE, READER, asked, at
from tests.notifier.test_returns import make_house

NOW, DAILY, WEEKLY = Cadence.IMMEDIATE, Cadence.DAILY, Cadence.WEEKLY
PLACES = {
    (table.name, column.name)
    for table in metadata.tables.values()
    for column in table.columns
    for key in column.foreign_keys
    if key.column is subscriber.c.id
}


@pytest.fixture
def rooms(desk: Desk, letters: Letters) -> Rooms:
    return Rooms(desk, letters)


def merged(desk: Desk, person: Subscriber) -> Subscriber:
    """The reader goes on elsewhere, where somebody is written to already."""
    stays = desk.personal.move(asked(desk, person, ELSEWHERE))
    assert stays is not None
    assert stays.address == ELSEWHERE
    assert stays.id != person.id
    return stays


def waiting(desk: Desk, address: str) -> list[int]:
    """The mailings on their way to an address."""
    of = select(delivery.c.mailing_id).where(
        delivery.c.address == address, delivery.c.state == DeliveryState.PENDING, delivery.c.subscriber_id.is_not(None)
    )
    with desk.database.read() as session:
        return list(session.execute(of).scalars())


def test_whatever_is_kept_of_a_person_belongs_to_the_one_that_stays(rooms: Rooms) -> None:
    """Every table that speaks of a subscriber is filled, so that a new one cannot be forgotten."""
    desk = rooms.desk
    gone = desk.follow(READER, NOW, "climate")
    rooms.press.accredit("operator", READER, date(2026, 12, 31))
    one = rooms.release()
    rooms.press.saw(gone.id, [one], press.Way.PAGE, "a browser")
    desk.publish()
    desk.alerts.run()
    with desk.database.write() as session:
        asking = {
            "agreed_at": rooms.clock(),
            "asked_on": BACK,
            "until_on": BACK,
            "mails": 1,
            "mailed_at": rooms.clock(),
        }
        answered = asking | {"agreed_at": datetime(2024, 5, 20, tzinfo=UTC), "ended_at": rooms.clock()}
        for values in (asking | {"ended_at": None}, answered):
            session.execute(insert(renewal).values(subscriber_id=gone.id, outcome=None, **values))
        session.execute(insert(rest).values(subscriber_id=gone.id, after_change=0, to_change=1))
        session.execute(insert(overflow).values(subscriber_id=gone.id, change_number=1, at=rooms.clock()))
    first, second = asked(desk, gone, "third@example.org"), desk.follow(ELSEWHERE, DAILY, "water")
    desk.personal.move(first)  # a change of address that could be taken back
    assert {(name, column) for name, column in PLACES if _rows(desk, name, column, gone.id)} == PLACES
    stays = desk.personal.move(asked(desk, gone, ELSEWHERE))
    assert stays is not None
    assert stays.id == second.id
    assert not {(name, column) for name, column in PLACES if _rows(desk, name, column, gone.id)}
    kept = {name for name, column in PLACES if _rows(desk, name, column, stays.id)}
    assert kept == {name for name, _ in PLACES} - {"move", "rest"}
    assert desk.personal.move(first + 1) == stays, "pressed again, the page says the same"
    desk.personal.erase(stays.id)
    with desk.database.read() as session:
        found = session.execute(select(delivery.c.address).where(delivery.c.subscriber_id.is_not(None))).all()
        assert not session.execute(select(subscriber)).all()
    assert not found


def _rows(desk: Desk, name: str, column: str, person: int) -> int:
    table = metadata.tables[name]
    with desk.database.read() as session:
        wanted = select(func.count()).select_from(table).where(table.c[column] == person)
        return session.execute(wanted).scalar_one()


def test_what_was_on_its_way_arrives_and_nothing_is_told_twice(desk: Desk) -> None:
    gone = desk.follow(READER, NOW, "climate")
    desk.follow(READER, WEEKLY)
    desk.follow(ELSEWHERE, WEEKLY, "water")
    one = desk.publish(division="climate").article_id
    two = desk.publish(division="water").article_id
    desk.alerts.run()
    merged(desk, gone)
    assert desk.told(ELSEWHERE) == [one]
    assert len(waiting(desk, ELSEWHERE)) == 1
    assert waiting(desk, READER) == []
    desk.morning(5)
    (mail,) = desk.mails(ELSEWHERE, Kind.DIGEST)
    assert mail.articles == (two,), "the first was told by its alert"
    correct(desk.database, one, "Night buses run earlier", note="The hour.", now=desk.clock())
    desk.alerts.run()
    assert [mail.articles for mail in desk.mails(ELSEWHERE, Kind.CORRECTION)] == [(one,)]


def test_what_both_were_to_be_told_comes_once(desk: Desk) -> None:
    gone = desk.follow(READER, NOW, "climate", language="ko")
    desk.follow(ELSEWHERE, NOW, "climate")
    one = desk.publish().article_id
    desk.alerts.run()
    merged(desk, gone)
    assert desk.told(ELSEWHERE) == [one]
    assert (len(waiting(desk, ELSEWHERE)), waiting(desk, READER)) == (1, [])


def test_what_both_follow_goes_on_from_where_less_was_told(desk: Desk) -> None:
    gone = desk.follow(READER, WEEKLY, "climate")
    one = desk.publish(division="climate").article_id
    desk.follow(ELSEWHERE, DAILY, "climate")
    stays = merged(desk, gone)
    assert [(str(one.scope), one.cadence) for one in desk.live(stays)] == [("division=climate", DAILY)]
    desk.morning()
    assert desk.told(ELSEWHERE) == [one]


def test_an_article_that_was_followed_is_followed_still(desk: Desk) -> None:
    one = desk.publish()
    gone = desk.wish(READER, NOW, Scope(article=one.article_id))
    desk.follow(ELSEWHERE, WEEKLY, "water")
    merged(desk, gone)
    correct(desk.database, one.article_id, "Night buses run earlier", note="The hour.", now=desk.clock())
    desk.alerts.run()
    assert desk.told(ELSEWHERE) == [one.article_id]


def test_the_history_of_both_says_why_each_ended(desk: Desk) -> None:
    gone = desk.follow(READER, NOW, "climate")
    desk.following.stop(gone.id, reason="page")
    desk.follow(READER, NOW, "water")
    desk.follow(ELSEWHERE, DAILY, "transport")
    stays = merged(desk, gone)
    kept = desk.personal.copy(stays.id)
    assert kept is not None
    assert [(one["scope"], one["end_reason"]) for one in kept["follows"]] == [  # type: ignore[attr-defined]
        ("division=climate", "page"),
        ("division=water", "moved"),
        ("division=transport", None),
        ("division=water", None),
    ]
    assert len(kept["consents"]) == 3  # type: ignore[arg-type]


@pytest.mark.parametrize("chooser", [READER, ELSEWHERE])
def test_no_pictures_and_an_hour_go_on_where_one_of_both_chose_so(desk: Desk, chooser: str) -> None:
    people = {address: desk.follow(address, DAILY, "climate") for address in (READER, ELSEWHERE)}
    desk.personal.set_look(people[chooser].id, language="en", pictures=False)
    desk.personal.set_timing(people[chooser].id, Timing(hour=18, zone="Europe/Berlin"))
    merged(desk, people[READER])
    with desk.database.read() as session:
        person = subscribers.find(session, ELSEWHERE)
    assert person is not None
    assert (person.pictures, person.timing) == (False, Timing(hour=18, zone="Europe/Berlin"))


def test_an_hour_that_both_chose_is_that_of_the_one_that_stays(desk: Desk) -> None:
    people = {address: desk.follow(address, DAILY, "climate") for address in (READER, ELSEWHERE)}
    for address, hour in ((READER, 18), (ELSEWHERE, 6)):
        desk.personal.set_timing(people[address].id, Timing(hour=hour))
    merged(desk, people[READER])
    with desk.database.read() as session:
        assert subscribers.timings(session) == {(DAILY, Timing(hour=6))}


@pytest.mark.parametrize("resting", [[READER], [ELSEWHERE], [READER, ELSEWHERE]], ids=["one", "other", "both"])
def test_a_pause_goes_on_and_its_digest_holds_what_either_missed(desk: Desk, resting: list[str]) -> None:
    gone = desk.follow(READER, NOW, "climate")
    desk.follow(ELSEWHERE, NOW, "water")
    for address, day in zip(resting, (BACK, BACK + timedelta(days=1)), strict=False):
        with desk.database.read() as session:
            person = subscribers.find(session, address)
        assert person is not None
        desk.personal.pause(person.id, day, catch_up=len(resting) > 1)
    told = desk.publish(division="climate").article_id, desk.publish(division="water").article_id
    desk.alerts.run()
    merged(desk, gone)
    at(desk, f"{BACK + timedelta(days=len(resting) - 1)}T07:59:00")
    before = desk.told(ELSEWHERE)
    at(desk, f"{BACK + timedelta(days=len(resting) - 1)}T08:00:00")
    assert sorted(desk.told(ELSEWHERE)) == sorted(told)
    assert len(before) == 2 - len(resting), "an alert that was on its way when the pause began for both"


def test_a_question_that_waits_is_asked_anew_and_a_later_consent_answers_for_both(desk: Desk) -> None:
    gone, stays = desk.follow(READER, DAILY, "climate"), desk.follow(ELSEWHERE, DAILY, "water")
    early, late = datetime(2024, 5, 25, tzinfo=UTC), datetime(2024, 6, 1, tzinfo=UTC)
    with desk.database.write() as session:
        for person, agreed in ((gone, late), (stays, early)):
            session.execute(update(consent).where(consent.c.subscriber_id == person.id).values(at=agreed))
    desk.renewals.run()
    assert [len(desk.mails(address, Kind.RENEWAL)) for address in (READER, ELSEWHERE)] == [1, 1]
    merged(desk, gone)
    assert waiting(desk, READER) == []
    desk.clock.forward(days=1)
    desk.renewals.run()
    with desk.database.read() as session:
        asked_last = renewals.latest(session, stays.id)
        first = renewals.everything(session, stays.id)[0]
    assert asked_last is not None
    assert (asked_last.agreed_at, asked_last.outcome) == (late, None)
    assert (first["agreed_at"], first["outcome"]) == (early, renewals.RENEWED)


@pytest.mark.parametrize("other", [None, date(2026, 6, 30), date(2027, 6, 30)], ids=["one", "sooner", "later"])
def test_an_accreditation_goes_on_to_the_later_end_with_its_own_address(rooms: Rooms, other: date | None) -> None:
    desk, mine = rooms.desk, date(2026, 12, 31)
    gone, stays = desk.follow(READER, WEEKLY, "climate"), desk.follow(ELSEWHERE, DAILY, "climate")
    rooms.press.accredit("operator", READER, mine, ["climate"])
    if other:
        rooms.press.accredit("operator", ELSEWHERE, other)
    secrets = {one.id: found[1].rpartition("/")[2] for one in (gone, stays) if (found := rooms.press.address(one.id))}
    one = rooms.release()
    merged(desk, gone)
    found = rooms.press.address(stays.id)
    assert found is not None
    wins = stays.id if other and other > mine else gone.id
    assert found[1].rpartition("/")[2] == secrets[wins], "the address that opens is the one that goes on"
    assert found[0].divisions == (("climate",) if wins == gone.id else None)
    for person, secret in secrets.items():
        insider = rooms.press.insider(secret)
        assert (insider is not None) == (person == wins)
        assert insider is None or [article.id for article in insider.articles] == [one.id]
    rooms.sent()
    rooms.lift()
    desk.alerts.run()
    desk.morning()
    assert [mail.kind for mail in desk.mails(ELSEWHERE) if mail.articles] == [Kind.EMBARGO], "told once, under embargo"


def test_what_was_looked_at_stays_on_record(rooms: Rooms) -> None:
    desk = rooms.desk
    gone, stays = desk.follow(READER, WEEKLY, "climate"), desk.follow(ELSEWHERE, DAILY, "climate")
    for address in (READER, ELSEWHERE):
        rooms.press.accredit("operator", address, date(2026, 12, 31))
    one = rooms.release()
    for person, agent in ((stays, "a reader"), (gone, "another"), (gone, "another")):
        rooms.press.saw(person.id, [one], press.Way.FEED, agent)
        rooms.clock.forward(minutes=1)
    rooms.press.saw(gone.id, [one], press.Way.PAGE, "a browser")
    merged(desk, gone)
    with desk.database.read() as session:
        looks = press.accesses(session, article_id=one.id, limit=10)
    assert [(look.address, look.way, look.number, look.agent) for look in looks] == [
        (ELSEWHERE, "page", 1, "a browser"),
        (ELSEWHERE, "feed", 3, "another"),
    ]
    feed = looks[1]
    assert feed.last_at - feed.first_at == timedelta(minutes=2)


def test_bounces_of_an_address_that_was_left_say_nothing_of_the_one_that_is_read(
    desk: Desk, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Also where nobody becomes one with another: who leaves a full mailbox is not to lose the next one."""
    house = make_house(desk, tmp_path_factory.mktemp("parked"))
    person = desk.follow(READER, NOW)
    for _ in range(int(SOFT_LIMIT)):
        house.returns.take(delivery_status(house.send(READER), status="4.2.2", recipient=READER))
        desk.clock.forward(days=1)
    assert house.suppressed(READER) is None
    desk.personal.move(asked(desk, person, ELSEWHERE))
    assert house.returns.take(delivery_status(house.send(ELSEWHERE), status="4.2.2", recipient=ELSEWHERE)) is (
        Finding.SOFT
    )
    assert house.suppressed(ELSEWHERE) is None
