"""A question that may take for ever: nobody waits for longer than was said, and it is asked once at a time."""

import asyncio
import threading
import time

import pytest

from config.patient import Patient


def test_an_answer_is_kept_longer_than_one_is_waited_for() -> None:
    asked: list[int] = []
    patient = Patient(lambda: asked.append(1) or len(asked), name="kept", seconds=0.05, keeps=60)

    async def twice() -> list[int]:
        first = await patient.answer()
        await asyncio.sleep(0.1)
        return [first, await patient.answer()]

    assert asyncio.run(twice()) == [1, 1]


def test_an_answer_is_kept_for_a_multiple_of_what_it_took() -> None:
    asked: list[int] = []

    def slow() -> int:
        time.sleep(0.05)
        asked.append(1)
        return len(asked)

    patient = Patient(slow, name="slow", seconds=5, rest=1000)
    assert [asyncio.run(patient.answer()) for _ in range(3)] == [1, 1, 1]


def test_whoever_asks_while_it_hangs_is_told_so_at_once_and_no_second_thread_hangs() -> None:
    free, threads = threading.Event(), list[str]()

    def hangs() -> str:
        threads.append(threading.current_thread().name)
        free.wait(10)
        return "awake"

    patient = Patient(hangs, name="hangs", seconds=0.05)

    async def several() -> None:
        for _ in range(3):
            with pytest.raises(TimeoutError):
                await patient.answer()
        free.set()
        while not threads or threading.active_count() > before:
            await asyncio.sleep(0.005)

    before = threading.active_count()
    asyncio.run(several())
    assert threads == ["hangs"]
    assert asyncio.run(patient.answer()) == "awake"


def test_what_the_question_raises_is_raised_to_whoever_asks() -> None:
    def fails() -> None:
        raise KeyError("gone")

    with pytest.raises(KeyError):
        asyncio.run(Patient(fails, name="fails", seconds=5).answer())
