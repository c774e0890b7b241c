"""The texts that a release had: staff who may read it read them all, and can take one again."""

import re

import pytest

from feeds.model import Footnote, Picture, State
from feeds.store import reading
from feeds.store.articles import filing_of
from tests.web.conftest import Site, is_page
from tests.web.desk import CHIEF, ENVIRONMENT, TRANSPORT, edited, enters, published, sent_of, stored, written
from tests.web.newsroom import Staff
from tests.web.test_changes import marked


@pytest.fixture
def editor(site: Site) -> Staff:
    return enters(site, ENVIRONMENT)


def test_what_a_colleague_overwrote_can_be_read_word_by_word(site: Site, editor: Staff) -> None:
    one = written(
        site, "Night buses run later", body_text="It opens on Monday.", body_html="<p>It opens on Monday.</p>"
    )
    edited(site, one.id, "Night buses run earlier")
    desk = editor.get(f"/newsroom/articles/{one.id}")
    assert f'href="/newsroom/articles/{one.id}/revisions/1"' in desk.text
    page = editor.get(f"/newsroom/articles/{one.id}/revisions/1")
    assert is_page(page)
    assert "<p>It opens on Monday.</p>" in page.text
    assert ENVIRONMENT.name in page.text
    assert "What has changed since" in page.text
    assert (marked(page, "del")[0], marked(page, "ins")[0]) == ("later", "earlier")


def test_a_revision_shows_what_it_changed_in_the_one_before(site: Site, editor: Staff) -> None:
    one = written(site, "Night buses run later")
    edited(site, one.id, "Night buses run earlier")
    page = editor.get(f"/newsroom/articles/{one.id}/revisions/2")
    assert marked(page, "ins")[0] == "earlier"
    assert "This is the text as it stands now." in page.text
    assert "Take this text again" not in page.text


@pytest.mark.parametrize("language", ["en", "ko"])
def test_an_earlier_text_is_taken_again_by_saving_it_and_not_before(site: Site, editor: Staff, language: str) -> None:
    one = written(site, "Night buses run later", footnotes=(Footnote(mark="*", term="x", note="y"),))
    edited(site, one.id, "Night buses run earlier")
    page = editor.get(f"/newsroom/articles/{one.id}/revisions/1?lang={language}")
    found = re.search(r'href="([^"]+/edit\?revision=1[^"]*)"', page.text)
    assert found is not None
    form = editor.get(found[1].replace("&amp;", "&"))
    assert form.status == 200
    assert 'data-changed="yes"' in form.text
    assert stored(site, one.id).content.title == "Night buses run earlier"
    assert editor.post(f"/newsroom/articles/{one.id}/edit", sent_of(form.text) | {"do": "save"}).status == 303
    now = stored(site, one.id)
    assert (now.content.title, now.revision, now.content.footnotes) == (one.content.title, 3, one.content.footnotes)


def test_a_text_that_is_taken_again_brings_the_pictures_that_it_had(site: Site, editor: Staff) -> None:
    """Those that we do not keep are named by their place in the text that the form was made from."""
    pictures = tuple(Picture(caption=name, address=f"https://city.example.org/{name}.jpg") for name in "ab")
    one = written(site, pictures=pictures)
    edited(site, one.id, "Without pictures")
    form = editor.get(f"/newsroom/articles/{one.id}/edit?revision=1")
    assert editor.post(f"/newsroom/articles/{one.id}/edit", sent_of(form.text) | {"do": "save"}).status == 303
    assert [each.address for each in stored(site, one.id).content.pictures] == [each.address for each in pictures]


def test_b45_a_text_that_is_taken_again_over_one_that_changed_meanwhile_is_a_conflict(
    site: Site, editor: Staff
) -> None:
    one = written(site, "First")
    edited(site, one.id, "Second")
    form = editor.get(f"/newsroom/articles/{one.id}/edit?revision=1")
    edited(site, one.id, "Third")
    assert editor.post(f"/newsroom/articles/{one.id}/edit", sent_of(form.text) | {"do": "save"}).status == 409
    assert stored(site, one.id).content.title == "Third"


def test_an_earlier_text_of_what_is_public_comes_back_as_a_correction(site: Site, editor: Staff) -> None:
    one, never = published(site, "Night buses run later"), written(site, "Night buses run never").content
    with site.database.write() as session:
        site.parts.desk.amend(session, CHIEF, one.id, never, filing_of(one), expected=one.version)
    form = editor.get(f"/newsroom/articles/{one.id}/edit?revision=1")
    sent = sent_of(form.text) | {"do": "correct", "note": "The first title was right."}
    assert editor.post(f"/newsroom/articles/{one.id}/edit", sent).status == 303
    assert stored(site, one.id).content.title == "Night buses run later"


def test_of_anothers_release_staff_see_the_revisions_that_readers_saw_and_no_way_to_take_them(site: Site) -> None:
    one = written(site, "A working title", by=TRANSPORT, division="transport")
    edited(site, one.id, "The night buses")
    with site.database.write() as session:
        site.parts.desk.publish(session, TRANSPORT, one.id, expected=stored(site, one.id).version)
    stranger = enters(site, ENVIRONMENT)
    assert stranger.get(f"/newsroom/articles/{one.id}/revisions/1").status == 404
    page = stranger.get(f"/newsroom/articles/{one.id}/revisions/2")
    assert page.status == 200
    assert "working" not in page.text
    assert stranger.get(f"/newsroom/articles/{one.id}/edit?revision=2").status == 403


def test_b94_the_revisions_of_a_hidden_release_are_those_of_none(site: Site) -> None:
    one = written(site, "A secret draft", by=TRANSPORT, division="transport")
    stranger = enters(site, ENVIRONMENT)
    hidden = stranger.get(f"/newsroom/articles/{one.id}/revisions/1")
    assert (hidden.status, "secret" in hidden.text) == (404, False)


@pytest.mark.parametrize("number", ["0", "2", "99", "9" * 14, "9" * 40])
def test_a_revision_that_there_is_not_is_not_found(site: Site, editor: Staff, number: str) -> None:
    one = written(site)
    assert editor.get(f"/newsroom/articles/{one.id}/revisions/{number}").status == 404
    assert editor.get(f"/newsroom/articles/{one.id}/edit?revision={number}").status == 404


def test_the_texts_of_a_withdrawn_release_are_read_and_taken_no_more(site: Site, editor: Staff) -> None:
    one, better = published(site, "Withdrawn later"), written(site, "Better").content
    with site.database.write() as session:
        desk = site.parts.desk
        desk.correct(session, ENVIRONMENT, one.id, better, filing_of(one), note="x", expected=one.version)
        now = reading.get(session, one.id)
        desk.withdraw(session, ENVIRONMENT, one.id, reason="Wrong.", expected=now.version)
    page = editor.get(f"/newsroom/articles/{one.id}/revisions/1")
    assert stored(site, one.id).state is State.WITHDRAWN
    assert page.status == 200
    assert "Take this text again" not in page.text
