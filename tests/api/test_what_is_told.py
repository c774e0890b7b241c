"""What a program is told of what it changed: no more than its scopes and divisions show it."""

import pytest

from feeds.staff import Right
from feeds.web.api.answers import Receipt
from tests.api.program import RELEASE, Program, demand_problem, program, read, stranger, tag
from tests.web.conftest import Site

NO_READING = tuple(right for right in Right if right is not Right.READ)
HIDDEN = "The mayor resigns."
_KEY = "a-key"


def _blind(site: Site) -> Program:
    return program(site, "blind", scopes=NO_READING)


def test_a_token_that_may_not_read_gets_a_receipt_of_what_it_wrote(site: Site) -> None:
    answer = _blind(site).post("/articles", RELEASE)
    told = read(answer)
    assert set(told) == set(Receipt.model_fields)
    assert (told["state"], told["version"], told["url"]) == ("draft", 1, None)
    assert (answer.headers["etag"], answer.headers["location"]) == (tag(told), f"/api/v1/articles/{told['id']}")


@pytest.mark.parametrize(
    ("method", "path", "body", "is_public"),
    [
        ("PATCH", "", {"title": "New"}, False),
        ("POST", "/publish", {}, False),
        ("POST", "/schedule", {"at": "2026-06-01T00:00:00Z"}, False),
        ("POST", "/approval", {}, False),
        ("DELETE", "/twins", None, False),
        ("POST", "/correct", {"note": "A word.", "title": "Buses run later"}, True),
        ("POST", "/amend", {}, True),
        ("POST", "/withdraw", {"reason": "Wrong."}, True),
    ],
)
def test_a_token_that_may_not_read_is_told_nothing_of_anybodys_text(
    site: Site, cms: Program, method: str, path: str, body: object, is_public: bool
) -> None:
    article = cms.create(markdown=HIDDEN, publish=is_public)
    blind = _blind(site)
    for _ in range(2):  # a repeat is answered from what was kept
        answer = blind.ask(method, f"/articles/{article['id']}{path}", body, if_match="*", idempotency_key=_KEY)
        assert answer.status == 200, answer.text
        assert set(read(answer)) == set(Receipt.model_fields)
        assert "resigns" not in answer.text


def test_a_twin_that_is_a_draft_of_another_division_is_named_to_nobody_but_those_whose_it_is(
    site: Site, cms: Program
) -> None:
    wire = program(site, "wire", divisions=None)
    english = wire.create()
    korean = wire.create(language="ko", title="심야버스 연장", division="transport")
    linked = read(wire.change(english, "/twins", {"article": korean["id"]}))
    assert linked["twins"] == [{"language": "ko", "article": korean["id"]}]
    path = f"/articles/{english['id']}"
    before = cms.get(path)
    edited = cms.ask("PATCH", path, {"title": "Night buses"}, if_match=before.headers["etag"])
    assert (read(before)["twins"], read(edited)["twins"]) == ([], [])
    assert read(wire.get(path))["twins"] == linked["twins"]
    assert cms.get(path, if_none_match=edited.headers["etag"]).status == 304
    wire.ask("POST", f"/articles/{korean['id']}/publish", {}, if_match="*")
    after = cms.get(path, if_none_match=edited.headers["etag"])
    assert (after.status, read(after)["twins"]) == (200, linked["twins"])


@pytest.mark.parametrize(
    ("fields", "kind"),
    [({"urgent": True}, "approval-needed"), ({"markdown": " "}, "not-ready")],
)
@pytest.mark.parametrize("how", [{"publish": True}, {"publish_at": "2026-06-01T00:00:00Z"}])
def test_a_post_that_was_undone_names_no_article(
    site: Site, cms: Program, fields: dict[str, object], kind: str, how: dict[str, object]
) -> None:
    told = demand_problem(cms.post("/articles", RELEASE | fields | how), 409)
    assert told["type"] == f"/api/v1#problem-{kind}"
    assert "nothing was changed" in told["detail"]
    assert not [sign for sign in told["detail"] if sign.isdigit()]
    assert not site.dump()["article"]


KOREAN = {
    "/articles/999": (404, "찾을 수 없음", "999번 보도자료가 없습니다."),
    "/nowhere": (404, "찾을 수 없음", "이 주소에는 아무것도 없습니다."),
    "/articles?division=nowhere": (
        422,
        "요청에 받을 수 없는 값이 있습니다",
        "division: nowhere 부서가 없습니다.",
    ),
    "/articles?limit=x": (422, "요청에 받을 수 없는 값이 있습니다", "limit: 정수여야 합니다."),
}


@pytest.mark.parametrize("path", KOREAN)
@pytest.mark.parametrize("accepted", ["ko", "ko-KR,ko;q=0.9,en;q=0.8", "fr, ko;q=0.5", "en;q=0.1, ko"])
def test_a_problem_is_told_in_the_language_that_the_program_prefers(site: Site, path: str, accepted: str) -> None:
    answer = stranger(site).get(path, accept_language=accepted)
    english = stranger(site).get(path)
    told, plain = demand_problem(answer, KOREAN[path][0]), demand_problem(english, KOREAN[path][0])
    assert (told["title"], told["detail"]) == KOREAN[path][1:]
    assert (answer.headers["content-language"], english.headers["content-language"]) == ("ko", "en")
    assert answer.headers["vary"] == english.headers["vary"] == "Authorization, Accept-Language"
    assert (told["type"], [one["field"] for one in told.get("errors", ())]) == (
        plain["type"],
        [one["field"] for one in plain.get("errors", ())],
    )


@pytest.mark.parametrize("accepted", ["", "fr", "*", "xx;q=x, ;;", "ko;q=0", "\xff"])
def test_a_program_that_prefers_no_language_of_ours_is_told_in_english(site: Site, accepted: str) -> None:
    answer = stranger(site).get("/articles/999", accept_language=accepted)
    assert (demand_problem(answer, 404)["title"], answer.headers["content-language"]) == ("Not Found", "en")


def test_a_problem_for_which_there_are_no_words_is_told_in_english_whole(site: Site, cms: Program) -> None:
    roads = program(site, "roads", divisions=("transport",))
    answer = roads.post("/articles", RELEASE, accept_language="ko")
    told = demand_problem(answer, 403)
    assert (told["title"], answer.headers["content-language"]) == ("Forbidden", "en")
    assert told["detail"] == "Token roads does not write for the division climate."


def test_every_refusal_on_the_way_to_an_operation_is_told_in_korean_too(site: Site, cms: Program) -> None:
    article = cms.create()
    path = f"/articles/{article['id']}"
    answers = [
        stranger(site).post("/articles", RELEASE, accept_language="ko"),
        cms.get("/articles", authorization="Bearer x", accept_language="ko"),
        cms.post("/articles", b"{", accept_language="ko"),
        cms.post("/articles", b"\xff", accept_language="ko"),
        cms.post("/articles", RELEASE, content_type="text/plain", accept_language="ko"),
        cms.post("/articles", RELEASE | {"title": ""}, accept_language="ko"),
        cms.post("/articles", RELEASE | {"publish_at": "tomorrow"}, accept_language="ko"),
        cms.post("/articles", RELEASE | {"publish_at": "2020-01-01T00:00:00Z"}, accept_language="ko"),
        cms.post("/articles", RELEASE | {"urgent": True, "publish": True}, accept_language="ko"),
        cms.post("/articles", RELEASE | {"markdown": "", "publish": True}, accept_language="ko"),
        cms.post("/articles", RELEASE, idempotency_key='"', accept_language="ko"),
        cms.ask("PATCH", path, {}, accept_language="ko"),
        cms.ask("PATCH", path, {}, if_match='"1-9"', accept_language="ko"),
        cms.ask("PUT", path, accept_language="ko"),
        stranger(site).get("/articles?state=draft", accept_language="ko"),
        site.browser.ask("GET", "/api/v1/%00", headers=[("accept-language", "ko")]),
    ]
    for answer in answers:
        told = demand_problem(answer, answer.status)
        assert answer.headers["content-language"] == "ko", told
        assert told["detail"].strip()
        assert any("가" <= sign <= "힣" for sign in told["detail"]), told
    assert [one.status for one in answers] == [
        401,
        401,
        400,
        400,
        415,
        *[422] * 3,
        409,
        409,
        400,
        428,
        412,
        405,
        401,
        400,
    ]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("language", "Korean!", "This is no language tag: write it as en or ko."),
        (
            "division",
            "Climate Policy",
            "A name here has small letters a to z, digits and hyphens only, as climate-policy.",
        ),
        ("licence", "CC BY", "The name of a licence has letters, digits, full stops and hyphens only, as KOGL-1."),
    ],
)
def test_what_is_of_another_form_is_told_in_a_sentence_and_not_by_an_expression(
    cms: Program, field: str, value: str, said: str
) -> None:
    told = demand_problem(cms.post("/articles", RELEASE | {field: value}), 422)
    assert {"field": field, "detail": said} in told["errors"]
    assert "[" not in told["detail"]
