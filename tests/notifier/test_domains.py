"""How fast the mail of a domain may go: the rule alone."""

from datetime import UTC, datetime, timedelta

from notifier.domains import FIRST_RATE, LEAST_RATE, Domains
from notifier.retry import Reply, asks_for_less

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def slowed(times: int = 3) -> Domains:
    domains = Domains()
    for _ in range(times):
        domains.asked_for_less("busy.test", NOW)
    return domains


def waits(domains: Domains, number: int, now: datetime = NOW) -> list[float]:
    """For how many seconds each of so many messages waits."""
    tokens = [domains.token("busy.test", now) for _ in range(number)]
    return [(token - now).total_seconds() if token else 0.0 for token in tokens]


def test_a_domain_is_free_until_it_has_asked_for_less_several_times() -> None:
    assert waits(Domains(), 100) == [0.0] * 100
    assert waits(slowed(times=2), 100) == [0.0] * 100


def test_a_domain_that_has_asked_for_less_gets_a_message_with_each_token() -> None:
    assert waits(slowed(), 5) == [n / FIRST_RATE for n in range(5)]


def test_no_other_domain_waits_for_it() -> None:
    domains = slowed()
    assert domains.token("other.test", NOW) is None


def test_each_further_request_halves_its_rate_down_to_the_least() -> None:
    domains = slowed(times=6)
    assert waits(domains, 2) == [0.0, 2 / FIRST_RATE]
    assert waits(slowed(times=300), 2) == [0.0, 1 / LEAST_RATE]


def test_what_it_takes_raises_its_rate_again() -> None:
    domains = slowed()
    for _ in range(50):
        domains.took("busy.test")
    assert waits(domains, 2)[1] < 0.1 / FIRST_RATE


def test_some_acceptances_between_two_requests_forgive_the_first() -> None:
    domains = Domains()
    for _ in range(10):
        domains.asked_for_less("busy.test", NOW)
        for _ in range(4):
            domains.took("busy.test")
    assert waits(domains, 100) == [0.0] * 100


def test_after_ten_minutes_without_a_request_it_is_free() -> None:
    domains = slowed()
    assert waits(domains, 3, NOW + timedelta(minutes=10, seconds=1)) == [0.0] * 3


def test_nobody_waits_for_longer_than_ten_minutes() -> None:
    assert max(waits(slowed(times=300), 1000)) == 600.0


def test_which_answers_ask_for_less() -> None:
    assert asks_for_less(Reply(421, "try again later"))
    assert asks_for_less(Reply(450, "4.7.1 too many"))
    assert not asks_for_less(Reply(450, "4.2.0 mailbox busy"))
    assert not asks_for_less(Reply(550, "5.7.1 never"))
    assert not asks_for_less(Reply(0, "connection lost"))
