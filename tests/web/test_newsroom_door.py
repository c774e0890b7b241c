"""The door itself: who is let into a room, what a form must bring, and what errors become. The rooms are tests' own."""

from collections.abc import Callable

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from config.asgi import application
from feeds.desk import ApprovalNeeded
from feeds.errors import CivicwireError, Conflict, Forbidden, Hidden, NotFound, NotReady, Stale, StoreError
from feeds.readiness import Lack
from feeds.staff import Role
from feeds.store import audit
from feeds.web.newsroom.door import Form, Visitor, route
from feeds.web.newsroom.forms import FORM_BYTES, MAX_FIELDS
from tests.web.browser import FORM, Answer, Browser
from tests.web.conftest import Site, is_page
from tests.web.newsroom import File, Staff, signed_in

ROOM = "/newsroom/a-room"
LIMIT = 5000


class Room:
    """A page and an action that keep what they got, and raise what they are told to."""

    def __init__(self) -> None:
        self.forms: list[Form] = []
        self.error: Exception | None = None

    def show(self, _request: Request, visitor: Visitor) -> Response:
        if self.error is not None:
            raise self.error
        return PlainTextResponse(f"{visitor.name}, {visitor.role}")

    def act(self, _request: Request, _visitor: Visitor, form: Form) -> Response:
        if self.error is not None:
            raise self.error
        self.forms.append(form)
        return PlainTextResponse("done")


@pytest.fixture
def room() -> Room:
    return Room()


@pytest.fixture
def member(site: Site, room: Room) -> Staff:
    """Somebody inside, in a house that has the room besides."""
    return _open(site, room, Role.EDITOR)


def _open(site: Site, room: Room, role: Role, *, upload_bytes: int = LIMIT) -> Staff:
    door = site.parts.door
    extra = route(
        ROOM, get=door.page(room.show, role=role), post=door.action(room.act, role=role, upload_bytes=upload_bytes)
    )
    browser = Browser(application(site.parts, extra=[extra]))
    member = signed_in(site, "editor-a", role=Role.EDITOR)
    return Staff(browser, member.name, member.password, member.cookies)


def _deeds(site: Site) -> list[tuple[str, str, str | None]]:
    with site.database.read() as session:
        return [(one.actor, one.action, one.subject) for one in audit.entries(session)]


def test_a_page_knows_who_is_inside(member: Staff) -> None:
    assert member.get(ROOM).text == "editor-a, editor"
    assert member.browser.head(ROOM).status == 303


def test_b93_a_form_with_the_proof_of_its_stay_is_carried_out(member: Staff, room: Room) -> None:
    assert member.post(ROOM, [("a", "가 1"), ("a", "2"), ("b", "")]).text == "done"
    (form,) = room.forms
    assert (form.get("a"), form.all("a"), form.get("b", "x"), form.get("c", "x")) == ("가 1", ("가 1", "2"), "", "x")


def test_b93_a_form_without_its_proof_is_not(member: Staff, room: Room) -> None:
    answer = member.post(ROOM, {"a": "1"}, proof="")
    assert answer.status == 403
    assert not room.forms


@pytest.mark.parametrize("proof", ["x", "0" * 64, "\xff", "가"])
def test_b93_a_form_with_another_stays_proof_is_shown_again_and_not_carried_out(
    member: Staff, room: Room, proof: str
) -> None:
    answer = member.post(f"{ROOM}?x=1", [("text", 'lines\nof "text" <b>'), ("kind", "b")], proof=proof)
    assert answer.status == 403
    assert not room.forms
    assert f'action="{ROOM}?x=1"' in answer.text
    assert answer.between('name="text" value="', '">') == 'lines\nof "text" <b>'
    assert answer.between('name="csrf" value="', '"') == member.csrf


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "https://evil.example", "sec_fetch_site": "cross-site"}, 403),
        ({"sec_fetch_site": "same-site"}, 403),
        ({"content_type": "text/plain"}, 415),
        ({"content_type": "application/json"}, 415),
        ({"content_type": ""}, 415),
    ],
)
def test_b93_a_form_from_elsewhere_is_refused_even_with_its_proof(
    member: Staff, room: Room, headers: dict[str, str], status: int
) -> None:
    assert member.post(ROOM, {"a": "1"}, **headers).status == status
    assert not room.forms


def test_b93_a_foreign_origin_alone_is_enough_to_refuse(member: Staff, room: Room) -> None:
    headers = [
        ("content-type", FORM),
        ("origin", "https://evil.example"),
        ("cookie", f"newsroom={member.cookies['newsroom']}"),
    ]
    answer = member.browser.ask("POST", ROOM, headers=headers, body=f"csrf={member.csrf}".encode())
    assert answer.status == 403
    assert not room.forms


def test_a_strangers_form_is_answered_with_the_way_in_and_not_read(site: Site, room: Room, member: Staff) -> None:
    stranger = Staff(member.browser)
    answer = stranger.post(ROOM, {"a": "1"}, proof="x")
    assert answer.status == 403
    assert "/newsroom/sign-in" in answer.text
    assert not room.forms
    assert is_page(answer)


def test_a_strangers_endless_form_is_not_waited_for(member: Staff) -> None:
    headers = [("content-type", FORM)]
    answer = member.browser.ask("POST", ROOM, headers=headers, body=b"a" * (FORM_BYTES + 10), ends=False)
    assert answer.status == 403


@pytest.mark.parametrize("method", ["get", "post"])
def test_b94_a_room_above_ones_role_is_closed_and_the_try_is_noted(site: Site, room: Room, method: str) -> None:
    member = _open(site, room, Role.OPERATOR)
    answer = member.get(ROOM) if method == "get" else member.post(ROOM, {"a": "1"})
    assert answer.status == 403
    assert not room.forms
    assert ("editor-a", "forbidden", f"{method.upper()} {ROOM}") in _deeds(site)


def test_b94_what_an_article_forbids_is_a_page_and_noted_once(site: Site, member: Staff, room: Room) -> None:
    room.error = Forbidden("editor-a does not write for the division water")
    assert member.post(ROOM).status == 403
    assert [one for one in _deeds(site) if one[1] == "forbidden"] == [("editor-a", "forbidden", f"POST {ROOM}")]


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (NotFound("article", 9), 404, "There is nothing here"),
        (Hidden("article", 9), 404, "There is nothing here"),
        (Conflict("article 9 is withdrawn"), 409, "That is not possible now"),
        (ApprovalNeeded("a second person has to approve it"), 409, "That is not possible now"),
        (Stale(9, 4), 409, "Somebody was faster"),
        (NotReady(9, (Lack("ready.title"), Lack("ready.alt", 1))), 409, "It has no title."),
        (CivicwireError("<b>odd</b>"), 422, "That could not be done"),
        (StoreError("the database is busy"), 503, "We will be back shortly"),
        (ZeroDivisionError("a mistake of ours"), 500, "Something went wrong on our side"),
    ],
)
@pytest.mark.parametrize("ask", [lambda member: member.get(ROOM), lambda member: member.post(ROOM)])
def test_an_error_is_a_page_and_never_a_trace(
    member: Staff, room: Room, error: Exception, status: int, said: str, ask: Callable[[Staff], Answer]
) -> None:
    _ = member.csrf
    room.error = error
    answer = ask(member)
    assert answer.status == status
    assert is_page(answer)
    assert said in answer.text
    # What an error says is for the operator's log: a page speaks its reader's language.
    assert str(error) not in answer.text
    assert "Traceback" not in answer.text
    assert answer.headers["cache-control"] == "no-store"


def test_b95_every_answer_is_kept_by_no_cache_and_runs_only_our_scripts(site: Site, member: Staff) -> None:
    for answer in (
        member.get(ROOM),
        member.post(ROOM),
        member.post(ROOM, proof="x"),
        member.get("/newsroom/password"),
        member.get("/newsroom/staff"),
        member.browser.get(ROOM),
        site.browser.get("/newsroom/audit"),
        site.browser.get("/newsroom/sign-in"),
        Staff(site.browser).sign_in("nobody", "wrong horse battery"),
    ):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-robots-tag"] == "noindex, nofollow"
        assert answer.headers["x-frame-options"] == "SAMEORIGIN"
        policy = dict(one.partition(" ")[::2] for one in answer.headers["content-security-policy"].split("; "))
        assert policy["default-src"] == "'none'"
        assert policy["script-src"] == policy["connect-src"] == policy["frame-ancestors"] == "'self'"
        assert policy["base-uri"] == "'none'"
        assert "unsafe" not in str(policy)


def test_files_come_whole_with_the_names_their_browser_gave(member: Staff, room: Room) -> None:
    files = [("photo", File("그림.jpg", b"\xff\xd8\0\r\n--x")), ("photo", File("", b"")), ("other", File("b.txt", b""))]
    assert member.upload(ROOM, {"caption": "설명"}, files=files).status == 200
    (form,) = room.forms
    assert form.get("caption") == "설명"
    assert [(one.name, one.content) for one in form.files["photo"]] == [("그림.jpg", b"\xff\xd8\0\r\n--x")]
    assert [(one.name, one.content) for one in form.files["other"]] == [("b.txt", b"")]


def test_files_larger_than_a_room_takes_are_refused(member: Staff, room: Room) -> None:
    half = ("file", File("a", b"a" * (LIMIT // 2)))
    assert member.upload(ROOM, files=[half, half]).status == 200
    assert member.upload(ROOM, files=[half, half, ("file", File("b", b"a"))]).status == 413
    assert len(room.forms) == 1


def test_a_room_that_takes_no_files_takes_none(site: Site, room: Room) -> None:
    member = _open(site, room, Role.EDITOR, upload_bytes=0)
    assert member.upload(ROOM, {"a": "1"}).status == 200
    assert member.upload(ROOM, files=[("file", File("a", b"a"))]).status == 413


def test_a_long_text_passes_and_one_beyond_the_bound_does_not(member: Staff, room: Room) -> None:
    assert member.post(ROOM, {"text": "가" * 200_000}).status == 200
    assert member.post(ROOM, {"text": "a" * FORM_BYTES}).status == 413
    assert len(room.forms[0].get("text")) == 200_000
    assert len(room.forms) == 1


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (FORM, b"csrf=%00"),
        (FORM, b"a=%ff"),
        (FORM, b"a=\xff"),
        (FORM, b"&".join([b"a=b"] * (MAX_FIELDS + 2))),
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=x", b"nothing of the kind"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\ncut',
        ),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Type: text/plain\r\n\r\nno name\r\n--x--\r\n"),
        (
            "multipart/form-data; boundary=x",
            b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\n\0\r\n--x--\r\n",
        ),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n\r\n' * 51 + b"--x--\r\n",
        ),
    ],
)
def test_a_broken_form_is_refused_with_a_page(member: Staff, room: Room, kind: str, body: bytes) -> None:
    cookie = f"newsroom={member.cookies['newsroom']}"
    answer = member.browser.ask("POST", ROOM, headers=[("content-type", kind), ("cookie", cookie)], body=body)
    assert answer.status in (400, 403)
    assert is_page(answer)
    assert not room.forms


def test_a_form_that_ends_too_soon_is_not_carried_out(member: Staff, room: Room) -> None:
    headers = [("content-type", FORM), ("cookie", f"newsroom={member.cookies['newsroom']}")]
    answer = member.browser.ask("POST", ROOM, headers=headers, body=f"csrf={member.csrf}&a=1".encode(), ends=False)
    assert answer.status == 400
    assert not room.forms


@pytest.mark.parametrize("cookie", ["newsroom", "newsroom=", "newsroom=\xff\x01", "=;;;", "newsroom=" + "a" * 20_000])
def test_b63_a_broken_cookie_is_a_strangers(member: Staff, cookie: str) -> None:
    answer = member.browser.get(ROOM, cookie=cookie)
    assert answer.status == 303
    assert answer.headers["location"].startswith("/newsroom/sign-in")


def test_an_address_says_which_methods_it_takes(member: Staff) -> None:
    allowed = member.browser.ask("PUT", ROOM).headers["allow"]
    assert {one.strip() for one in allowed.split(",")} == {"GET", "HEAD", "POST"}
