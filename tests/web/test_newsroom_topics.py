"""The vocabulary on its pages: chief editors add, rename, retire and bring back."""

import pytest

from feeds.staff import Role
from feeds.store import articles, audit, topics
from feeds.store.articles import Filing
from tests.builders import NOW, content
from tests.web.conftest import Site
from tests.web.newsroom import Staff, signed_in

SUMMIT = {"slug": "summit", "name-en": "Climate summit", "name-ko": "기후정상회의"}


@pytest.fixture
def chief(site: Site) -> Staff:
    return signed_in(site)


def _known(site: Site) -> list[tuple[str, str, str, bool]]:
    with site.database.read() as session:
        return [(one.slug, one.names["en"], one.names["ko"], one.retired) for one in topics.known(session)]


def _deeds(site: Site) -> list[tuple[str, str | None]]:
    with site.database.read() as session:
        return [(one.action, one.subject) for one in reversed(audit.entries(session)) if one.action != "sign_in"]


def test_a_topic_is_added_renamed_retired_and_brought_back(site: Site, chief: Staff) -> None:
    answer = chief.post("/newsroom/topics", SUMMIT)
    assert (answer.status, answer.headers["location"]) == (303, "/newsroom/topics?done=added#done")
    assert _known(site) == [("summit", "Climate summit", "기후정상회의", False)]
    names = {"action": "rename", "name-en": "Summit", "name-ko": "정상회의"}
    assert chief.post("/newsroom/topics/summit", names).status == 303
    assert _known(site) == [("summit", "Summit", "정상회의", False)]
    chief.post("/newsroom/topics/summit", {"action": "retire"})
    assert _known(site) == [("summit", "Summit", "정상회의", True)]
    assert "Bring the topic back" in chief.get("/newsroom/topics/summit").text
    chief.post("/newsroom/topics/summit", {"action": "restore"})
    assert _known(site) == [("summit", "Summit", "정상회의", False)]
    assert _deeds(site) == [
        (action, "summit") for action in ("topic_add", "topic_rename", "topic_retire", "topic_restore")
    ]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"slug": "two words"}, "The short name needs small letters"),
        ({"slug": ""}, "The short name needs small letters"),
        ({"slug": "../x"}, "The short name needs small letters"),
        ({"name-ko": " "}, "Give the topic a name in each language."),
        ({"name-en": "a" * 61}, "A name may have at most 60 characters."),
    ],
)
def test_a_topic_that_cannot_be_is_said_and_what_was_entered_stays(
    site: Site, chief: Staff, fields: dict[str, str], said: str
) -> None:
    answer = chief.post("/newsroom/topics", SUMMIT | fields)
    assert answer.status == 422
    assert said in answer.text
    assert 'value="Climate summit"' in answer.text or "name-en" in fields
    assert _known(site) == []


def test_one_slug_is_one_topic(site: Site, chief: Staff) -> None:
    chief.post("/newsroom/topics", SUMMIT)
    answer = chief.post("/newsroom/topics", SUMMIT | {"slug": "SUMMIT", "name-en": "Another"})
    assert answer.status == 422
    assert "There is a topic of this short name already." in answer.text
    assert _known(site) == [("summit", "Climate summit", "기후정상회의", False)]


def test_a_list_says_how_many_releases_have_a_topic(site: Site, chief: Staff) -> None:
    chief.post("/newsroom/topics", SUMMIT)
    with site.database.write() as session:
        for _ in range(3):
            filing = Filing(division="water", topics=("summit",))
            articles.add(session, content(), filing=filing, authority="riverton.example.org,2026", now=NOW)
    page = chief.get("/newsroom/topics").text
    assert '<td data-label="Releases" class="figure">3</td>' in page
    assert "On 3 releases." in chief.get("/newsroom/topics/summit").text


def test_b95_a_topics_name_is_text(site: Site, chief: Staff) -> None:
    chief.post("/newsroom/topics", SUMMIT | {"name-en": "<img src=x onerror=alert(1)>"})
    for path in ("/newsroom/topics", "/newsroom/topics/summit"):
        page = chief.get(path).text
        assert "<img" not in page
        assert "&lt;img src=x" in page


@pytest.mark.parametrize("slug", ["nothing", "..%2f..", "%3Cb%3E", "a" * 3000])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_topic_there_is_not_is_a_page_that_says_so(chief: Staff, slug: str, method: str) -> None:
    assert getattr(chief, method)(f"/newsroom/topics/{slug}").status == 404


@pytest.mark.parametrize("path", ["/newsroom/topics", "/newsroom/topics/summit"])
def test_b94_an_editor_does_not_keep_the_vocabulary(site: Site, chief: Staff, path: str) -> None:
    chief.post("/newsroom/topics", SUMMIT)
    editor = signed_in(site, "editor-a", role=Role.EDITOR)
    before = _known(site)
    assert editor.get(path).status == 403
    assert editor.post(path, SUMMIT | {"slug": "other", "action": "retire"}).status == 403
    assert _known(site) == before


@pytest.mark.parametrize("path", ["/newsroom/topics", "/newsroom/topics/summit"])
def test_b93_the_vocabulary_is_not_changed_from_another_site(site: Site, chief: Staff, path: str) -> None:
    chief.post("/newsroom/topics", SUMMIT)
    before = _known(site)
    fields = SUMMIT | {"slug": "other", "action": "retire"}
    assert chief.post(path, fields, origin="https://evil.example", sec_fetch_site="cross-site").status == 403
    assert chief.post(path, fields, proof="").status == 403
    assert _known(site) == before


def test_an_action_there_is_not_changes_nothing(site: Site, chief: Staff) -> None:
    chief.post("/newsroom/topics", SUMMIT)
    assert chief.post("/newsroom/topics/summit", {"action": "burn"}).status == 404
    assert _known(site) == [("summit", "Climate summit", "기후정상회의", False)]
