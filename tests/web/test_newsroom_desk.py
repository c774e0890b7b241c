"""The desk's list and its view of one release: who sees what, and that nothing they may not see shows anywhere."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import text, update

from feeds.model import Newsroom
from feeds.staff import Role, person
from feeds.store import articles, topics
from feeds.store.tables import article, article_topic
from feeds.web.newsroom.desk_views import Group, grouped
from tests.web.conftest import Site, is_page
from tests.web.desk import (
    CHIEF,
    ENVIRONMENT,
    TRANSPORT,
    asked,
    crowd,
    edited,
    enters,
    opened,
    published,
    stored,
    written,
)

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


def test_the_list_is_narrowed_by_the_days_of_the_instants_that_it_shows(site: Site) -> None:
    written(site, "Draft of today")  # 20 May, 12:00 in Seoul
    scheduled(site, "Of tomorrow, at eight")
    published(site, "Of the first", registered_on=date(2026, 5, 1))
    member = enters(site, ENVIRONMENT)
    everything = {"today", "tomorrow", "first"}
    for query, wanted in {
        "from=2026-05-20": {"today", "tomorrow"},
        "from=2026-05-21": {"tomorrow"},
        "to=2026-05-20": {"today", "first"},
        "from=2026-05-20&to=2026-05-20": {"today"},
        "to=2026-05-01&from=2026-05-20": {"today", "first"},
        "from=2026-05-01&to=2026-05-01&state=published": {"first"},
        "from=soon": everything,
        "from=9999-12-31&to=0001-01-01": everything,
    }.items():
        page = member.get(f"/newsroom?{query}").text
        assert {name for name in everything if name in page.partition("</form>")[2]} == wanted, query
    assert 'name="from" value="2026-05-20"' in member.get("/newsroom?from=2026-05-20").text


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
    assert "One waits for your approval" in page.text
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


def test_the_list_is_in_the_order_of_the_instants_that_it_shows(site: Site) -> None:
    draft = written(site, "Draft")
    site.clock.forward(hours=1)
    gone = published(site, "Withdrawn, not published, at 16")
    later = scheduled(site, "Scheduled for tomorrow")
    site.clock.forward(hours=1)
    published(site, "Published at 14")
    published(site, "Of an earlier day", registered_on=date(2026, 5, 1))
    site.clock.forward(hours=1)
    written(site, "Begun at 15")
    site.clock.forward(hours=1)
    with site.database.write() as session:
        site.parts.desk.withdraw(session, CHIEF, gone.id, reason="Wrong.", expected=gone.version)
    site.clock.forward(hours=1)
    edited(site, draft.id, "Draft, changed last")
    member = enters(site, CHIEF)
    shown = re.findall(
        r'articles/\d+">([^<]+)</a>.*?<time datetime="[^"]+">([^<]+)</time>', member.get("/newsroom").text, re.S
    )
    assert shown == [
        ("Scheduled for tomorrow", "2026-05-21 09:00"),
        ("Draft, changed last", "2026-05-20 17:00"),
        ("Withdrawn, not published, at 16", "2026-05-20 16:00"),
        ("Begun at 15", "2026-05-20 15:00"),
        ("Published at 14", "2026-05-20 14:00"),
        ("Of an earlier day", "2026-05-01"),
    ]
    assert "20 May 2026 16:00" in opened(member, gone.id).answer.between('class="standing"', "</p>")
    assert "21 May 2026 09:00" in opened(member, later).answer.between('class="standing"', "</p>")


def test_pages_of_releases_of_one_instant_hold_each_once(site: Site) -> None:
    for number in range(55):
        written(site, f"Number {number:02}.")
    member = enters(site, CHIEF)
    pages = [re.findall(r"Number (\d\d)\.</a>", member.get(f"/newsroom?page={page}").text) for page in (1, 2)]
    assert [int(one) for page in pages for one in page] == list(range(54, -1, -1))


def test_divisions_stand_under_their_bureaus(site: Site) -> None:
    page = enters(site, CHIEF).get("/newsroom?division=water").between('<select id="division"', "</select>")
    assert re.findall(r'<(?:option value|optgroup label)="([^"]*)"(?: selected)?>', page) == [
        *("", "-", "Environment Bureau", "environment", "climate", "water", "transport", "press"),
    ]
    assert '<option value="water" selected>' in page


def test_a_bureau_that_is_not_offered_groups_nothing(newsroom: Newsroom) -> None:
    below = [one for one in newsroom.city.divisions if one.parent == "environment"]
    assert grouped(below, "ko") == [Group("", (("climate", "기후과"),)), Group("", (("water", "물과"),))]


def test_a_bureau_leads_its_group_wherever_the_city_file_names_it(newsroom: Newsroom) -> None:
    backwards = newsroom.city.divisions[::-1]
    names = ("environment", "Environment Bureau"), ("water", "Water"), ("climate", "Climate")
    assert grouped(backwards, "en")[-1] == Group("Environment Bureau", names)


def test_drafts_without_a_division_are_listed_for_who_may_file_them(site: Site) -> None:
    written(site, "Of nobody yet", by=CHIEF, division=None)
    written(site, "Of the climate")
    page = enters(site, CHIEF).get("/newsroom?division=-")
    assert "Of nobody yet" in page.text
    assert "Of the climate" not in page.text
    theirs = enters(site, ENVIRONMENT).get("/newsroom?division=-").text
    assert "Of nobody yet" not in theirs
    assert '<option value="-"' not in theirs


def test_every_page_says_how_many_wait_for_ones_approval(site: Site) -> None:
    member, other = enters(site, ENVIRONMENT), enters(site, TRANSPORT)
    assert "awaits" not in member.get("/newsroom").text
    asked(site, "Boil the water", by=CHIEF)
    one = asked(site, "Boil it longer", by=CHIEF)
    asked(site, "Asked by me")
    for path in ("", "/articles/new", f"/articles/{one.id}", "/audit", "/password", "/articles/999", "/topics"):
        head = member.get(f"/newsroom{path}").between("<header", "</header>")
        assert "2 wait for your approval</span>" in head, path
        assert 'href="/newsroom?state=approve"' in head, path
        assert "awaits" not in other.get(f"/newsroom{path}").text, path


def test_damaged_releases_that_wait_break_no_page(site: Site) -> None:
    asked(site, by=CHIEF)
    with site.database.write() as session:
        session.execute(text("UPDATE article SET approval_asked_at = 'then', created_at = 'yesterday'"))
        session.execute(text("UPDATE revision SET footnotes = 'not json'"))
    page = enters(site, ENVIRONMENT).get("/newsroom/audit")
    assert page.status == 200
    assert "One waits for your approval" in page.text


def test_a_long_list_has_pages(site: Site) -> None:
    for number in range(60):
        written(site, f"Number {number:02}.")
    member = enters(site, ENVIRONMENT)
    first, second = member.get("/newsroom?state=draft"), member.get("/newsroom?state=draft&page=2")
    assert "60 releases" in first.text
    assert first.text.count(".</a>") == 50
    assert second.text.count(".</a>") == 10
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
            replace(one.content, body_text="Line 524 runs later from Monday on."),
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
        assert '" href="/feeds/all.atom">' in answer.text
    assert {name: rows for name, rows in site.dump().items() if name != "staff_session"} == before
