"""The desk's list and its view of one release: who sees what, and that nothing they may not see shows anywhere."""

from datetime import timedelta

import pytest
from sqlalchemy import text, update

from feeds.staff import Role, person
from feeds.store import articles, topics
from feeds.store.tables import article, article_topic
from tests.web.conftest import Site, is_page
from tests.web.desk import CHIEF, ENVIRONMENT, TRANSPORT, asked, crowd, enters, opened, published, stored, written

SCHEDULED_FOR = timedelta(hours=20)


def scheduled(site: Site, title: str = "Summit registration") -> int:
    one = written(site, title)
    with site.database.write() as session:
        site.parts.desk.schedule(session, ENVIRONMENT, one.id, at=site.clock() + SCHEDULED_FOR, expected=one.version)
    return one.id


def test_an_editor_sees_the_releases_of_their_divisions_first(site: Site) -> None:
    written(site, "Ours in draft", division="water")
    published(site, "Ours in public")
    published(site, "Theirs in public", by=TRANSPORT, division="transport")
    written(site, "Theirs in draft", by=TRANSPORT, division="transport")
    page = enters(site, ENVIRONMENT).get("/newsroom")
    assert page.status == 200
    assert "Ours in draft" in page.text
    assert "Ours in public" in page.text
    assert "Theirs" not in page.text


def test_an_editor_may_look_at_what_others_have_published(site: Site) -> None:
    published(site, "Theirs in public", by=TRANSPORT, division="transport")
    written(site, "Theirs in draft", by=TRANSPORT, division="transport")
    written(site, "Ours in draft")
    page = enters(site, ENVIRONMENT).get("/newsroom?whose=all")
    assert "Theirs in public" in page.text
    assert "Ours in draft" in page.text
    assert "Theirs in draft" not in page.text


@pytest.mark.parametrize(
    "query",
    [
        "",
        "whose=all",
        "whose=mine",
        "whose=all&state=draft",
        "whose=all&state=scheduled",
        "whose=all&state=waiting",
        "whose=all&state=approve",
        "division=transport",
        "division=transport&state=draft",
        "whose=all&q=secret",
        "whose=all&topic=summit",
        "whose=all&language=en",
        "q={id}&whose=all",
        "q=%23{id}&division=transport",
    ],
)
def test_no_filter_shows_an_unpublished_release_of_another_division(site: Site, query: str) -> None:
    with site.database.write() as session:
        topics.add(session, "summit", {"en": "Summit", "ko": "정상회의"})
    one = written(site, "A secret draft", by=TRANSPORT, division="transport", topics=("summit",))
    with site.database.write() as session:
        site.parts.desk.ask_approval(session, TRANSPORT, one.id, expected=one.version)
    unknown = written(site, "A secret of no division", by=CHIEF, division=None)
    page = enters(site, ENVIRONMENT).get(f"/newsroom?{query.format(id=one.id)}")
    assert page.status == 200
    assert "secret draft" not in page.text
    assert "secret of no" not in page.text
    assert f"/newsroom/articles/{one.id}" not in page.text
    assert f"/newsroom/articles/{unknown.id}" not in page.text


def test_an_editor_of_no_division_sees_nothing_of_their_own(site: Site) -> None:
    published(site)
    page = enters(site, person("newcomer", Role.EDITOR, ("press",))).get("/newsroom")
    assert "Night buses" not in page.text


def test_a_chief_editor_sees_everything(site: Site) -> None:
    written(site, "One of the environment")
    written(site, "One of transport", by=TRANSPORT, division="transport")
    written(site, "One of nobody yet", by=CHIEF, division=None)
    page = enters(site, CHIEF).get("/newsroom")
    for title in ("One of the environment", "One of transport", "One of nobody yet"):
        assert title in page.text
    assert "Division not known yet" in page.text


def test_the_list_is_narrowed_by_state_language_topic_author_and_words(site: Site) -> None:
    with site.database.write() as session:
        topics.add(session, "summit", {"en": "Summit", "ko": "정상회의"})
    written(site, "Alpha draft", topics=("summit",))
    published(site, "Beta published", by=CHIEF)
    written(site, "대구 감마 초안", language="ko")
    scheduled(site, "Delta scheduled")
    asked(site, "Epsilon waiting")
    member = enters(site, ENVIRONMENT)
    everything = {"Alpha", "Beta", "감마", "Delta", "Epsilon"}
    for query, wanted in {
        "": everything,
        "state=draft": {"Alpha", "감마", "Epsilon"},
        "state=scheduled": {"Delta"},
        "state=published": {"Beta"},
        "state=withdrawn": set(),
        "state=waiting": {"Epsilon"},
        "language=ko": {"감마"},
        "topic=summit": {"Alpha"},
        "whose=mine": everything - {"Beta"},
        "q=beta": {"Beta"},
        "q=감마": {"감마"},
        "division=climate": everything,
        "division=water": set(),
    }.items():
        page = member.get(f"/newsroom?{query.replace('감마', '%EA%B0%90%EB%A7%88')}").text
        assert {name for name in everything if f"{name}" in page.partition("</form>")[2]} == wanted, query


def test_a_number_finds_the_release_of_that_number(site: Site) -> None:
    one = written(site, "Wanted")
    written(site, "Of no interest")
    member = enters(site, CHIEF)
    for query in (f"q={one.id}", f"q=%23{one.id}"):
        found = member.get(f"/newsroom?{query}").text
        assert ">Wanted<" in found
        assert "Of no interest" not in found


def test_what_waits_for_my_approval_is_what_another_asked_for(site: Site) -> None:
    asked(site, "Mine to approve", by=CHIEF)
    asked(site, "Asked by me")
    member = enters(site, ENVIRONMENT)
    page = member.get("/newsroom")
    assert "One release waits for your approval." in page.text
    page = member.get("/newsroom?state=approve")
    assert "Mine to approve" in page.text
    assert "Asked by me" not in page.text


def test_a_request_that_an_edit_has_voided_waits_no_more(site: Site) -> None:
    one = asked(site, by=CHIEF)
    with site.database.write() as session:
        session.execute(update(article).where(article.c.id == one.id).values(version=article.c.version + 1))
    member = enters(site, ENVIRONMENT)
    assert "waits for your approval" not in member.get("/newsroom").text
    assert "Boil the water" not in member.get("/newsroom?state=waiting").text.partition("</form>")[2]


def test_states_are_words_and_a_scheduled_release_shows_its_hour_in_the_citys_zone(site: Site) -> None:
    number = scheduled(site)
    asked(site, "Boil the water")
    page = enters(site, ENVIRONMENT).get("/newsroom")
    for word in ("Scheduled", "Waits for approval", "Urgent"):
        assert f">{word}</span>" in page.text
    # 03:00 UTC and 20 hours, in Seoul.
    assert "2026-05-21 08:00" in page.text
    assert "Becomes public on 21 May 2026 08:00" in opened(enters(site, CHIEF), number).answer.text


def test_a_long_list_has_pages(site: Site) -> None:
    for number in range(60):
        written(site, f"Number {number:02}.")
    member = enters(site, ENVIRONMENT)
    first, second = member.get("/newsroom?state=draft"), member.get("/newsroom?state=draft&page=2")
    assert "60 releases" in first.text
    assert first.text.count("Number ") == 50
    assert second.text.count("Number ") == 10
    assert 'href="/newsroom?state=draft&amp;page=2"' in first.text
    assert 'href="/newsroom?state=draft"' in second.text
    assert "Number 59." in first.text
    assert "Number 00." in second.text


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE revision SET footnotes = 'not json' WHERE article_id = 2",
        "UPDATE revision SET footnotes = '[1, 2]' WHERE article_id = 2",
        "UPDATE article SET state = 'unheard-of', published_at = created_at WHERE id = 2",
        "UPDATE article SET created_at = 'yesterday' WHERE id = 2",
    ],
)
def test_one_damaged_release_is_named_and_stops_no_other(site: Site, damage: str) -> None:
    for title in ("The first", "The damaged", "The third"):
        written(site, title)
    with site.database.write() as session:
        session.execute(text(damage))
    page = enters(site, CHIEF).get("/newsroom")
    assert page.status == 200
    assert "Release 2 cannot be shown" in page.text
    assert "The first" in page.text
    assert "The third" in page.text
    assert "The damaged" not in page.text


@pytest.mark.parametrize(
    "query",
    [
        "page=0",
        "page=-3",
        "page=99999999999999999999",
        "page=%EF%BC%92",
        "state=gone",
        "whose=%25",
        "division=..%2F..%2Fetc",
        "division=" + "x" * 500,
        "topic=" + "y" * 3000,
        "language=xx",
        "q=%22%27%29%3B--",
        "q=" + "%ED%95%9C" * 300,
        "q=99999999999999999999999",
        "q=%ED%A0%80",
        "q=&q=&state=&state=draft",
        "lang=zz&done=published&problem=nothing",
    ],
)
def test_a_query_that_makes_no_sense_is_a_list_all_the_same(site: Site, query: str) -> None:
    written(site)
    answer = enters(site, CHIEF).get(f"/newsroom?{query}")
    assert answer.status == 200
    assert is_page(answer)


def test_an_unpublished_release_of_another_division_is_not_there(site: Site) -> None:
    one = written(site, by=TRANSPORT, division="transport")
    unknown = written(site, by=CHIEF, division=None)
    member = enters(site, ENVIRONMENT)
    for number in (one.id, unknown.id, 999, 10**30):
        for page in ("", "/publish", "/approve", "/withdraw", "/discard"):
            assert member.get(f"/newsroom/articles/{number}{page}").status == 404, (number, page)


def test_a_published_release_of_another_division_is_read_and_not_touched(site: Site) -> None:
    one = published(site, "Trams", by=TRANSPORT, division="transport")
    page = opened(enters(site, ENVIRONMENT), one.id).answer.text
    assert "another division" in page
    assert "<form" not in page.partition("<main")[2]
    assert "transport-editor wrote" not in page
    for word in ("Withdraw…", "Correct or edit", "What was done"):
        assert word not in page


def test_a_draft_says_what_it_lacks_and_offers_no_publication(site: Site) -> None:
    one = written(site, body_html="", body_text="")
    page = opened(enters(site, ENVIRONMENT), one.id).answer.text
    assert "It has no text." in page
    assert "Publish…" not in page
    assert "Edit" in page


def test_everything_known_of_a_release_is_on_its_page(site: Site) -> None:
    with site.database.write() as session:
        topics.add(session, "summit", {"en": "Summit", "ko": "정상회의"})
    crowd(site, 3)
    one = published(site, "Night buses run later", topics=("summit",))
    site.parts.alerts.run()
    with site.database.write() as session:
        site.parts.desk.correct(
            session,
            CHIEF,
            one.id,
            one.content,
            articles.filing_of(one),
            note="The line number was wrong.",
            expected=one.version,
        )
    page = opened(enters(site, ENVIRONMENT), one.id).answer.text
    for piece in (
        "Night buses run later from Monday on.",
        "Published",
        "Corrected",
        "20 May 2026 12:00",
        "Summit",
        "Revision 2",
        "The line number was wrong.",
        "<b>environment-editor</b>",
        "<b>press-chief</b>",
        "Its mails",
        '<th scope="row">Alert</th><td data-label="People">3</td>',
        "Correct or edit",
        "Withdraw…",
        f'href="/articles/{one.id}/night-buses-run-later"',
    ):
        assert piece in page, piece


def test_a_release_of_a_topic_that_left_the_vocabulary_is_shown(site: Site) -> None:
    with site.database.write() as session:
        topics.add(session, "summit", {"en": "Summit", "ko": "정상회의"})
    one = written(site, topics=("summit",))
    with site.database.write() as session:
        session.execute(article_topic.delete())
        topics.change(session, "summit", names={"en": "Summit", "ko": "정상회의"}, retired=True)
    assert stored(site, one.id).topics == ()
    assert opened(enters(site, CHIEF), one.id).answer.status == 200


def test_only_sentences_of_ours_are_said_to_be_done(site: Site) -> None:
    one = written(site)
    member = enters(site, CHIEF)
    assert "It is published." in member.get(f"/newsroom/articles/{one.id}?done=published").text
    for said in ("done=%3Cscript%3E", "done=published.x", "problem=../x", "done="):
        page = member.get(f"/newsroom/articles/{one.id}?{said}").text
        assert 'role="status"' not in page
        assert 'role="alert"' not in page


def test_markup_in_a_title_and_a_note_is_text(site: Site) -> None:
    one = written(site, '<script>alert("x")</script>', body_html="<p>Text.</p>")
    member = enters(site, CHIEF)
    for page in (member.get("/newsroom"), opened(member, one.id).answer, opened(member, one.id, "publish").answer):
        assert "<script>alert" not in page.text
        assert "&lt;script&gt;" in page.text


@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_page_of_the_desk_is_there_in_both_languages_and_changes_nothing(site: Site, language: str) -> None:
    draft, public, urgent = written(site), published(site, "Trams"), asked(site)
    later = scheduled(site)
    member = enters(site, CHIEF, language=language)
    before = {name: rows for name, rows in site.dump().items() if name != "staff_session"}
    pages = [
        "",
        "?state=draft&whose=mine&q=buses",
        f"/articles/{draft.id}",
        f"/articles/{draft.id}/publish",
        f"/articles/{draft.id}/discard",
        f"/articles/{public.id}",
        f"/articles/{public.id}/withdraw",
        f"/articles/{urgent.id}",
        f"/articles/{urgent.id}/approve",
        f"/articles/{later}",
        f"/articles/{later}/publish",
    ]
    for page in pages:
        answer = member.get(f"/newsroom{page}")
        assert answer.status == 200, page
        assert f'<html lang="{language}">' in answer.text
    assert {name: rows for name, rows in site.dump().items() if name != "staff_session"} == before
