"""Whatever goes wrong below /api/v1 is told as problem+json, with bounds on how often one may ask."""

import asyncio
from datetime import datetime
from pathlib import Path

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.testing import capture_logs

from config.asgi import application
from feeds.web.api.app import Api
from feeds.web.api.buckets import Buckets, Rate
from feeds.web.api.call import Office
from feeds.web.api.gate import ApiOptions
from tests.api.program import RELEASE, Program, demand_problem, program, read, stranger
from tests.web.browser import Browser
from tests.web.conftest import Site


@pytest.mark.parametrize(
    "path", ["/nowhere", "/articles/x", "/articles/-1", "/articles/0", "/articles/1/nothing", "/media"]
)
def test_an_address_that_is_none_is_a_404_or_405_for_a_program(site: Site, path: str) -> None:
    demand_problem(stranger(site).get(path), 405 if path == "/media" else 404)


@pytest.mark.parametrize("number", ["9" * 15, "9007199254740992", "9" * 30, "9" * 4000])
def test_a_number_that_no_article_can_have_is_a_404(site: Site, number: str) -> None:
    demand_problem(stranger(site).get(f"/articles/{number}"), 404)


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/articles", "GET, HEAD, OPTIONS, POST"),
        ("/articles/1", "DELETE, GET, HEAD, OPTIONS, PATCH"),
        ("/articles/1/approval", "DELETE, OPTIONS, POST"),
        ("/media", "OPTIONS, POST"),
    ],
)
@pytest.mark.parametrize("method", ["PUT", "TRACE", "CONNECT", "FOO"])
def test_b68_allow_names_every_method_that_the_address_takes(
    cms: Program, path: str, allowed: str, method: str
) -> None:
    answer = cms.ask(method, path)
    demand_problem(answer, 405)
    assert answer.headers["allow"] == allowed


@pytest.mark.parametrize(
    ("target", "status"),
    [("/api/v1/%00", 400), ("/api/v1/%ff", 400), ("/api/v1/articles?q=%00", 400), ("/api/v1/" + "x" * 5000, 414)],
)
def test_what_the_guard_turns_away_is_told_to_a_program_too(site: Site, target: str, status: int) -> None:
    demand_problem(site.browser.get(target), status)


def test_b67_a_request_of_two_lengths_is_a_problem(site: Site) -> None:
    headers = [("content-length", "3"), ("transfer-encoding", "chunked")]
    demand_problem(site.browser.ask("POST", "/api/v1/articles", headers=headers, body=b"a=b"), 400)


def test_a_request_that_ends_within_its_body_is_refused(site: Site, cms: Program) -> None:
    headers = [("authorization", f"Bearer {cms.token}"), ("content-type", "application/json")]
    demand_problem(site.browser.ask("POST", "/api/v1/articles", headers=headers, body=b'{"ti', ends=False), 400)


def test_f47_a_damaged_database_is_a_503_that_says_when_to_come_back(site: Site, cms: Program) -> None:
    path = Path(site.database.url.database or "")
    site.database.close()
    for name in ("-wal", "-shm"):
        path.with_name(path.name + name).unlink(missing_ok=True)
    path.write_bytes(b"this is no database" * 500)
    for answer in (stranger(site).get("/articles"), cms.get("/articles"), cms.post("/articles", RELEASE)):
        demand_problem(answer, 503)
        assert int(answer.headers["retry-after"]) > 0
        assert str(path) not in answer.text
    assert stranger(site).get("/divisions").status == 200


def test_a_mistake_of_ours_is_a_500_without_a_trace_and_one_line_in_the_log(site: Site) -> None:
    def slip() -> datetime:
        raise RuntimeError("a slip in /opt/secret/module.py")

    parts = site.parts
    office = Office(parts.database, parts.newsroom, parts.desk, parts.media, parts.words, slip)
    parts.api = Api(office, parts.chrome, ApiOptions())
    broken = Program(Browser(application(parts)))
    with capture_logs() as lines:
        answer = broken.get("/articles")
    demand_problem(answer, 500)
    assert "slip" not in answer.text
    assert [line["event"] for line in lines if line["log_level"] == "error"] == ["request.broken"]


def _limited(site: Site, **rates: Rate) -> Browser:
    site.parts.__dict__.pop("api", None)
    site.parts.api_options = ApiOptions(**rates)  # type: ignore[arg-type]
    return Browser(application(site.parts))


def test_a_token_may_ask_so_often_and_is_told_how_often(site: Site) -> None:
    text = program(site).token
    limited = Program(_limited(site, reads=Rate("reads", 3), writes=Rate("writes", 1)), text)
    reads = [limited.get("/articles") for _ in range(4)]
    assert [one.status for one in reads] == [200, 200, 200, 429]
    assert [one.headers["ratelimit"].split(";")[1] for one in reads] == ["r=2", "r=1", "r=0", "r=0"]
    assert {one.headers["ratelimit-policy"] for one in reads} == {'"reads";q=3;w=60'}
    told = demand_problem(reads[-1], 429)
    assert told["type"] == "/api/v1#problem-too-many"
    assert reads[-1].headers["retry-after"] == "20"
    assert [limited.post("/articles", RELEASE).status for _ in range(2)] == [201, 429]
    site.clock.forward(seconds=20)
    assert [limited.get("/articles").status for _ in range(2)] == [200, 429]


def test_strangers_of_one_network_share_their_allowance(site: Site) -> None:
    limited = Program(_limited(site, strangers=Rate("public", 2)))
    assert [limited.get("/divisions").status for _ in range(3)] == [200, 200, 429]


def test_b30_wrong_tokens_are_tried_so_often_and_good_ones_beside_them_go_on(site: Site) -> None:
    text = program(site).token
    browser = _limited(site, failures=Rate("failures", 3))
    wrong = Program(browser, f"cw_1_{'A' * 43}")
    assert [wrong.get("/articles").status for _ in range(4)] == [401, 401, 401, 429]
    assert Program(browser, text).get("/articles").status == 200
    assert Program(browser).get("/articles").status == 200
    site.clock.forward(seconds=20)
    assert wrong.get("/articles").status == 401


def test_a_bucket_fills_again_step_by_step_and_never_over() -> None:
    buckets = Buckets(Rate("reads", 3, 60))
    assert [buckets.take("a", 0.0).granted for _ in range(4)] == [True, True, True, False]
    assert buckets.take("b", 0.0).remaining == 2
    assert not buckets.take("a", 19.9).granted
    assert buckets.take("a", 20.0).granted
    assert buckets.take("a", 10_000.0).remaining == 2


def test_a_clock_that_goes_back_takes_nothing_away_for_long() -> None:
    buckets = Buckets(Rate("reads", 2, 60))
    for _ in range(3):
        buckets.take("a", 10_000.0)
    assert buckets.take("a", 0.0).reset <= 60
    assert buckets.take("a", 60.0).granted


def test_only_so_many_callers_are_remembered() -> None:
    buckets = Buckets(Rate("reads", 1, 60), most=10)
    for caller in range(1000):
        buckets.take(caller, 0.0)
    assert len(buckets._full_at) == 10
    assert not buckets.take(999, 0.0).granted


def test_a_body_is_not_waited_for_from_a_stranger(site: Site) -> None:
    """What nobody may send is refused before it has arrived."""
    asked = 0

    async def receive() -> Message:
        nonlocal asked
        asked += 1
        return {"type": "http.request", "body": b"x" * 1000, "more_body": True}

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    scope = site.browser._scope("POST", "/api/v1/articles", [("content-type", "application/json")])
    asyncio.run(_asked(site.browser.app, scope, receive, send))
    assert (sent[0]["status"], asked) == (401, 0)


def test_a_body_that_takes_too_long_is_a_408(site: Site) -> None:
    text = program(site).token
    site.parts.__dict__.pop("api", None)
    site.parts.api_options = ApiOptions(body_seconds=0.01)
    app = application(site.parts)
    headers = [("authorization", f"Bearer {text}"), ("content-type", "application/json")]
    sent: list[Message] = []

    async def receive() -> Message:
        await asyncio.sleep(60)
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(_asked(app, site.browser._scope("POST", "/api/v1/articles", headers), receive, send))
    assert sent[0]["status"] == 408


async def _asked(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    await app(scope, receive, send)


def test_no_token_is_in_the_log(site: Site, cms: Program) -> None:
    with capture_logs() as lines:
        cms.create()
        cms.get("/articles", authorization=f"Bearer {cms.token}x")
        cms.get("/nowhere")
    assert cms.token is not None
    assert lines
    assert cms.token[5:] not in repr(lines)
    assert read(cms.get("/articles"))["articles"] == []
