"""What each answer of a mail server means for one delivery."""

import random
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.model import DeliveryState, Kind
from notifier.retry import FIRST_PAUSE, LIVES, LONGEST_PAUSE, Reply, Verdict, is_our_fault, verdict
from tests.builders import NOW


def decide(
    reply: Reply, *, kind: Kind = Kind.ALERT, attempts: int = 1, repeats: int = 0, age: timedelta = timedelta()
) -> Verdict:
    return verdict(
        reply,
        kind=kind,
        attempts=attempts,
        repeats=repeats,
        created_at=NOW - age,
        now=NOW,
        jitter=random.Random(7),
    )


def pause(attempts: int) -> timedelta:
    decided = decide(Reply(451, "4.7.1 later"), attempts=attempts)
    assert decided.next_attempt_at is not None
    return decided.next_attempt_at - NOW


@pytest.mark.parametrize("code", [200, 250, 251, 252])
def test_a_positive_answer_is_the_end(code: int) -> None:
    assert decide(Reply(code, "2.0.0 ok")) == Verdict(DeliveryState.ACCEPTED)


@pytest.mark.parametrize("code", [421, 450, 451, 452, 454])
def test_a_temporary_refusal_is_tried_again(code: int) -> None:
    decided = decide(Reply(code, "4.3.0 later"))
    assert decided.state is DeliveryState.DEFERRED
    assert decided.next_attempt_at is not None
    assert decided.next_attempt_at > NOW


@pytest.mark.parametrize("text", ["5.1.1 no such user", "5.2.1 disabled", "no such user", "", "5.7 odd", "55.7.1 odd"])
def test_f25_a_refusal_of_the_person_is_final_at_once(text: str) -> None:
    assert decide(Reply(550, text)) == Verdict(DeliveryState.REJECTED)


@pytest.mark.parametrize("code", [521, 530, 535, 550, 554])
@pytest.mark.parametrize("enhanced", ["5.7.0", "5.7.1", "5.7.26", "5.7.606"])
def test_f26_a_refusal_of_us_rejects_nobody(code: int, enhanced: str) -> None:
    reply = Reply(code, f"{enhanced} blocked")
    assert is_our_fault(reply)
    assert decide(reply).state is DeliveryState.DEFERRED


def test_f17_a_lost_answer_is_asked_for_once_more_and_then_unknown() -> None:
    lost = Reply(0, "the connection was lost")
    assert decide(lost).state is DeliveryState.DEFERRED
    assert decide(lost, attempts=2, repeats=1) == Verdict(DeliveryState.UNKNOWN)


def test_f24_the_pause_doubles_up_to_its_cap() -> None:
    for attempts in range(1, 9):
        wanted = min(FIRST_PAUSE * 2 ** (attempts - 1), LONGEST_PAUSE)
        assert 0.8 * wanted <= pause(attempts) <= 1.2 * wanted
    assert pause(10_000) <= 1.2 * LONGEST_PAUSE
    assert pause(5) > pause(3) > pause(1)


def test_retries_of_many_are_spread() -> None:
    jitter = random.Random(1)
    instants = {
        verdict(
            Reply(451, ""), kind=Kind.ALERT, attempts=1, repeats=0, created_at=NOW, now=NOW, jitter=jitter
        ).next_attempt_at
        for _ in range(20)
    }
    assert len(instants) == 20


@pytest.mark.parametrize("kind", Kind)
def test_f24_a_delivery_is_given_up_as_expired_after_the_life_of_its_kind(kind: Kind) -> None:
    later = Reply(451, "4.2.0 later")
    assert decide(later, kind=kind, age=LIVES[kind] - timedelta(seconds=1)).state is DeliveryState.DEFERRED
    assert decide(later, kind=kind, age=LIVES[kind]) == Verdict(DeliveryState.EXPIRED)
    assert decide(Reply(250, ""), kind=kind, age=LIVES[kind]) == Verdict(DeliveryState.ACCEPTED)


@given(st.integers(0, 999), st.text(max_size=40), st.sampled_from(Kind), st.integers(1, 10**6), st.integers(0, 9))
def test_every_answer_has_a_verdict_and_only_a_deferred_one_an_instant(
    code: int, text: str, kind: Kind, attempts: int, repeats: int
) -> None:
    decided = decide(Reply(code, text), kind=kind, attempts=attempts, repeats=repeats)
    assert (decided.next_attempt_at is not None) == (decided.state is DeliveryState.DEFERRED)
    if decided.state is DeliveryState.REJECTED:
        assert code >= 500
        assert not text.split()[:1] or not text.split()[0].startswith("5.7.")
