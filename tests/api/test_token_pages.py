"""The newsroom's page of tokens: operators make them, see them once, and revoke them."""

import re

import pytest

from feeds.staff import Right, Role
from tests.api.program import Program
from tests.web.conftest import Site
from tests.web.newsroom import Staff, signed_in

SOUND = [("name", "city website"), ("division", "environment"), ("scope", "read"), ("scope", "write"), ("days", "90")]


@pytest.fixture
def operator(site: Site) -> Staff:
    return signed_in(site, "operator", role=Role.OPERATOR)


def _without(name: str, *more: tuple[str, str]) -> list[tuple[str, str]]:
    return [*(pair for pair in SOUND if pair[0] != name), *more]


def test_a_token_is_shown_once_and_works(site: Site, operator: Staff) -> None:
    answer = operator.post("/newsroom/tokens", SOUND)
    found = re.search(r"cw_\d+_[\w-]{43}", answer.text)
    assert (answer.status, answer.headers["cache-control"]) == (200, "no-store")
    assert found is not None
    cms = Program(site.browser, found[0])
    assert cms.create()["division"] == "climate"
    page = operator.get("/newsroom/tokens")
    assert "city website" in page.text
    assert found[0][5:] not in page.text
    (token,) = site.parts.programs.known()
    assert (token.created_by, token.scopes, token.divisions) == (
        "operator",
        {Right.READ, Right.WRITE},
        ("environment",),
    )
    assert token.expires_at is not None
    assert (token.expires_at - site.clock()).days == 90


def test_a_token_may_be_for_every_division_and_last_until_it_is_revoked(site: Site, operator: Staff) -> None:
    operator.post("/newsroom/tokens", [("name", "wire"), ("every", "yes"), ("scope", "publish"), ("days", "0")])
    (token,) = site.parts.programs.known()
    assert (token.divisions, token.expires_at) == (None, None)


def test_a_revoked_token_stays_on_the_page_and_opens_nothing(site: Site, operator: Staff) -> None:
    found = re.search(r"cw_\d+_[\w-]{43}", operator.post("/newsroom/tokens", SOUND).text)
    assert found is not None
    answer = operator.post("/newsroom/tokens/1/revoke")
    assert (answer.status, answer.headers["location"]) == (303, "/newsroom/tokens?done=revoked#done")
    page = operator.get("/newsroom/tokens?done=revoked").text
    assert "Revoked" in page
    assert "/newsroom/tokens/1/revoke" not in page
    assert Program(site.browser, found[0]).get("/articles").status == 401


@pytest.mark.parametrize(
    "fields",
    [
        _without("name", ("name", " ")),
        _without("name", ("name", "x" * 61)),
        _without("division"),
        _without("scope"),
        _without("days", ("days", "")),
        _without("days", ("days", "4000")),
    ],
)
def test_a_form_that_cannot_be_is_shown_again_with_what_was_written(
    site: Site, operator: Staff, fields: list[tuple[str, str]]
) -> None:
    answer = operator.post("/newsroom/tokens", fields)
    assert answer.status == 422
    assert 'role="alert"' in answer.text
    for name, value in fields:
        if name == "scope":
            assert f'name="scope" value="{value}" checked' in answer.text
    assert not site.parts.programs.known()


def test_a_name_is_taken_for_good(site: Site, operator: Staff) -> None:
    operator.post("/newsroom/tokens", SOUND)
    operator.post("/newsroom/tokens/1/revoke")
    assert operator.post("/newsroom/tokens", SOUND).status == 422


@pytest.mark.parametrize("fields", [_without("scope", ("scope", "all")), _without("division", ("division", "nowhere"))])
def test_what_no_form_of_ours_offers_is_not_found(site: Site, operator: Staff, fields: list[tuple[str, str]]) -> None:
    assert operator.post("/newsroom/tokens", fields).status == 404


@pytest.mark.parametrize("number", ["99", "9" * 30])
def test_a_token_that_there_is_not_cannot_be_revoked(operator: Staff, number: str) -> None:
    assert operator.post(f"/newsroom/tokens/{number}/revoke").status == 404


@pytest.mark.parametrize("role", [Role.EDITOR, Role.CHIEF])
def test_only_operators_see_tokens(site: Site, role: Role) -> None:
    someone = signed_in(site, "someone", role=role)
    assert someone.get("/newsroom/tokens").status == 403
    assert someone.post("/newsroom/tokens", SOUND).status == 403
    assert someone.post("/newsroom/tokens/1/revoke").status == 403
    assert site.browser.get("/newsroom/tokens").status == 303
    assert not site.parts.programs.known()


def test_a_name_with_markup_is_shown_as_it_was_written(operator: Staff) -> None:
    operator.post("/newsroom/tokens", _without("name", ("name", '<b onclick="x">&amp;')))
    page = operator.get("/newsroom/tokens").text
    assert "<b onclick" not in page
    assert "&lt;b onclick=&#34;x&#34;&gt;&amp;amp;" in page


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_page_about_the_api_tells_every_operation(site: Site, language: str) -> None:
    page = site.browser.get(f"/api/v1?lang={language}")
    assert page.status == 200
    for path, methods in site.parts.api.document["paths"].items():
        assert page.text.count(f"<code>{path}</code>") == len(methods)
    for method in ("GET", "POST", "PATCH", "DELETE"):
        assert f'<code class="method">{method}</code>' in page.text
    assert 'id="problem-stale"' in page.text
    assert "<script" not in page.text
