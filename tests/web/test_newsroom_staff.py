"""The accounts on their pages: operators alone, one password shown once, and everything on record."""

import pytest

from feeds.staff import Right, Role
from feeds.store import api_tokens, audit, staff
from tests.web.conftest import Site
from tests.web.newsroom import Staff, employ, signed_in

PAGES = ["/newsroom/staff", "/newsroom/staff/1"]


@pytest.fixture
def operator(site: Site) -> Staff:
    return signed_in(site, "operator-a", role=Role.OPERATOR)


def _deeds(site: Site) -> list[tuple[str, str, str | None]]:
    with site.database.read() as session:
        return [(one.actor, one.action, one.subject) for one in reversed(audit.entries(session))]


def test_an_operator_gives_an_account_and_hands_its_password_over(site: Site, operator: Staff) -> None:
    fields = [("name", "Water.Editor"), ("role", "editor"), ("division", "water"), ("division", "climate")]
    answer = operator.post("/newsroom/staff", fields)
    assert answer.status == 200
    assert answer.headers["cache-control"] == "no-store"
    password = answer.between("<code>", "</code>")
    assert ("operator-a", "staff_add", "water.editor") in _deeds(site)
    page = operator.get("/newsroom/staff").text
    assert "Climate, Water" in page
    assert "Waits for the first sign-in" in page
    assert password not in page
    new = Staff(site.browser)
    assert new.sign_in("water.editor", password).status == 303
    assert new.get("/newsroom/audit").headers["location"].startswith("/newsroom/password")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ([("name", "two words"), ("role", "chief")], "This cannot be a name"),
        ([("name", "<b>x</b>"), ("role", "chief")], "This cannot be a name"),
        ([("name", ""), ("role", "chief")], "This cannot be a name"),
        ([("name", "OPERATOR-A"), ("role", "chief")], "Somebody has this name already"),
        ([("name", "editor-a"), ("role", "editor")], "An editor needs at least one division"),
    ],
)
def test_an_account_that_cannot_be_is_said_and_what_was_entered_stays(
    site: Site, operator: Staff, fields: list[tuple[str, str]], said: str
) -> None:
    answer = operator.post("/newsroom/staff", fields)
    assert answer.status == 422
    assert said in answer.text
    assert answer.between('id="name" name="name" value="', '"') == dict(fields)["name"]
    assert f'value="{dict(fields)["role"]}" checked' in answer.text
    with site.database.read() as session:
        assert len(staff.everyone(session)) == 1


@pytest.mark.parametrize("fields", [{"role": "king"}, {"role": "editor", "division": "nowhere"}])
def test_what_no_form_of_ours_offers_is_not_there(site: Site, operator: Staff, fields: dict[str, str]) -> None:
    assert operator.post("/newsroom/staff", {"name": "editor-a"} | fields).status == 404
    with site.database.read() as session:
        assert len(staff.everyone(session)) == 1


def test_b92_another_role_ends_the_stays_of_its_person_at_once(site: Site, operator: Staff) -> None:
    member = signed_in(site, "editor-a", role=Role.EDITOR)
    assert member.get("/newsroom/audit").status == 200
    answer = operator.post("/newsroom/staff/2", {"action": "change", "role": "chief"})
    assert (answer.status, answer.headers["location"]) == (303, "/newsroom/staff/2?done=changed#done")
    assert "It is saved." in operator.get("/newsroom/staff/2?done=changed").text
    assert member.get("/newsroom/audit").status == 303
    member.sign_in("editor-a", member.password)
    assert member.get("/newsroom/topics").status == 200


def test_b92_a_closed_account_is_shut_at_once_and_opens_again(site: Site, operator: Staff) -> None:
    member = signed_in(site, "editor-a", role=Role.EDITOR)
    operator.post("/newsroom/staff/2", {"action": "close"})
    assert member.get("/newsroom/audit").status == 303
    assert member.sign_in("editor-a", member.password).status == 422
    assert "Open the account again" in operator.get("/newsroom/staff/2?done=closed").text
    operator.post("/newsroom/staff/2", {"action": "reopen"})
    assert member.sign_in("editor-a", member.password).status == 303


def test_b92_a_new_password_ends_the_stays_of_its_person(site: Site, operator: Staff) -> None:
    member = signed_in(site, "editor-a", role=Role.EDITOR)
    password = operator.post("/newsroom/staff/2", {"action": "reset"}).between("<code>", "</code>")
    assert member.get("/newsroom/audit").status == 303
    assert member.sign_in("editor-a", member.password).status == 422
    assert member.sign_in("editor-a", password).status == 303
    assert password not in str(_deeds(site))


@pytest.mark.parametrize("fields", [{"action": "close"}, {"action": "change", "role": "chief"}])
def test_the_last_operator_cannot_take_the_office_away(site: Site, operator: Staff, fields: dict[str, str]) -> None:
    answer = operator.post("/newsroom/staff/1", fields)
    assert answer.status == 422
    assert "This is the last operator." in answer.text
    assert operator.get("/newsroom/staff").status == 200


@pytest.mark.parametrize("number", ["999", "0", "99999999999999999999999999"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_somebody_there_is_not_is_a_page_that_says_so(operator: Staff, number: str, method: str) -> None:
    assert getattr(operator, method)(f"/newsroom/staff/{number}").status == 404


@pytest.mark.parametrize("role", [Role.EDITOR, Role.CHIEF])
@pytest.mark.parametrize("path", PAGES)
def test_b94_accounts_are_kept_by_operators_alone(site: Site, role: Role, path: str) -> None:
    member = signed_in(site, "somebody", role=role)
    before = site.dump()["staff"]
    assert member.get(path).status == 403
    assert member.post(path, {"name": "friend", "role": "operator", "action": "change"}).status == 403
    assert site.dump()["staff"] == before
    assert [one for one in _deeds(site) if one[1] == "forbidden"] == [
        ("somebody", "forbidden", f"GET {path}"),
        ("somebody", "forbidden", f"POST {path}"),
    ]


@pytest.mark.parametrize("path", PAGES)
def test_b93_accounts_are_not_changed_from_another_site(site: Site, operator: Staff, path: str) -> None:
    before = site.dump()["staff"]
    fields = {"name": "thief", "role": "operator", "action": "close"}
    assert operator.post(path, fields, origin="https://evil.example", sec_fetch_site="cross-site").status == 403
    assert operator.post(path, fields, proof="").status == 403
    assert site.dump()["staff"] == before


def test_accounts_are_listed_in_korean_too(site: Site) -> None:
    employ(site, "editor-a", role=Role.EDITOR, divisions=("water",))
    page = signed_in(site, "operator-a", role=Role.OPERATOR, language="ko").get("/newsroom/staff").text
    assert "편집자" in page
    assert "물과" in page


def test_whoever_closes_an_account_is_told_of_the_tokens_that_its_owner_made(site: Site, operator: Staff) -> None:
    leaving, _ = employ(site, "operator-b", role=Role.OPERATOR)
    with site.database.write() as session:
        for name, by in (("cms", leaving.name), ("old", leaving.name), ("weather", "operator-a")):
            made, _ = api_tokens.add(session, name, divisions=None, scopes=[Right.READ], now=site.clock(), by=by)
            if name == "old":
                api_tokens.revoke(session, made.id, site.clock())
    page = operator.get(f"/newsroom/staff/{leaving.id}").text
    assert "Programs go on with tokens that they made: cms." in page
    assert "Programs go on" not in operator.get(f"/newsroom/staff/{leaving.id + 100}").text
