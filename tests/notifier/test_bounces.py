"""What follows from a mail that came back, decided on values alone."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from notifier import bounces, reports
from notifier.bounces import SOFT_LIMIT, Finding, Ourselves
from notifier.envelope import COMPLAINTS, Mark, ReturnAddresses, Way
from notifier.tokens import Tokens
from tests.builders import NOW, SECRET
from tests.notifier.returned import DOMAIN, KOREAN, QMAIL, complaint, delivery_status, plain

READER = "a@example.org"
US = Ourselves(DOMAIN, "newsroom@riverton.example.org")
OURS = ReturnAddresses(DOMAIN, Tokens([SECRET]))
TO = OURS.address(Way.BOUNCE, 17)
MARK = Mark(Way.BOUNCE, 17)


def found(raw: bytes, mark: Mark | None = MARK) -> Finding:
    return bounces.finding(reports.read(raw), mark, recipient=READER, us=US)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        *((status, Finding.HARD) for status in ("5.1.1", "5.1.0", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1")),
        *((status, Finding.REFUSED) for status in ("5.7.1", "5.7.26", "5.7.509", "4.7.1", "5.1.7", "5.1.8")),
        *(
            (status, Finding.SOFT)
            for status in ("4.2.2", "5.2.2", "5.2.3", "5.3.4", "4.4.7", "5.4.4", "5.5.0", "5.6.0")
        ),
        *((status, Finding.SOFT) for status in ("5.0.0", "5.2.10", "5.2.11", "4.1.1", "", "6.1.1")),
    ],
)
def test_b81_a_code_speaks_of_the_address_of_us_or_of_a_moment(status: str, expected: Finding) -> None:
    assert found(delivery_status(TO, status=status or None, diagnostic="smtp; 550 no")) is expected


@pytest.mark.parametrize(
    "raw",
    [
        plain(TO, QMAIL),
        plain(TO, KOREAN, subject="메일 반송 안내", charset="euc-kr"),
        delivery_status(TO, status=None, diagnostic="smtp; 550 no"),
        delivery_status(TO, status="5.1.1", recipient="member@list.test"),
    ],
    ids=["words with 5.1.1", "korean", "no status", "somebody behind the address"],
)
def test_b82_what_is_not_certain_is_soft(raw: bytes) -> None:
    assert found(raw) is Finding.SOFT


def test_b81_words_that_speak_of_us_do_too() -> None:
    assert found(plain(TO, "550 5.7.1 Delivery failed: blocked")) is Finding.REFUSED


@pytest.mark.parametrize(
    "raw", [delivery_status(TO), delivery_status(TO, status="5.7.1"), complaint(TO), plain(TO, QMAIL)]
)
def test_b80_b84_nothing_follows_from_what_proves_nothing(raw: bytes) -> None:
    assert found(raw, None) is Finding.FORGED


@pytest.mark.parametrize("sender", [TO, f"Newsroom <{US.address}>", f"{COMPLAINTS}@{DOMAIN}", f"leave+1.x@{DOMAIN}"])
def test_b83_our_own_mail_goes_no_further(sender: str) -> None:
    assert found(plain(TO, QMAIL, sender=sender)) is Finding.IGNORED


def test_b83_a_mail_server_at_the_bounce_domain_is_no_loop() -> None:
    assert found(delivery_status(TO).replace(b"mx.example.org (Mail", DOMAIN.encode() + b" (Mail")) is Finding.HARD


@pytest.mark.parametrize("subject", ["unsubscribe", "수신거부", "반송"])
def test_any_mail_to_the_address_for_leaving_leaves(subject: str) -> None:
    raw = plain("leave", "수신거부, 전송되지 않게 해 주세요", subject=subject, sender=READER)
    assert found(raw, Mark(Way.LEAVE, 3)) is Finding.LEFT


def test_a_report_to_the_address_for_leaving_does_not() -> None:
    assert found(delivery_status("leave"), Mark(Way.LEAVE, 3)) is Finding.IGNORED


@pytest.mark.parametrize(
    "forge",
    [
        lambda to: READER,
        lambda to: "bounce+17@" + DOMAIN,
        lambda to: to.replace("+", "+1"),
        lambda to: to.replace(DOMAIN, "elsewhere.test"),
        lambda to: to.replace(DOMAIN, "sub." + DOMAIN),
        lambda to: to[: to.index("@") - 1] + "@" + DOMAIN,
        lambda to: ReturnAddresses(DOMAIN, Tokens(["b" * 40])).address(Way.BOUNCE, 17),
        lambda to: to.replace("bounce+", "leave+"),
        lambda to: f"bounce+{'9' * 19}.{'a' * 24}@{DOMAIN}",
        lambda to: f"bounce+0.{'a' * 24}@{DOMAIN}",
        lambda to: "bounce+٣." + to.partition(".")[2],
    ],
)
def test_b80_an_address_that_we_did_not_write_proves_nothing(forge: Callable[[str], str]) -> None:
    assert OURS.read(TO) == MARK
    assert OURS.read(forge(TO)) is None
    assert OURS.find([f"<{forge(TO)}>"]) is None
    assert not OURS.takes(forge(TO))


def test_an_address_of_ours_is_found_in_a_header_in_any_case_and_after_a_rotation() -> None:
    assert OURS.find(["<x@y.test>", f"Bounce <{TO.upper()}>"]) == MARK
    assert ReturnAddresses(DOMAIN, Tokens(["b" * 40, SECRET])).read(TO) == MARK
    assert ReturnAddresses(DOMAIN, Tokens(["b" * 40, SECRET])).address(Way.BOUNCE, 17) != TO


def test_the_longest_address_is_short_enough_for_every_server() -> None:
    local = OURS.address(Way.BOUNCE, 10**18 - 1).partition("@")[0]
    assert len(local) <= 64
    assert OURS.read(OURS.address(Way.LEAVE, 10**18 - 1)) == Mark(Way.LEAVE, 10**18 - 1)


def _days(*days: float) -> list[datetime]:
    return [NOW - timedelta(days=day) for day in days]


def test_a_day_counts_once_however_many_mails_came_back() -> None:
    assert bounces.score(_days(0, 0.01, 0.02), NOW) == pytest.approx(1, abs=0.01)


def test_a_full_mailbox_is_given_up_on_the_seventh_day_and_not_on_the_sixth() -> None:
    assert bounces.score(_days(*range(6)), NOW) < SOFT_LIMIT <= bounces.score(_days(*range(7)), NOW)


def test_weekly_bounces_give_an_address_up_after_fourteen_weeks_and_monthly_ones_never() -> None:
    weeks = [7 * week for week in range(14)]
    assert bounces.score(_days(*weeks[:-1]), NOW) < SOFT_LIMIT <= bounces.score(_days(*weeks), NOW)
    assert bounces.score(_days(*(30 * month for month in range(100))), NOW) < SOFT_LIMIT


def test_soft_bounces_are_forgotten() -> None:
    score = bounces.score(_days(*range(7)), NOW)
    assert bounces.score(_days(*range(7)), NOW + bounces.HALF_LIFE) == pytest.approx(score / 2)
    assert bounces.score([], NOW) == 0
    assert bounces.score([datetime(2100, 1, 1, tzinfo=UTC)], NOW) == 1  # a clock that went back


@pytest.mark.parametrize(
    ("refusals", "sent", "expected"),
    [(0, 0, False), (1, 0, True), (1, 1, True), (1, 49, True), (1, 50, False), (2, 99, True), (99, 5000, False)],
)
def test_f26_refusals_speak_of_us_where_they_are_more_than_one_in_fifty(
    refusals: int, sent: int, expected: bool
) -> None:
    assert bounces.is_refusing_us(refusals, sent) is expected
