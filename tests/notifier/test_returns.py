"""Mail that comes back, on a real ledger: what follows from it, and what never does."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from feeds.scope import Scope
from notifier.bounces import Finding, Ourselves, Reason
from notifier.envelope import COMPLAINTS, ReturnAddresses, Way
from notifier.ledger import bounces as ledger
from notifier.ledger import deliveries, holds, suppressions
from notifier.ledger.tables import bounce, delivery
from notifier.message_ids import message_id
from notifier.model import Cadence, DeliveryState, Subscriber
from notifier.parking import ROOM, Parking
from notifier.returns import Returns
from notifier.tokens import Tokens
from tests import claiming
from tests.builders import SECRET, journal_of
from tests.notifier.conftest import Desk
from tests.notifier.returned import DOMAIN, QMAIL, complaint, delivery_status, plain

READER = "a@example.org"
FOREIGN = Tokens(["another-key-that-somebody-else-made-up-42"])


@dataclass(frozen=True, slots=True)
class House:
    """A newsroom whose mail comes back."""

    desk: Desk
    returns: Returns

    def send(self, address: str = READER) -> str:
        """An alert that the relay took just now; answers where it would come back to."""
        self.desk.publish(f"Release of {self.desk.clock().isoformat()}")
        self.desk.alerts.run()
        with self.desk.database.write() as session:
            for one in deliveries.claim(session, owner="x", now=self.desk.clock(), limit=1000):
                claiming.settle(
                    session, one.id, owner="x", state=DeliveryState.ACCEPTED, now=self.desk.clock(), reply="250 ok"
                )
            newest = select(func.max(delivery.c.id)).where(delivery.c.address == address)
            number = session.execute(newest).scalar_one()
        return self.returns.addresses.address(Way.BOUNCE, number)

    def suppressed(self, address: str = READER) -> str | None:
        with self.desk.database.read() as session:
            found = suppressions.find(session, self.returns.tokens.address_hashes(address))
            return found.reason if found else None

    def states(self, address: str = READER) -> list[str]:
        with self.desk.database.read() as session:
            wanted = select(delivery.c.state).where(delivery.c.address == address).order_by(delivery.c.id)
            return list(session.execute(wanted).scalars())

    def held(self) -> str | None:
        with self.desk.database.read() as session:
            return holds.reason(session)

    def counted(self) -> dict[Finding, int]:
        with self.desk.database.read() as session:
            return ledger.tallies(session, self.desk.clock().date())

    def dump(self) -> list[object]:
        """All that a report could change, but for the count of reports."""
        with self.desk.database.read() as session:
            rows = session.execute(select(delivery).order_by(delivery.c.id)).all()
            return [rows, session.execute(select(bounce)).all(), self.suppressed(), self.held()]


@pytest.fixture
def house(desk: Desk, tmp_path: Path) -> House:
    return make_house(desk, tmp_path / "parked")


def make_house(desk: Desk, folder: Path, tokens: Tokens | None = None) -> House:
    tokens = tokens or Tokens([SECRET])
    us = Ourselves(DOMAIN, desk.newsroom.city.sender_address)
    addresses = ReturnAddresses(DOMAIN, tokens)
    journal = journal_of(desk.database, desk.clock, tokens)
    return House(desk, Returns(desk.database, addresses, us, tokens, desk.clock, Parking(folder), journal))


@pytest.fixture
def reader(desk: Desk) -> Subscriber:
    return desk.follow(READER, Cadence.IMMEDIATE)


@pytest.mark.usefixtures("reader")
def test_b81_a_hard_bounce_suppresses_at_once_with_its_reason(house: House) -> None:
    to = house.send()
    assert house.returns.take(delivery_status(to, status="5.1.1")) is Finding.HARD
    assert house.suppressed() == Reason.HARD
    assert house.states() == [DeliveryState.BOUNCED]
    assert house.held() is None
    house.send()
    assert house.states()[-1] != DeliveryState.BOUNCED


@pytest.mark.usefixtures("reader")
def test_b81_a_refusal_of_what_we_are_holds_sending_and_suppresses_nobody(house: House) -> None:
    to = house.send()
    found = house.returns.take(delivery_status(to, status="5.7.1", diagnostic="smtp; 550 5.7.1 blocked\x1b[31m"))
    assert found is Finding.REFUSED
    assert house.suppressed() is None
    assert house.states() == [DeliveryState.BOUNCED]
    held = house.held()
    assert held is not None
    assert held.startswith("mail servers refuse us")
    assert held.isprintable()


def test_b81_a_few_odd_servers_among_many_do_not_stop_a_city(house: House) -> None:
    for number in range(50):
        house.desk.follow(f"reader{number}@example.org", Cadence.IMMEDIATE)
    house.send("reader0@example.org")
    for number, status in enumerate(("5.7.1", "5.7.26")):
        assert house.held() is None
        raw = delivery_status(_address_of(house, f"reader{number}@example.org"), status=status)
        assert house.returns.take(raw) is Finding.REFUSED
    assert house.held() is not None


def _address_of(house: House, address: str) -> str:
    with house.desk.database.read() as session:
        number = session.execute(select(delivery.c.id).where(delivery.c.address == address)).scalar_one()
    return house.returns.addresses.address(Way.BOUNCE, number)


def test_f26_who_released_a_hold_is_not_held_again_by_what_was_known(house: House) -> None:
    house.desk.follow(READER, Cadence.IMMEDIATE)
    house.desk.follow("b@example.org", Cadence.IMMEDIATE)
    first = house.send()
    second = _address_of(house, "b@example.org")
    house.returns.take(delivery_status(first, status="5.7.1"))
    # It comes while sending is held already.
    house.returns.take(delivery_status(second, status="5.7.1", recipient="b@example.org"))
    with house.desk.database.write() as session:
        assert holds.release(session)
    house.returns.take(delivery_status(first, status="5.7.1"))
    assert house.held() is None


@pytest.mark.usefixtures("reader")
def test_b82_a_soft_bounce_is_counted_and_suppresses_nobody_by_itself(house: House) -> None:
    for raw in (delivery_status(house.send(), status="4.2.2"), plain(house.send(), QMAIL)):
        assert house.returns.take(raw) is Finding.SOFT
    assert house.suppressed() is None
    assert house.states() == [DeliveryState.BOUNCED] * 2
    assert house.counted() == {Finding.SOFT: 2}


@pytest.mark.usefixtures("reader")
def test_soft_bounces_of_seven_days_give_an_address_up_counted_from_the_last_consent(house: House) -> None:
    for day in range(10):
        if day == 3:
            house.desk.follow(READER, Cadence.IMMEDIATE)
        house.returns.take(delivery_status(house.send(), status="4.2.2"))
        assert (house.suppressed() is None) == (day < 9), day
        house.desk.clock.forward(days=1)
    assert house.suppressed() == Reason.SOFT


@pytest.mark.usefixtures("reader")
def test_what_is_read_twice_counts_once(house: House) -> None:
    raw = delivery_status(house.send(), status="4.2.2")
    house.returns.take(raw)
    before = house.dump()
    house.returns.take(raw)
    assert house.dump() == before


@pytest.mark.usefixtures("reader")
def test_b80_f65_a_forged_report_suppresses_nobody_and_is_counted(house: House) -> None:
    house.send()
    before = house.dump()
    forged = ReturnAddresses(DOMAIN, FOREIGN).address(Way.BOUNCE, 1)
    for raw in (delivery_status(READER), delivery_status(forged, status="5.7.1"), plain(forged, QMAIL)):
        assert house.returns.take(raw, forged) is Finding.FORGED
    assert house.returns.take(complaint(forged, mail_from=forged, leave=forged)) is Finding.FORGED
    assert house.dump() == before
    assert house.counted() == {Finding.FORGED: 4}


@pytest.mark.usefixtures("reader")
def test_b83_automatic_answers_and_loops_change_nothing(house: House) -> None:
    to = house.send()
    before = house.dump()
    for raw in (
        plain(to, "휴가입니다.", subject="부재중 자동 응답", sender=READER),
        plain(to, "x", subject="news", sender=READER, extra="Auto-Submitted: auto-replied\r\n"),
        delivery_status(to, status="4.4.1", action="delayed"),
        plain(to, QMAIL, sender=to),
        plain(to, QMAIL, sender=f"{COMPLAINTS}@{DOMAIN}"),
        plain(to, QMAIL, sender=house.desk.newsroom.city.sender_address),
    ):
        assert house.returns.take(raw) is Finding.IGNORED
    assert house.dump() == before


def test_b84_a_complaint_ends_the_subscriptions_with_a_token_from_any_place_in_it(house: House) -> None:
    person = house.desk.follow(READER, Cadence.IMMEDIATE)
    house.desk.follow(READER, Cadence.DAILY, "water")
    to = house.send()
    leave = house.returns.addresses.address(Way.LEAVE, person.id)
    for raw in (complaint(to), complaint("fbl@x.test", mail_from=to), complaint("fbl@x.test", leave=f"mailto:{leave}")):
        assert house.returns.take(raw) is Finding.COMPLAINT
    assert house.desk.live(person) == []
    assert house.suppressed() == Reason.COMPLAINT
    assert house.states() == [DeliveryState.COMPLAINED]


def test_the_mailto_of_a_mail_unsubscribes(house: House) -> None:
    person = house.desk.follow(READER, Cadence.IMMEDIATE)
    leave = house.returns.addresses.address(Way.LEAVE, person.id)
    for text, subject in (("", "unsubscribe"), ("수신거부합니다", "수신거부")):
        raw = plain(leave, text, subject=subject, sender=READER)
        assert house.returns.take(raw) is Finding.LEFT
    assert house.desk.live(person) == []
    assert house.suppressed() is None


@pytest.mark.usefixtures("reader")
def test_b86_what_nobody_can_decide_is_parked_as_it_came(house: House) -> None:
    to = house.send()
    before = house.dump()
    nul = delivery_status(to) + b"\0"
    odd = plain(to, "What about the buses?", subject="Re: buses", sender=READER)
    assert house.returns.take_or_park(nul) is Finding.PARKED
    assert house.returns.take_or_park(odd, to) is Finding.PARKED
    assert house.dump() == before
    kept = {path.read_bytes() for path in house.returns.parking.folder.glob("*.eml")}
    assert kept == {nul, odd}


def test_f65_the_parking_is_bounded_in_number_and_in_time(tmp_path: Path, desk: Desk) -> None:
    parking = Parking(tmp_path / "parked")
    parking.folder.mkdir()
    for number in range(ROOM - 1):
        (parking.folder / f"{number}.eml").touch()
    assert parking.keep(b"the last one")
    assert not parking.keep(b"one too many")
    newest = max(path.stat().st_mtime for path in parking.folder.glob("*.eml"))
    at = desk.clock().fromtimestamp(newest, tz=desk.clock().tzinfo)
    assert parking.tidy(at + timedelta(days=29)) == 0
    assert parking.tidy(at + timedelta(days=31)) == ROOM


@pytest.mark.usefixtures("reader")
def test_an_address_of_before_a_rotation_is_still_believed(house: House, tmp_path: Path) -> None:
    to = house.send()
    rotated = make_house(house.desk, tmp_path, Tokens(["b" * 40, SECRET]))
    assert rotated.returns.addresses.read(to) is not None
    assert rotated.returns.take(delivery_status(to)) is Finding.HARD
    assert rotated.suppressed() == Reason.HARD


@pytest.mark.usefixtures("reader")
def test_mail_servers_may_change_the_case_of_an_address(house: House) -> None:
    assert house.returns.take(delivery_status(house.send().upper())) is Finding.HARD


def test_a_bounce_of_a_mail_of_before_the_person_agreed_anew_suppresses_nobody(house: House) -> None:
    house.desk.follow(READER, Cadence.IMMEDIATE)
    to = house.send()
    house.desk.clock.forward(hours=1)
    house.desk.follow(READER, Cadence.IMMEDIATE)
    assert house.returns.take(delivery_status(to)) is Finding.HARD
    assert house.suppressed() is None
    assert house.states() == [DeliveryState.BOUNCED]


@pytest.mark.usefixtures("reader")
def test_a_bounce_may_be_quicker_than_our_own_relays_answer(house: House) -> None:
    house.desk.publish()
    house.desk.alerts.run()
    with house.desk.database.write() as session:
        (one,) = deliveries.claim(session, owner="x", now=house.desk.clock(), limit=1)
    house.returns.take(delivery_status(house.returns.addresses.address(Way.BOUNCE, one.id)))
    with house.desk.database.write() as session:
        late = claiming.settle(session, one.id, owner="x", state=DeliveryState.ACCEPTED, now=house.desk.clock())
        assert not late
    assert house.states() == [DeliveryState.BOUNCED]


@pytest.mark.usefixtures("reader")
def test_what_came_back_is_destroyed_when_it_weighs_nothing_any_more(house: House) -> None:
    house.returns.take(delivery_status(house.send(), status="4.2.2"))
    house.desk.clock.forward(days=ledger.KEPT.days - 1)
    assert house.returns.tidy() == 0
    house.desk.clock.forward(days=2)
    assert house.returns.tidy() == 2  # the bounce and its day's count


@pytest.mark.usefixtures("reader")
def test_a_mailing_still_adds_up_when_mails_come_back(house: House) -> None:
    house.desk.follow("b@example.org", Cadence.IMMEDIATE)
    to = house.send()
    house.returns.take(delivery_status(to))
    with house.desk.database.read() as session:
        (states,) = deliveries.balance(session).values()
    assert states == {DeliveryState.BOUNCED: 1, DeliveryState.ACCEPTED: 1}


def message_id_of(house: House, address: str, tokens: Tokens | None = None) -> str:
    """That of the newest delivery to an address, as the sender writes it; or as somebody would with another key."""
    with house.desk.database.read() as session:
        wanted = select(delivery.c.id, delivery.c.mailing_id).where(delivery.c.address == address)
        row = session.execute(wanted.order_by(delivery.c.id.desc())).first()
    assert row is not None
    domain = house.desk.newsroom.city.sender_address.rpartition("@")[2]
    return message_id(
        tokens or house.returns.tokens, domain, delivery_id=row.id, mailing_id=row.mailing_id, address=address
    )


def test_b84_a_complaint_without_our_addresses_is_believed_by_its_message_id(house: House, reader: Subscriber) -> None:
    house.send()
    raw = complaint(f"{COMPLAINTS}@{DOMAIN}", message_id=message_id_of(house, READER))
    assert house.returns.take(raw) is Finding.COMPLAINT
    assert house.suppressed() == Reason.COMPLAINT
    assert house.desk.live(reader) == []
    assert house.states() == [DeliveryState.COMPLAINED]


def test_b84_a_message_id_of_before_a_new_key_is_believed_still(house: House, reader: Subscriber) -> None:
    house.send()
    raw = complaint(f"{COMPLAINTS}@{DOMAIN}", message_id=message_id_of(house, READER))
    later = make_house(
        house.desk, house.returns.parking.folder, Tokens(["a-newer-key-of-the-same-house-0123456789", SECRET])
    )
    assert later.returns.take(raw) is Finding.COMPLAINT
    assert house.desk.live(reader) == []


@pytest.mark.usefixtures("reader")
def test_b84_a_forged_message_id_suppresses_nobody(house: House) -> None:
    house.desk.follow("victim@example.org", Cadence.IMMEDIATE)
    house.send()
    own, others = message_id_of(house, READER), message_id_of(house, "victim@example.org")
    number = others[1:].partition(".")[0]
    before = house.dump()
    for forged in (
        message_id_of(house, "victim@example.org", FOREIGN),
        f"<{number}.{own.partition('.')[2]}",
        others.replace("riverton", "evil"),
        others.replace(">", f">, {others}"),
        f"<{number}.{'0' * 16}@riverton.example.org>",
        f"<{'9' * 18}.{'0' * 16}@riverton.example.org>",
        f"<{number}@riverton.example.org>",
    ):
        raw = complaint(f"{COMPLAINTS}@{DOMAIN}", message_id=forged)
        assert house.returns.take(raw) is Finding.FORGED
    assert house.dump() == before
    assert house.suppressed("victim@example.org") is None


@pytest.mark.usefixtures("reader")
def test_b84_a_bounce_is_never_believed_by_a_message_id(house: House) -> None:
    house.send()
    raw = delivery_status("nobody@elsewhere.example.org", status="5.1.1").replace(
        b"Subject: Night buses run later", f"Message-ID: {message_id_of(house, READER)}".encode()
    )
    assert house.returns.take(raw) is Finding.FORGED
    assert house.suppressed() is None


def ask(house: House, address: str = "stranger@example.org") -> None:
    house.desk.following.ask(address, Scope(), Cadence.DAILY, language="en")


def test_b84_a_complaint_about_a_confirmation_ends_the_wish_and_no_form_asks_that_address_again(house: House) -> None:
    ask(house)
    to = house.send("stranger@example.org")
    ask(house)  # another one is on its way
    assert house.returns.take(complaint(to)) is Finding.COMPLAINT
    assert house.suppressed("stranger@example.org") == Reason.UNASKED
    assert house.states("stranger@example.org") == [DeliveryState.COMPLAINED, DeliveryState.SKIPPED_SUPPRESSED]
    house.desk.following.destroy_expired()
    assert house.desk.following.waiting(1) is house.desk.following.waiting(2) is None
    ask(house)
    assert house.states("stranger@example.org") == []
    ask(house, "another@example.org")
    assert house.states("another@example.org") == [DeliveryState.PENDING]


def test_b84_a_forged_complaint_about_a_confirmation_ends_nothing(house: House) -> None:
    ask(house)
    forged = ReturnAddresses(DOMAIN, FOREIGN).address(Way.BOUNCE, 1)
    assert house.returns.take(complaint(forged)) is Finding.FORGED
    assert house.suppressed("stranger@example.org") is None
    assert house.states("stranger@example.org") == [DeliveryState.PENDING]


def test_b84_who_called_a_confirmation_unwanted_is_not_asked_whether_mail_shall_come_there(house: House) -> None:
    ask(house)
    house.returns.take(complaint(house.send("stranger@example.org")))
    person = house.desk.follow(READER, Cadence.DAILY)
    house.desk.personal.ask_to_move(person.id, "stranger@example.org")
    assert house.states("stranger@example.org") == [DeliveryState.COMPLAINED]


STRANGER = "nobody@example.org"


def test_b81_a_confirmation_that_finds_no_such_address_ends_the_wish_and_no_form_sends_another_for_days(
    house: House,
) -> None:
    ask(house, STRANGER)
    to = house.send(STRANGER)
    ask(house, STRANGER)  # another one is on its way
    assert house.returns.take(delivery_status(to, recipient=STRANGER)) is Finding.HARD
    assert house.suppressed(STRANGER) == Reason.NOWHERE
    assert house.states(STRANGER) == [DeliveryState.BOUNCED, DeliveryState.SKIPPED_SUPPRESSED]
    house.desk.following.destroy_expired()
    person = house.desk.follow(READER, Cadence.DAILY)
    house.desk.clock.forward(days=6, hours=23)
    ask(house, STRANGER)
    house.desk.personal.ask_to_move(person.id, STRANGER)
    assert house.states(STRANGER) == []
    house.desk.clock.forward(hours=2)
    house.desk.following.destroy_expired()
    assert house.suppressed(STRANGER) is None
    ask(house, STRANGER)
    assert house.states(STRANGER) == [DeliveryState.PENDING]


def test_b81_a_confirmation_that_comes_back_softly_or_for_our_sake_ends_nothing(house: House) -> None:
    ask(house, STRANGER)
    to = house.send(STRANGER)
    for status in ("4.2.2", "5.2.2", "5.7.1"):
        house.returns.take(delivery_status(to, status=status, recipient=STRANGER))
    assert house.suppressed(STRANGER) is None
    assert house.desk.following.confirm(1) is not None


def test_b81_who_confirmed_all_the_same_is_not_undone_by_a_late_report(house: House) -> None:
    ask(house, STRANGER)
    to = house.send(STRANGER)
    house.desk.clock.forward(minutes=5)
    assert house.desk.following.confirm(1) is not None
    assert house.returns.take(delivery_status(to, recipient=STRANGER)) is Finding.HARD
    assert house.suppressed(STRANGER) is None


def test_b81_another_wish_of_a_reader_that_finds_no_address_stops_their_mail_for_good(house: House) -> None:
    house.desk.follow(READER, Cadence.DAILY)
    house.desk.clock.forward(minutes=5)
    ask(house, READER)
    assert house.returns.take(delivery_status(house.send(), status="5.1.1")) is Finding.HARD
    assert house.suppressed() == Reason.HARD
