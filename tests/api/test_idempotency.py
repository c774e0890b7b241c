"""A request with a key is done once, whatever becomes of the connection (draft-ietf-httpapi-idempotency-key-header)."""

import asyncio
import json
import multiprocessing
import os
import signal
import sqlite3
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from starlette.types import Message

from config.settings import Settings
from feeds.staff import Right
from feeds.store import api_tokens, changes, desk_list, idempotency, tidying
from feeds.store.database import Database
from tests.api.program import RELEASE, Program, demand_problem, program, read, tag
from tests.builders import BASE_URL, NOW, SECRET, Hands, small_city
from tests.web.browser import Answer
from tests.web.conftest import Site, make_site

KEY = "8e03978e-40d5-43dd-bc93-6894a57f9324"


def test_b31_the_same_request_again_gets_the_first_answer_again(site: Site, cms: Program) -> None:
    first = cms.post("/articles", RELEASE | {"publish": True}, idempotency_key=KEY)
    site.clock.forward(hours=1)
    again = cms.post("/articles", RELEASE | {"publish": True}, idempotency_key=f'"{KEY}"')
    assert (again.status, again.body) == (first.status, first.body) == (201, first.body)
    assert [again.headers[name] for name in ("etag", "location")] == [
        first.headers[name] for name in ("etag", "location")
    ]
    assert ("idempotent-replayed" in first.headers, again.headers["idempotent-replayed"]) == (False, "true")
    with site.database.read() as session:
        assert (len(desk_list.listing(session)), changes.head(session)) == (1, 1)


@pytest.mark.parametrize("other", ["body", "path", "method", "query"])
def test_b31_the_same_key_for_another_request_is_refused(site: Site, cms: Program, other: str) -> None:
    article = cms.create()
    path = f"/articles/{article['id']}"
    body = {"title": "New"}
    assert cms.ask("PATCH", path, body, idempotency_key=KEY, if_match="*").status == 200
    before = site.dump()
    method, path, body = {
        "body": ("PATCH", path, {"title": "Newer"}),
        "path": ("PATCH", f"/articles/{cms.create()['id']}", body),
        "method": ("DELETE", path, body),
        "query": ("PATCH", f"{path}?x=1", body),
    }[other]
    before = site.dump()
    told = demand_problem(cms.ask(method, path, body, idempotency_key=KEY, if_match="*"), 422)
    assert told["type"] == "/api/v1#problem-key-used"
    assert site.dump()["article"] == before["article"]


def test_b31_keys_of_two_tokens_have_nothing_to_do_with_each_other(site: Site, cms: Program) -> None:
    other = program(site, "wire", divisions=None)
    first = cms.post("/articles", RELEASE, idempotency_key=KEY)
    second = other.post("/articles", RELEASE | {"title": "Another"}, idempotency_key=KEY)
    assert (second.status, read(second)["id"]) == (201, read(first)["id"] + 1)


def test_what_was_refused_is_judged_anew(cms: Program) -> None:
    wrong = RELEASE | {"title": " "}
    demand_problem(cms.post("/articles", wrong, idempotency_key=KEY), 422)
    assert cms.post("/articles", RELEASE, idempotency_key=KEY).status == 201


def test_a_change_that_was_done_is_answered_again_though_its_version_is_old_now(cms: Program) -> None:
    article = cms.create()
    done = cms.change(article, "/publish", {}, idempotency_key=KEY)
    again = cms.change(article, "/publish", {}, idempotency_key=KEY)
    looked = cms.change(read(done), "/publish", {}, idempotency_key=KEY)
    assert [one.status for one in (done, again, looked)] == [200, 200, 200]
    assert done.body == again.body == looked.body
    demand_problem(cms.change(article, "/publish", {}), 412)


def test_a_destroyed_draft_is_answered_again_too(cms: Program) -> None:
    article = cms.create()
    for _ in range(2):
        assert cms.ask("DELETE", f"/articles/{article['id']}", if_match=tag(article), idempotency_key=KEY).status == 204


@pytest.mark.parametrize("key", ["", '""', '"', '"a', 'a"b', "x" * 256, "k\xe9y", "a\tb"])
def test_what_cannot_be_a_key_is_refused(cms: Program, key: str) -> None:
    demand_problem(cms.post("/articles", RELEASE, idempotency_key=key), 400)


def test_f50_an_answer_that_never_arrived_is_given_when_the_program_asks_again(site: Site, cms: Program) -> None:
    asked = RELEASE | {"publish": True}
    _ask_and_lose_the_answer(cms, asked)
    again = cms.post("/articles", asked, idempotency_key=KEY)
    assert (again.status, again.headers["idempotent-replayed"]) == (201, "true")
    with site.database.read() as session:
        assert (len(desk_list.listing(session)), changes.head(session)) == (1, 1)


def _gone() -> None:
    raise OSError("the peer is gone")


def _ask_and_lose_the_answer(cms: Program, asked: dict[str, object], lose: Callable[[], None] = _gone) -> None:
    """The request arrives and is carried out; the connection, or the process, is gone before the answer."""
    scope = cms.browser._scope(
        "POST",
        "/api/v1/articles",
        [
            ("authorization", f"Bearer {cms.token}"),
            ("content-type", "application/json"),
            ("idempotency-key", KEY),
        ],
    )
    body = json.dumps(asked).encode()
    arriving: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return arriving.pop(0) if arriving else {"type": "http.disconnect"}

    async def send(_message: Message) -> None:
        lose()

    asyncio.run(_whole(cms.browser.app(scope, receive, send)))


async def _whole(asked: Awaitable[None]) -> None:
    await asked


def test_f50_a_transaction_that_failed_left_nothing_and_can_be_asked_for_again(site: Site, cms: Program) -> None:
    path = site.database.url.database or ""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TRIGGER no_change BEFORE INSERT ON change BEGIN SELECT raise(FAIL, 'no'); END")
        connection.commit()
    asked = RELEASE | {"publish": True}
    failed = cms.post("/articles", asked, idempotency_key=KEY)
    demand_problem(failed, 409)
    with site.database.read() as session:
        assert not desk_list.listing(session)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TRIGGER no_change")
        connection.commit()
    again = cms.post("/articles", asked, idempotency_key=KEY)
    assert (again.status, "idempotent-replayed" in again.headers) == (201, False)


def _at_once(*asks: Callable[[], Answer]) -> list[Answer]:
    """Several requests that all begin at the same moment."""
    ready = threading.Barrier(len(asks))
    answers: list[Answer] = []

    def ask(one: Callable[[], Answer]) -> None:
        ready.wait()
        answers.append(one())

    threads = [threading.Thread(target=ask, args=(one,)) for one in asks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_b46_the_same_request_many_times_at_once_is_done_once(either: Site) -> None:
    cms = program(either)
    answers = _at_once(
        *[lambda: cms.post("/articles", RELEASE | {"publish": True}, idempotency_key=KEY) for _ in range(6)]
    )
    assert [one.status for one in answers] == [201] * 6
    assert len({one.body for one in answers}) == 1
    assert sum("idempotent-replayed" in one.headers for one in answers) == 5
    with either.database.read() as session:
        assert (len(desk_list.listing(session)), changes.head(session)) == (1, 1)


def _ask_elsewhere(url: str, token: str, start: str, told: Connection, is_killed: bool) -> None:
    """In a process of its own; one that is killed has committed, and its answer never leaves."""
    site = make_site(Settings(database_url=url, base_url=BASE_URL, secret_key=(SECRET,)), small_city(), Hands())
    asked = RELEASE | {"publish": True}
    told.send("ready")
    while not Path(start).exists():
        time.sleep(0.001)
    if is_killed:
        _ask_and_lose_the_answer(Program(site.browser, token), asked, lose=lambda: os.kill(os.getpid(), signal.SIGKILL))
    answer = Program(site.browser, token).post("/articles", asked, idempotency_key=KEY)
    told.send((answer.status, answer.body))


def test_f50_b46_of_two_processes_at_once_one_is_killed_before_it_answers_and_it_is_done_once(
    either: Site, tmp_path: Path
) -> None:
    token = program(either).token or ""
    context = multiprocessing.get_context("spawn")
    start = tmp_path / "start"
    pipes = [context.Pipe(duplex=False) for _ in range(2)]
    others = [
        context.Process(target=_ask_elsewhere, args=(either.parts.settings.database_url, token, str(start), told, lost))
        for (_, told), lost in zip(pipes, (True, False), strict=True)
    ]
    for other in others:
        other.start()
    assert [heard.recv() for heard, _ in pipes] == ["ready", "ready"]
    start.touch()
    for other in others:
        other.join(60)
    assert [other.exitcode for other in others] == [-signal.SIGKILL, 0]
    status, body = pipes[1][0].recv()
    again = Program(either.browser, token).post("/articles", RELEASE | {"publish": True}, idempotency_key=KEY)
    assert (status, again.status, again.headers["idempotent-replayed"]) == (201, 201, "true")
    assert again.body == body
    with either.database.read() as session:
        assert (len(desk_list.listing(session)), changes.head(session)) == (1, 1)


def test_b46_two_programs_that_publish_at_once_make_one_change(either: Site) -> None:
    cms = program(either)
    article = cms.create()
    answers = _at_once(*[lambda: cms.change(article, "/publish", {}) for _ in range(4)])
    assert sorted(one.status for one in answers) == [200, 412, 412, 412]
    with either.database.read() as session:
        assert changes.head(session) == 1


def test_an_answer_is_kept_for_a_week_and_then_forgotten(database: Database) -> None:
    with database.write() as session:
        token, _ = api_tokens.add(session, "cms", divisions=None, scopes=[Right.READ], now=NOW, by="shell")
        for key, at in (("old", NOW - timedelta(days=7, seconds=1)), ("new", NOW - timedelta(days=7))):
            assert idempotency.claim(session, token.id, key, request_hash="h", now=at) is None
            idempotency.settle(session, token.id, key, status=201, headers={"ETag": '"1-1"'}, body="{}")
        tidying.destroy_expired(session, NOW)
        kept = idempotency.claim(session, token.id, "new", request_hash="h", now=NOW)
        assert idempotency.claim(session, token.id, "old", request_hash="h", now=NOW) is None
    assert kept is not None
    assert (kept.status, kept.headers, kept.body) == (201, {"ETag": '"1-1"'}, "{}")
