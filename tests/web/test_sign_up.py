"""The sign-up form: what is taken, what is refused, and what nobody learns from the answer."""

import pytest
from structlog.testing import capture_logs

from feeds.scope import MAX_VALUES
from notifier import budgets
from notifier.model import Kind
from notifier.tokens import LIFETIMES, Purpose
from tests.web.browser import FORM, Answer
from tests.web.conftest import Site

EVIL = "\"><script>alert(1)</script>{{7*7}}' OR 1=1;--@example.org"


def is_taken(answer: Answer) -> bool:
    return answer.status == 303 and answer.headers["location"].startswith("/subscribe/sent")


def planned(site: Site) -> list[tuple[object, ...]]:
    return site.dump()["delivery"]


def test_a_sound_wish_is_kept_and_its_confirmation_planned(site: Site) -> None:
    answer = site.sign_up(division="climate")
    assert is_taken(answer)
    assert site.browser.get(answer.headers["location"]).status == 200
    assert len(site.dump()["signup"]) == len(planned(site)) == 1


def test_the_form_on_the_page_is_the_form_that_is_taken(site: Site) -> None:
    page = site.browser.get("/subscribe?division=climate&division=nowhere")
    token = page.between('name="form_token" value="', '"')
    assert 'value="climate" checked' in page.text
    assert "nowhere" not in page.between("<form", "</form>")
    site.clock.forward(seconds=5)
    assert is_taken(site.sign_up(form_token=token, division="climate"))
    assert len(planned(site)) == 1


@pytest.mark.parametrize(
    "email",
    [
        "",
        "   ",
        "reader",
        "a@b@example.org",
        "reader@example.org\r\nBcc: victim@example.org",
        "reader\x00@example.org",
        "a@example.org,b@example.org",
        "x <a@example.org>",
        "a@example.org> RCPT TO:<c@example.org",
        "alice@evil.example)bob@city.example",
        "a" * 65 + "@example.org",
        "a" * 50_000,
        ".a@example.org",
        '"a b"@example.org',
        "a@[127.0.0.1]",
        "a@localhost",
        "a@b﹫example.org",
        "a\u200f@example.org",
        EVIL,
        "<" * 20_000,
    ],
)
def test_b01_to_b10_what_is_no_address_is_shown_again_with_a_sentence(site: Site, email: str) -> None:
    before = site.dump()
    answer = site.sign_up(email=email)
    assert answer.status == 422
    assert len(answer.between('id="email-fault">', "</p>")) > 10
    assert "<script>" not in answer.text
    assert site.dump() == before


def test_b09_what_was_entered_is_shown_again_escaped(site: Site) -> None:
    answer = site.sign_up(email=EVIL)
    assert answer.between('name="email" value="', '" ') == EVIL
    answer = site.sign_up(email="no address", cadence=EVIL, language=EVIL, division=EVIL, website="")
    assert answer.status == 422
    assert "<script>" not in answer.text
    assert "alert(1)" not in answer.text


def test_b07_one_person_written_two_ways_has_one_budget_and_one_row(site: Site) -> None:
    for email in (
        "Reader@Example.ORG",
        "reader＠example.org",
        " reader@example.org ",
        "reader@example.org",
        "READER@example.org",
    ):
        assert is_taken(site.sign_up(email=email))
    assert {row[1] for row in site.dump()["signup"]} == {"reader@example.org"}
    assert len(site.dump()["signup"]) == 3


@pytest.mark.parametrize("spaces", [1, 238, 245, 254, 480])
def test_spaces_before_an_address_never_make_it_another(site: Site, spaces: int) -> None:
    assert is_taken(site.sign_up(email=" " * spaces + "reader@example.org"))
    assert [row[1] for row in site.dump()["signup"]] == ["reader@example.org"]


def test_b11_the_answer_is_the_same_for_every_address(site: Site) -> None:
    site.follow("known@example.org")
    site.asked("pending@example.org")
    for _ in range(5):
        site.asked("tired@example.org")
    names = ("new", "known", "pending", "tired", "hidden")
    site.parts.following.stop(site.follow("hidden@example.org").id, reason="page")
    answers = [site.sign_up(email=f"{name}@example.org") for name in names]
    assert len({(answer.status, answer.pairs, answer.body) for answer in answers}) == 1


def test_b11_the_link_page_answers_the_same_for_every_address(site: Site) -> None:
    site.follow("known@example.org")
    token = site.form_token()
    answers = [
        site.browser.post("/manage", {"email": f"{name}@example.org", "form_token": token})
        for name in ("new", "known", "known", "known", "known")
    ]
    assert len({(answer.status, answer.pairs, answer.body) for answer in answers}) == 1
    assert is_taken(answers[0])
    kinds = [row for row in site.dump()["mailing"] if Kind.MANAGE_LINK in row]
    assert 1 <= len(kinds) <= 3


@pytest.mark.parametrize("email", ["", "x", "a@b﹫c.org", EVIL])
def test_the_link_page_refuses_what_is_no_address(site: Site, email: str) -> None:
    answer = site.browser.post("/manage", {"email": email, "form_token": site.form_token()})
    assert answer.status == 422
    assert answer.between('name="email" value="', '" ') == email
    assert planned(site) == []


@pytest.mark.parametrize("token", ["", "x.y", "expired"])
def test_a_form_that_stood_on_no_page_of_ours_within_a_day_sends_no_mail(site: Site, token: str) -> None:
    site.follow()
    if token == "expired":
        token = site.form_token()
        site.clock.forward(days=1)
    for path, fields in {"/subscribe": site.form(form_token=token), "/manage": {"email": "reader@example.org"}}.items():
        answer = site.browser.post(path, {**fields, "form_token": token})
        assert answer.status == 422
        assert 'name="form_token" value="' in answer.text
    assert planned(site) == []


def test_a_form_filled_in_slowly_is_taken_and_after_its_day_shown_again_filled_in(site: Site) -> None:
    form = site.form(division="climate", cadence="weekly")
    site.clock.forward(hours=23, minutes=59)
    assert is_taken(site.browser.post("/subscribe", form))
    assert LIFETIMES[Purpose.FORM] is not None
    site.clock.forward(minutes=2)
    late = site.browser.post("/subscribe", form)
    assert late.status == 422
    assert 'value="climate" checked' in late.text
    assert 'value="weekly" checked' in late.text
    assert is_taken(site.sign_up(form_token=late.between('name="form_token" value="', '"')))


@pytest.mark.parametrize("division", ["nowhere", "CLIMATE", "climate ", "../climate", EVIL, "climate\x00"])
def test_b13_an_unknown_division_is_refused(site: Site, division: str) -> None:
    answer = site.sign_up(division=division)
    assert answer.status == 422
    assert 'id="divisions-fault"' in answer.text
    assert planned(site) == []


def test_b13_more_divisions_than_there_can_be_are_refused(site: Site) -> None:
    many = [("division", f"division-{number}") for number in range(2000)]
    answer = site.browser.post("/subscribe", [*site.form().items(), *many])
    assert answer.status in (400, 413, 422)
    some = [("division", f"division-{number}") for number in range(MAX_VALUES + 1)]
    answer = site.browser.post("/subscribe", [*site.form().items(), *some])
    assert answer.status == 422
    assert planned(site) == []


def test_b13_the_same_division_many_times_is_that_division_once(site: Site) -> None:
    assert is_taken(site.browser.post("/subscribe", [*site.form().items(), *[("division", "climate")] * 100]))
    assert [row[2] for row in site.dump()["signup"]] == ["division=climate"]


def test_b13_a_field_given_twice_counts_once(site: Site) -> None:
    twice = [*site.form().items(), ("email", "victim@example.org"), ("cadence", "weekly")]
    assert is_taken(site.browser.post("/subscribe", twice))
    assert [(row[1], row[3]) for row in site.dump()["signup"]] == [("reader@example.org", "daily")]


@pytest.mark.parametrize(("name", "value"), [("cadence", "hourly"), ("cadence", ""), ("language", "fr")])
def test_a_choice_that_is_not_offered_is_refused(site: Site, name: str, value: str) -> None:
    assert site.sign_up(**{name: value}).status == 422
    assert planned(site) == []


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b'{"email": "reader@example.org"}'),
        ("text/xml", b"<email/>"),
        ("text/plain", b"email=reader%40example.org"),
        ("", b"email=reader%40example.org"),
        (FORM + "; charset=utf-7", b"email=+AEA-"),
        (FORM, b"\xff\xfe"),
        (FORM, b"email=%ff%fe"),
        (FORM, b"email=%ed%a0%80"),
        (FORM, b"&" * 60_000),
        (FORM, b"=" * 60_000),
        (FORM, b"%" * 60_000),
        (FORM, b"a=b&" * 10_000),
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=", b"--\r\n\r\n----"),
        ("multipart/form-data; boundary=b", b'--b\r\nContent-Disposition: form-data; name="email"\r\n\r\nreader@exam'),
        ("multipart/form-data; boundary=b", b"--b\r\n\r\nx\r\n--b--"),
        ("multipart/form-data; boundary=b", b"--b\r\nx: y\r\n\r\nx" * 5000 + b"\r\n--b--"),
        ("multipart/form-data; boundary=\xff", b"--b--"),
        ("multipart/form-data; boundary=" + "b" * 5000, b"--b--"),
    ],
)
def test_b14_what_is_no_form_is_refused_with_a_page(site: Site, kind: str, body: bytes) -> None:
    answer = site.browser.ask("POST", "/subscribe", headers=[("content-type", kind)], body=body)
    assert answer.status in (400, 413, 415, 422)
    assert "</html>" in answer.text
    assert planned(site) == []


@pytest.mark.parametrize(
    ("body", "status"), [(b"a" * 4_000_000, 413), (b"&".join(b"a=b" for _ in range(20_000)), 413), (b"a=b&" * 201, 400)]
)
def test_b14_a_form_larger_than_any_of_ours_is_refused(site: Site, body: bytes, status: int) -> None:
    for path in ("/subscribe", "/manage", "/unsubscribe/x.y"):
        assert site.browser.ask("POST", path, headers=[("content-type", FORM)], body=body).status == status


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://newsroom.test.evil.example"},
        {"origin": "http://newsroom.test:81"},
        {"origin": "null"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"sec_fetch_site": "cross-site", "origin": "http://newsroom.test"},
    ],
)
def test_b15_a_form_of_another_site_is_refused(site: Site, headers: dict[str, str]) -> None:
    number = site.asked("waiting@example.org")
    person = site.follow()
    before = site.dump()
    by_token = (site.link(Purpose.CONFIRM, number), site.link(Purpose.MANAGE, person.id))
    for path in ("/subscribe", "/manage", *(() if headers == {"origin": "null"} else by_token)):
        answer = site.browser.post(path, site.form(action="stop_all"), **headers)
        assert answer.status == 403, path
    assert site.dump() == before


def test_b15_a_form_of_our_own_page_is_taken(site: Site) -> None:
    assert is_taken(site.browser.post("/subscribe", site.form(), origin="http://newsroom.test"))
    assert is_taken(site.browser.post("/subscribe", site.form(), sec_fetch_site="same-origin"))


def test_b28_a_page_with_a_token_names_no_referrer_and_takes_its_own_forms_all_the_same(site: Site) -> None:
    path = site.link(Purpose.MANAGE, site.follow().id)
    assert site.browser.get(path).headers["referrer-policy"] == "no-referrer"
    assert site.browser.post(path, {"action": "stop_all"}, origin="null", sec_fetch_site="same-origin").status == 200
    assert site.browser.post(path, {"action": "again"}, origin="null").status == 200
    assert site.browser.post(path, {"action": "stop_all"}, origin="null", sec_fetch_site="cross-site").status == 403
    assert site.browser.post("/subscribe", site.form(), origin="null").status == 403


@pytest.mark.parametrize("path", ["/subscribe", "/manage"])
def test_b12_who_asks_beyond_the_budget_of_a_network_is_told_so_and_loses_nothing(
    site: Site, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(budgets, "FROM_A_NETWORK", 1)
    site.follow("known@example.org")
    first = site.browser.post(path, site.form(email="known@example.org", q="night buses"))
    assert first.status == 303
    answers = [
        site.browser.post(path, site.form(email=who, q="night buses")) for who in ("known@example.org", "b@example.net")
    ]
    for answer, who in zip(answers, ("known@example.org", "b@example.net"), strict=True):
        assert (answer.status, 0 < int(answer.headers["retry-after"]) <= 3600) == (429, True)
        assert "from your network" in answer.text
        assert f'value="{who}"' in answer.text
        assert path == "/manage" or 'value="buses night"' in answer.text
    site.clock.forward(hours=1)
    assert site.browser.post(path, site.form(email="b@example.net")).status == 303


def test_b16_a_machine_that_fills_every_field_gets_the_same_answer_and_nothing_is_kept(site: Site) -> None:
    site.follow()
    before = site.dump()
    trapped = site.sign_up(website="https://spam.example")
    asked = site.browser.post("/manage", site.form(website="https://spam.example"))
    assert site.dump() == before
    sound = site.sign_up()
    assert (trapped.status, trapped.pairs, trapped.body) == (sound.status, sound.pairs, sound.body)
    assert is_taken(asked)


def test_b16_a_form_that_is_sent_sooner_than_anybody_reads_gets_the_same_answer_and_nothing_is_kept(site: Site) -> None:
    site.follow()
    before = site.dump()
    early = site.parts.residents.form_token()
    site.clock.forward(seconds=0.1)
    hurried = site.sign_up(form_token=early)
    asked = site.browser.post("/manage", {"email": "reader@example.org", "form_token": early})
    assert is_taken(asked)
    assert site.dump() == before
    site.clock.forward(seconds=1)
    sound = site.sign_up(form_token=early)
    assert (hurried.status, hurried.pairs, hurried.body) == (sound.status, sound.pairs, sound.body)
    assert len(planned(site)) == 1


def test_b17_a_role_address_needs_its_confirmation_like_any_other(site: Site) -> None:
    assert is_taken(site.sign_up(email="abuse@example.org"))
    assert site.dump()["subscriber"] == []


def test_b103_no_log_line_shows_an_address_or_a_token(site: Site) -> None:
    person = site.follow("canary.bird@example.org")
    number = site.asked("canary.bird@example.org")
    paths = [site.link(Purpose.CONFIRM, number), site.link(Purpose.MANAGE, person.id), "/manage/x.y?e=canary.bird"]
    with capture_logs() as lines:
        for path in paths:
            site.browser.get(path)
            site.browser.post(path, {"email": "canary.bird@example.org"})
        for _ in range(5):
            site.sign_up(email="canary.bird@example.org")
        site.sign_up(email="canary.bird@")
    assert lines
    written = repr(lines)
    assert "canary.bird" not in written
    assert not any(path.rpartition("/")[2] in written for path in paths)
