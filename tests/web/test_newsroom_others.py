"""What an editor learns of releases of other divisions by their numbers: nothing, and every try is noted (B94)."""

import pytest

from feeds.model import Article, State
from tests.web.browser import Answer
from tests.web.conftest import Site
from tests.web.desk import ENVIRONMENT, TRANSPORT, asked, deeds, enters, published, stored, written
from tests.web.newsroom import Staff

NOBODYS = 999
PAGES = ("", "/edit", "/publish", "/approve", "/withdraw", "/discard")
FORMS = {
    "edit": {"language": "en", "title": "Taken over", "text": "By others.", "form": "markdown", "do": "save"},
    "publish": {"when": "now"},
    "approval": {"when": "now"},
    "approve": {},
    "decline": {"reason": "Because."},
    "unschedule": {},
    "withdraw": {"reason": "Because."},
    "discard": {},
    "twins": {"other": "1", "action": "unlink"},
}


def without_number(answer: Answer, number: int) -> str:
    """A page but for the number that its reader asked for."""
    return answer.text.replace(f"/articles/{number}", "/articles/N").replace(
        f"%2Farticles%2F{number}", "%2Farticles%2FN"
    )


@pytest.fixture
def theirs(site: Site) -> Article:
    return asked(site, "The secret of the trams", by=TRANSPORT, division="transport")


@pytest.fixture
def editor(site: Site, theirs: Article) -> Staff:
    return enters(site, ENVIRONMENT)


@pytest.mark.parametrize("page", PAGES)
def test_b94_a_page_of_a_hidden_release_is_that_of_none_and_the_try_is_noted(
    site: Site, editor: Staff, theirs: Article, page: str
) -> None:
    hidden = editor.get(f"/newsroom/articles/{theirs.id}{page}")
    nothing = editor.get(f"/newsroom/articles/{NOBODYS}{page}")
    assert (hidden.status, nothing.status) == (404, 404)
    assert without_number(hidden, theirs.id) == without_number(nothing, NOBODYS)
    assert deeds(site)[-1] == (ENVIRONMENT.name, "forbidden")


@pytest.mark.parametrize("form", FORMS)
def test_b94_a_form_about_a_hidden_release_is_answered_as_one_about_none_and_noted(
    site: Site, editor: Staff, theirs: Article, form: str
) -> None:
    typed = FORMS[form] | {"version": str(theirs.version), "revision": "1"}
    hidden = editor.post(f"/newsroom/articles/{theirs.id}/{form}", typed)
    assert deeds(site)[-1] == (ENVIRONMENT.name, "forbidden")
    nothing = editor.post(f"/newsroom/articles/{NOBODYS}/{form}", typed)
    assert hidden.status == nothing.status == 404
    assert without_number(hidden, theirs.id) == without_number(nothing, NOBODYS)
    assert stored(site, theirs.id) == theirs


def test_b94_a_stale_form_about_a_hidden_release_says_nothing_of_it_either(
    site: Site, editor: Staff, theirs: Article
) -> None:
    answer = editor.post(f"/newsroom/articles/{theirs.id}/twins", {"version": "1", "action": "unlink"})
    assert answer.status == 404
    assert "secret" not in answer.text


def test_b94_no_release_of_ones_own_is_linked_with_a_hidden_one(site: Site, editor: Staff, theirs: Article) -> None:
    own = published(site, "Ours", by=ENVIRONMENT, language="ko")
    answers = [
        editor.post(f"/newsroom/articles/{own.id}/twins", {"version": str(own.version), "other": str(other)})
        for other in (theirs.id, NOBODYS)
    ]
    assert answers[0].headers["location"] == answers[1].headers["location"]
    assert deeds(site)[-1] == (ENVIRONMENT.name, "forbidden")
    assert stored(site, own.id).twins == ()


def test_b94_a_list_of_choices_that_names_a_hidden_release_leaves_it_and_is_noted(
    site: Site, editor: Staff, theirs: Article
) -> None:
    own = written(site, "Ours", by=ENVIRONMENT)
    picks = [("do", "discard"), ("pick", f"{own.id}.{own.version}"), ("pick", f"{theirs.id}.{theirs.version}")]
    answer = editor.post("/newsroom/articles/many", picks)
    assert "secret" not in answer.text
    assert stored(site, theirs.id).state is State.DRAFT
    assert (ENVIRONMENT.name, "forbidden") in deeds(site)
