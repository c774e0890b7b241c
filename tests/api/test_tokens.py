"""Who asks: tokens of certain divisions with certain scopes, kept as hashes, and what happens to wrong ones."""

import sqlite3
import sys
from contextlib import closing
from datetime import timedelta
from types import FrameType

import pytest
from sqlalchemy import event

from feeds.access.programs import TokenRefused
from feeds.errors import NotFound
from feeds.staff import Right
from feeds.store import api_tokens, audit
from feeds.store.database import Database, Session
from tests.api.program import RELEASE, Program, demand_problem, program, read, stranger, tag
from tests.builders import NOW
from tests.web.conftest import Site

WRONG = [
    "",
    "Bearer",
    "Bearer ",
    "Bearer x",
    "Bearer cw_1_" + "A" * 43,
    "Bearer cw_999_" + "A" * 43,
    "Bearer cw_0_" + "A" * 43,
    "Bearer cw_-1_" + "A" * 43,
    "Bearer cw_" + "9" * 40 + "_" + "A" * 43,
    "Bearer cw_١_" + "A" * 43,
    "Bearer " + "x" * 30_000,
    "Bearer \xff\xfe",
    "Basic {token}",
    "{token}",
    "Bearer {token} {token}",
    "Bearer {token}x",
    "Bearer {shorter}",
    "Bearer {other}",
]


def test_the_database_keeps_no_token(site: Site, cms: Program) -> None:
    assert cms.token is not None
    secret = cms.token.rpartition("_")[2] if "_" not in cms.token[-43:] else cms.token[-43:]
    cms.create()
    assert secret not in repr(site.dump())


@pytest.mark.parametrize("header", WRONG)
@pytest.mark.parametrize("path", ["/articles", "/divisions"])
def test_b30_a_wrong_token_opens_nothing_not_even_what_is_public(
    site: Site, cms: Program, header: str, path: str
) -> None:
    token = cms.token or ""
    last = "B" if token[-1] == "A" else "A"
    given = header.replace("{token}", token).replace("{shorter}", token[:-1]).replace("{other}", token[:-1] + last)
    given = given.encode().decode("latin-1") if not given.isascii() and "\xff" not in given else given
    answer = cms.get(path, authorization=given)
    told = demand_problem(answer, 401)
    assert told["type"] == "/api/v1#problem-token"
    assert answer.headers["www-authenticate"] == 'Bearer realm="civicwire", error="invalid_token"'


def test_b30_the_scheme_is_named_in_any_case(cms: Program) -> None:
    for scheme in ("bearer", "BEARER", "Bearer"):
        assert cms.get("/articles", authorization=f"{scheme} {cms.token}").status == 200


def test_b30_two_authorizations_are_one_too_many(cms: Program) -> None:
    headers = [("authorization", f"Bearer {cms.token}"), ("authorization", f"Bearer {cms.token}")]
    assert cms.browser.ask("GET", "/api/v1/articles", headers=headers).status == 401


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", ["/articles", "/articles/1", "/articles/1/publish", "/media", "/nowhere"])
def test_b30_without_a_token_nothing_is_changed_and_nothing_learned(site: Site, method: str, path: str) -> None:
    answer = stranger(site).ask(method, path, b"{ this is not even JSON")
    demand_problem(answer, 401)
    assert answer.headers["www-authenticate"] == 'Bearer realm="civicwire"'


def test_b30_a_revoked_token_opens_nothing_from_that_moment(site: Site, cms: Program) -> None:
    assert cms.get("/articles").status == 200
    site.parts.programs.revoke("operator", 1)
    demand_problem(cms.get("/articles"), 401)
    demand_problem(cms.post("/articles", RELEASE), 401)


def test_b30_a_token_ends_at_its_instant(site: Site) -> None:
    brief = program(site, "brief", days=1)
    site.clock.at = NOW + timedelta(days=1) - timedelta(seconds=1)
    assert brief.get("/articles").status == 200
    site.clock.forward(seconds=1)
    demand_problem(brief.get("/articles"), 401)


def test_b30_the_token_of_another_division_is_refused(site: Site, cms: Program) -> None:
    roads = program(site, "roads", divisions=("transport",))
    before = site.dump()["article"]
    told = demand_problem(roads.post("/articles", RELEASE), 403)
    assert told["detail"] == "Token roads does not write for the division climate."
    assert site.dump()["article"] == before
    public, draft = cms.create(publish=True), cms.create()
    for what, body in (("/correct", {"note": "x"}), ("/withdraw", {"reason": "x"}), ("/amend", {}), ("/publish", {})):
        demand_problem(roads.change(public, what, body), 403)
        demand_problem(roads.change(draft, what, body), 404)
    demand_problem(roads.ask("DELETE", f"/articles/{draft['id']}", if_match=tag(draft)), 404)
    demand_problem(roads.get(f"/articles/{draft['id']}"), 404)


def test_an_article_cannot_be_moved_to_a_division_that_is_not_the_tokens(cms: Program) -> None:
    draft = cms.create()
    answer = cms.ask("PATCH", f"/articles/{draft['id']}", {"division": "transport"}, if_match=tag(draft))
    demand_problem(answer, 403)


def test_a_bureaus_token_covers_the_divisions_below_it(cms: Program) -> None:
    assert cms.create(division="water")["division"] == "water"
    assert cms.create(division="environment")["division"] == "environment"


def test_when_a_token_was_used_is_noted_once_a_minute(site: Site, cms: Program) -> None:
    seen = []
    for seconds in (0, 30, 29, 1, 60):
        site.clock.forward(seconds=seconds)
        cms.get("/articles")
        seen.append((site.parts.programs.known()[0].used_at or NOW) - NOW)
    assert [one.total_seconds() for one in seen] == [0, 0, 0, 60, 120]


def test_a_use_that_cannot_be_noted_holds_nobody_up(site: Site, cms: Program) -> None:
    path = site.database.url.database or ""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "CREATE TRIGGER no_use BEFORE UPDATE OF used_at ON api_token BEGIN SELECT raise(FAIL, 'x'); END"
        )
        connection.commit()
    assert cms.get("/articles").status == 200


def test_a_token_is_made_and_revoked_on_the_record(site: Site, cms: Program) -> None:
    site.parts.programs.revoke("operator", 1)
    site.parts.programs.revoke("operator", 1)
    with site.database.read() as session:
        told = [(one.actor, one.action, one.subject) for one in audit.entries(session)]
    assert told == [("operator", "token_revoke", "cms"), ("press-editor", "token_add", "cms")]
    assert cms.token is not None
    assert cms.token not in repr(site.dump()["audit"])


@pytest.mark.parametrize(
    ("name", "divisions", "scopes", "days", "word"),
    [
        ("", ("climate",), [Right.READ], None, "token.fault_name"),
        (" \t", ("climate",), [Right.READ], None, "token.fault_name"),
        ("x" * 61, ("climate",), [Right.READ], None, "token.fault_name"),
        ("a\x1bb", ("climate",), [Right.READ], None, "token.fault_name"),
        ("cms", ("climate",), [Right.READ], None, "token.fault_name"),
        ("new", (), [Right.READ], None, "token.fault_divisions"),
        ("new", ("climate",), [], None, "token.fault_scopes"),
        ("new", ("climate",), [Right.READ], 0, "token.fault_lasts"),
        ("new", ("climate",), [Right.READ], 3651, "token.fault_lasts"),
    ],
)
def test_a_token_that_cannot_be_is_refused(
    site: Site, cms: Program, name: str, divisions: tuple[str, ...], scopes: list[Right], days: int | None, word: str
) -> None:
    before = site.dump()
    with pytest.raises(TokenRefused) as refused:
        site.parts.programs.make("operator", name, divisions=divisions, scopes=scopes, days=days)
    assert refused.value.word == word
    assert site.dump() == before


def test_a_token_for_a_division_there_is_not_is_refused(site: Site) -> None:
    with pytest.raises(NotFound):
        site.parts.programs.make("operator", "new", divisions=["nowhere"], scopes=[Right.READ], days=None)


def test_a_token_is_found_by_its_text_alone(database: Database) -> None:
    with database.write() as session:
        token, text = api_tokens.add(
            session, "cms", divisions=["water", "climate"], scopes=[Right.WRITE, Right.READ], now=NOW, by="shell"
        )
        every, _ = api_tokens.add(session, "wire", divisions=None, scopes=[Right.READ], now=NOW, by="shell")
    with database.read() as session:
        found = api_tokens.find(session, text, NOW)
        assert api_tokens.find(session, text.replace(f"cw_{token.id}_", f"cw_{every.id}_"), NOW) is None
    assert found == token
    assert (token.divisions, every.divisions) == (("climate", "water"), None)
    assert token.actor.rights == {Right.READ, Right.WRITE}
    assert not token.actor.is_person


def test_b30_an_unknown_token_and_a_known_one_with_a_wrong_secret_are_found_out_in_the_same_steps(
    database: Database,
) -> None:
    """A token is looked up by its number alone; its secret never reaches the database, nor is it compared.

    What is compared is one SHA-256 hash with another, by `hmac.compare_digest`, also where there is no such token: so
    neither the steps nor a byte that is right tell a wrong secret from an unknown or an expired token.
    """
    with database.write() as session:
        token, text = api_tokens.add(session, "cms", divisions=None, scopes=[Right.READ], now=NOW, by="shell")
        ended, _ = api_tokens.add(
            session, "old", divisions=None, scopes=[Right.READ], now=NOW, by="shell", expires_at=NOW
        )
    wrong = text[:-1] + ("B" if text[-1] == "A" else "A")
    unknown = text.replace(f"cw_{token.id}_", "cw_99_")
    asked: list[object] = []
    with database.read() as session:
        event.listen(session, "before_cursor_execute", lambda *given: asked.extend(given[4].compiled_parameters))
        known = _steps(session, wrong)
        assert _steps(session, unknown) == known
        assert _steps(session, text.replace(f"cw_{token.id}_", f"cw_{ended.id}_")) == known
    assert known.count("compare_digest") == 1
    assert asked == [{"id_1": token.id}, {"id_1": 99}, {"id_1": ended.id}]


def _steps(session: Session, text: str) -> list[str]:
    """Every function of the language that looking for a token calls, in order."""
    called: list[str] = []

    def note(frame: FrameType, what: str, function: object) -> None:
        if what == "c_call" and frame.f_code.co_filename == api_tokens.__file__:
            called.append(getattr(function, "__name__", ""))

    sys.setprofile(note)
    try:
        assert api_tokens.find(session, text, NOW) is None
    finally:
        sys.setprofile(None)
    return called


def test_a_token_may_not_approve_what_another_program_asked_for(site: Site, cms: Program) -> None:
    article = cms.create(urgent=True)
    asked = read(cms.change(article, "/approval"))
    other = program(site, "wire", divisions=None)
    demand_problem(other.change(asked, "/publish"), 409)
    demand_problem(other.change(asked, "/approve"), 404)


def test_what_a_token_may_not_do_is_in_the_audit_log_once_a_minute(site: Site, cms: Program) -> None:
    draft, public = cms.create(), cms.create(publish=True)
    blind = program(site, "reader", divisions=("transport",), scopes=(Right.READ,))
    for _ in range(2):
        demand_problem(blind.post("/articles", RELEASE), 403)
        demand_problem(blind.change(public, "/withdraw", {"reason": "Wrong."}), 403)
        demand_problem(blind.post("/media?name=a.txt", b"text", content_type="text/plain"), 403)
        demand_problem(blind.ask("DELETE", f"/articles/{draft['id']}", if_match="*"), 404)
    site.clock.forward(minutes=1)
    demand_problem(blind.post("/articles", RELEASE), 403)
    demand_problem(blind.get("/articles/999"), 404)
    demand_problem(stranger(site).get(f"/articles/{draft['id']}"), 404)
    with site.database.read() as session:
        noted = [(one.actor, one.subject) for one in reversed(audit.entries(session, action="forbidden"))]
    create = "POST /api/v1/articles"
    tried = [
        create,
        f"{create}/{public['id']}/withdraw",
        "POST /api/v1/media",
        f"DELETE /api/v1/articles/{draft['id']}",
    ]
    assert noted == [("token reader", subject) for subject in (*tried, create)]
