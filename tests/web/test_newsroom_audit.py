"""The audit log as a page: in sentences, for those whom it concerns, filtered, and by pages."""

from datetime import timedelta

import pytest

from feeds.staff import SHELL, Actor, Role, person
from feeds.store import audit
from feeds.store.articles import filing_of
from tests.builders import NOW, content, draft, publish
from tests.media.test_kept_files import shot
from tests.web.conftest import Site
from tests.web.desk import CHIEF, ENVIRONMENT, asked, deeds, edited
from tests.web.newsroom import File, Staff, employ, signed_in


def _record(site: Site, action: str, *, actor: str = "editor-b", article: int | None = None, **more: object) -> None:
    with site.database.write() as session:
        audit.record(session, at=NOW, actor=actor, action=action, article_id=article, **more)  # type: ignore[arg-type]


def _rows(page: str) -> list[str]:
    return page.partition("<tbody>")[2].partition("</tbody>")[0].split("<tr>")[1:]


def test_what_was_done_is_said_with_a_link_to_the_release(site: Site) -> None:
    article = draft(site.database, "Night buses run later")
    desk: Actor = person("chief-b", Role.CHIEF, ())
    with site.database.write() as session:
        site.parts.desk.publish(session, desk, article.id, expected=article.version, mail=False)
    first = _rows(signed_in(site).get("/newsroom/audit").text)[1]
    assert "chief-b" in first
    assert "<td>published</td>" in first
    assert f'<a href="/newsroom/articles/{article.id}">Night buses run later</a>' in first
    assert "without mail" in first
    assert "2026-05-20 12:00" in first


def test_every_deed_of_the_desk_is_said_in_words_of_both_languages(site: Site) -> None:
    article = draft(site.database)
    with site.database.write() as session:
        one = site.parts.desk.publish(session, SHELL, article.id, expected=article.version)
        one = site.parts.desk.correct(
            session,
            SHELL,
            one.id,
            content("Night buses run even later"),
            filing_of(one),
            note="The hour was wrong.",
            expected=one.version,
        )
        site.parts.desk.withdraw(session, SHELL, one.id, reason="It was <b>wrong</b>.", expected=one.version)
    english = signed_in(site).get("/newsroom/audit").text
    for said in ("published", "corrected", "withdrew", "“The hour was wrong.”", "“It was &lt;b&gt;wrong&lt;/b&gt;.”"):
        assert said in english
    korean = signed_in(site, "chief-b", language="ko").get("/newsroom/audit").text
    for said in ("게시", "정정", "철회", "명령줄"):
        assert f">{said}<" in korean


def test_b95_whatever_stands_in_an_entry_is_text(site: Site) -> None:
    evil = "<script>alert(1)</script>"
    _record(site, evil, actor=evil, subject=evil, details={"reason": evil, "divisions": [evil], "role": evil})
    page = signed_in(site).get("/newsroom/audit").text
    assert "<script>alert" not in page
    assert page.count("&lt;script&gt;") >= 4


def test_an_entry_is_found_by_person_deed_and_release(site: Site) -> None:
    article = publish(site.database).article_id
    other = publish(site.database, "Another").article_id
    _record(site, "edit", article=article)
    _record(site, "edit", article=other)
    _record(site, "sign_in")
    _record(site, "edit", actor="editor-c", article=article)
    member = signed_in(site)

    def shown(query: str) -> int:
        return len(_rows(member.get(f"/newsroom/audit{query}").text))

    assert shown("") == 5
    assert shown("?who=editor-b") == 3
    assert shown("?who=editor-b&did=edit") == 2
    assert shown(f"?did=edit&article={article}") == 2
    assert shown("?who=nobody") == 0


@pytest.mark.parametrize(
    "query",
    [
        "article=x",
        "article=-1",
        "article=" + "9" * 30,
        "article=%EF%BC%91",
        "before=x",
        "before=-1",
        "before=" + "9" * 30,
        "who=" + "a" * 3000,
        "who=%27%20OR%201%3D1",
        "did=%3Cb%3E",
        "who=a&who=b",
    ],
)
def test_a_strange_question_finds_nothing_and_breaks_nothing(site: Site, query: str) -> None:
    answer = signed_in(site).get(f"/newsroom/audit?{query}")
    assert answer.status == 200
    assert "<b>" not in answer.text.replace("<b>Editor", "")


def test_older_entries_are_a_link_away_and_none_is_left_out_or_shown_twice(site: Site) -> None:
    for number in range(120):
        _record(site, "edit", actor=f"editor-{number}")
    member = signed_in(site)
    page, seen = member.get("/newsroom/audit?did=edit").text, []
    while True:
        seen += [row.partition('<th scope="row">')[2].partition("<")[0] for row in _rows(page)]
        if 'rel="next"' not in page:
            break
        page = member.get(page.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")).text
    assert seen == [f"editor-{number}" for number in reversed(range(120))]


def test_b94_an_editor_sees_what_concerns_them_and_nothing_else(site: Site) -> None:
    water, climate = draft(site.database, "Of the water"), publish(site.database, "Of the climate", division="climate")
    _record(site, "edit", article=water.id)
    _record(site, "edit", article=climate.article_id)
    _record(site, "staff_add", actor="operator-b", subject="somebody-else")
    editor = signed_in(site, "editor-a", role=Role.EDITOR, divisions=("water",))
    page = editor.get("/newsroom/audit").text
    assert "Of the water" in page
    assert "Of the climate" not in page
    assert "somebody-else" not in page
    assert "operator-b" not in page
    assert len(_rows(page)) == 2
    assert len(_rows(editor.get("/newsroom/audit?who=operator-b").text)) == 0
    assert len(_rows(editor.get(f"/newsroom/audit?article={climate.article_id}").text)) == 0


def test_a_bureaus_editor_sees_what_concerns_the_divisions_below_it(site: Site) -> None:
    _record(site, "edit", article=draft(site.database, "Of the water").id)
    editor = signed_in(site, "editor-a", role=Role.EDITOR, divisions=("environment",))
    assert "Of the water" in editor.get("/newsroom/audit").text


def test_signing_in_and_out_and_forbidden_tries_are_in_the_log(site: Site) -> None:
    member = signed_in(site, "editor-a", role=Role.EDITOR)
    member.get("/newsroom/staff")
    member.post("/newsroom/sign-out")
    deeds = [row for row in _rows(signed_in(site).get("/newsroom/audit").text) if "editor-a" in row]
    for row, said in zip(deeds, ("signed out", "tried what is not allowed", "signed in"), strict=True):
        assert f"<td>{said}</td>" in row
    assert "GET /newsroom/staff" in deeds[1]


def test_a_discarded_draft_stays_in_the_log(site: Site) -> None:
    member = signed_in(site)
    article = draft(site.database, "Thrown away")
    with site.database.write() as session:
        site.parts.desk.discard(session, SHELL, article.id, expected=article.version)
    row = _rows(member.get("/newsroom/audit").text)[0]
    assert "discarded a draft" in row
    assert "Thrown away" in row


def test_nobody_else_reads_it(site: Site) -> None:
    assert Staff(site.browser).get("/newsroom/audit").status == 303


def test_what_was_uploaded_and_by_whom_is_in_the_log(site: Site) -> None:
    member = signed_in(site, "editor-a", role=Role.EDITOR)
    form = {"language": "en", "title": "A park", "text": "It opens.", "form": "markdown", "division": "climate"}
    member.upload(
        "/newsroom/articles/new",
        form | {"do": "attach"},
        files=[("new_picture", File("hall.jpg", shot())), ("new_file", File("계획.csv", b"a,b\n1,2\n"))],
    )
    table, picture, *_ = _rows(signed_in(site).get("/newsroom/audit?did=upload").text)
    for row, name in ((table, "계획.csv"), (picture, "hall.jpg")):
        assert "<td>uploaded</td>" in row
        assert "editor-a" in row
        assert name in row


def test_b88_a_wrong_password_is_in_the_log_once_and_said_when_its_owner_comes_back(site: Site) -> None:
    person, password = employ(site, "editor-a")
    stranger = Staff(site.browser)
    for _ in range(3):
        stranger.sign_in(person.name, "wrong horse battery")
        stranger.sign_in("nobody-at-all", "wrong horse battery")
    Staff(site.browser).sign_in(person.name, password)
    page = signed_in(site).get("/newsroom/audit").text
    (failed,) = [row for row in _rows(page) if "tried a wrong password" in row]
    assert "A stranger" in failed
    assert "editor-a" in failed
    (entered,) = [row for row in _rows(page) if "<td>signed in</td>" in row and "editor-a" in row]
    assert "3 wrong passwords within 15 minutes" in entered
    assert "nobody-at-all" not in page


def test_a_wrong_present_password_is_in_the_log(site: Site) -> None:
    member = signed_in(site, "editor-a", role=Role.EDITOR)
    member.post("/newsroom/password", {"old": "not it at all", "new": "long enough 123", "again": "long enough 123"})
    assert "gave a wrong present password" in _rows(signed_in(site).get("/newsroom/audit?who=editor-a").text)[0]


def test_a_request_that_was_taken_back_was_not_declined(site: Site) -> None:
    waiting = asked(site)
    with site.database.write() as session:
        site.parts.desk.decline(session, ENVIRONMENT, waiting.id, expected=waiting.version)
    assert deeds(site, waiting.id)[-1] == (ENVIRONMENT.name, "take_back")
    assert "took the request for approval back" in _rows(signed_in(site).get("/newsroom/audit").text)[1]


def test_an_edit_that_costs_an_urgent_release_its_hour_says_so(site: Site) -> None:
    waiting = asked(site)
    with site.database.write() as session:
        at = site.clock() + timedelta(hours=3)
        back = site.parts.desk.decline(session, ENVIRONMENT, waiting.id, expected=waiting.version)
        again = site.parts.desk.ask_approval(session, ENVIRONMENT, waiting.id, expected=back.version, at=at)
        site.parts.desk.approve(session, CHIEF, waiting.id, expected=again.version)
    edited(site, waiting.id, "Boil the water for ten minutes")
    assert "its hour is off" in _rows(signed_in(site).get("/newsroom/audit?did=edit").text)[0]


def test_the_names_that_a_topic_was_given_are_in_the_log(site: Site) -> None:
    member = signed_in(site)
    member.post("/newsroom/topics", {"slug": "summit", "name-en": "Summit", "name-ko": "정상회의"})
    member.post("/newsroom/topics/summit", {"action": "rename", "name-en": "Summits", "name-ko": "정상회의"})
    renamed, added = _rows(member.get("/newsroom/audit").text)[:2]
    assert "Summits · 정상회의" in renamed
    assert "Summit · 정상회의" in added
