"""The examples of docs/reference/api.md, run one after the other as they stand there."""

import io
import json
import re
from dataclasses import dataclass
from typing import Any

from PIL import Image

from feeds.staff import Right
from feeds.store import api_tokens
from tests.api.program import Program, program, read
from tests.house.sources import ROOT
from tests.web.browser import Answer
from tests.web.conftest import Site

PAGE = (ROOT / "docs" / "reference" / "api.md").read_text(encoding="utf-8")
_EXAMPLE = re.compile(r"^```http\n(.*?)^```$", re.M | re.S)
_STATUS = re.compile(r"^(\d{3}) (.+)$", re.M)
_WRITTEN_TOKEN = "cw_1_…"


@dataclass(frozen=True, slots=True)
class Example:
    """A request, and what its answer is said to hold."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    status: int
    reason: str
    told: dict[str, str]
    fields: dict[str, Any]


def _examples() -> list[Example]:
    return [_example(text) for text in _EXAMPLE.findall(PAGE)]


def _example(text: str) -> Example:
    found = _STATUS.search(text)
    assert found is not None, text
    asked, answered = text[: found.start()], text[found.end() :]
    head, _, body = asked.strip().partition("\n\n")
    first, *lines = head.splitlines()
    method, target = first.split(" ")
    told, _, fields = answered.strip("\n").partition("\n\n") if not answered.startswith("\n\n") else ("", "", answered)
    return Example(
        method=method,
        target=target,
        headers=dict(line.split(": ", 1) for line in lines),
        body=_bytes(body.strip()),
        status=int(found[1]),
        reason=found[2],
        told=dict(line.split(": ", 1) for line in told.splitlines() if line),
        fields=json.loads(fields),
    )


def _bytes(body: str) -> bytes:
    if not body.startswith("@"):
        return body.encode()
    written = io.BytesIO()
    Image.linear_gradient("L").resize((800, 600)).save(written, "PNG")
    return written.getvalue()


def _ask(site: Site, token: str, example: Example) -> Answer:
    headers = [(name, value.replace(_WRITTEN_TOKEN, token)) for name, value in example.headers.items()]
    return site.browser.ask(example.method, example.target, headers=headers, body=example.body)


def _holds(given: object, said: object) -> bool:
    """Whether an answer says everything that an example says, and maybe more."""
    if isinstance(said, dict):
        return isinstance(given, dict) and all(name in given and _holds(given[name], said[name]) for name in said)
    if isinstance(said, list):
        return isinstance(given, list) and len(given) == len(said) and all(map(_holds, given, said))
    return given == said


def test_every_example_is_answered_as_the_reference_says(site: Site) -> None:
    token = program(site, "city website").token
    assert token is not None
    examples = _examples()
    assert len(examples) > 8
    for example in examples:
        answer = _ask(site, token, example)
        where = f"{example.method} {example.target}: {answer.status} {answer.text}"
        assert answer.status == example.status, where
        assert {name: answer.headers.get(name.lower()) for name in example.told} == example.told, where
        assert _holds(read(answer), example.fields), where


def test_the_command_that_makes_a_token_makes_one_that_may_do_all_this(site: Site) -> None:
    (command,) = re.findall(r"^\$ civicwire tokens add (.*)$", PAGE, re.M)
    assert set(re.findall(r"--scope (\w+)", command)) == set(Right)
    assert program(site, "city website").token is not None
    with site.database.read() as session:
        (token,) = api_tokens.known(session)
    assert f'"{token.name}" --division environment' in command


def test_the_reference_tells_the_bounds_that_hold(site: Site, cms: Program) -> None:
    options = site.parts.api_options
    assert f"{options.reads.count} reads and {options.writes.count} changes a minute" in PAGE
    assert f"{options.strangers.count} reads a minute; {options.failures.count} wrong tokens a minute" in PAGE
    assert cms.get("/articles").headers["ratelimit-policy"] == f'"reads";q={options.reads.count};w=60'
