"""Divisions live: old addresses answer for ever, retired ones say so, and forms offer only what can be followed."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from html import unescape

import feedparser
import pytest

from feeds.model import Board, City, Division
from feeds.store import articles, divisions
from feeds.store.articles import Filing
from notifier.tokens import Purpose
from tests.api.program import RELEASE, demand_problem, program
from tests.builders import NOW, content, publish
from tests.web.conftest import Site, make_site
from tests.web.newsroom import signed_in

DAY = date(2026, 6, 1)
AFTER = NOW + timedelta(days=20)
BOARD = Board(slug="notices", names={"en": "Notices", "ko": "공고"}, path={"en": ("News", "Notices")})


def _renamed(city: City) -> City:
    """The city after a year: climate has another slug, water was merged into it, the buses' bureau is no more."""
    life: dict[str, dict[str, object]] = {
        "climate": {"slug": "air", "names": {"en": "Air", "ko": "대기과"}, "former": ("climate", "weather")},
        "water": {"retired": DAY, "successor": "air"},
        "transport": {"retired": DAY, "telephone": "053-104"},
    }
    changed = (replace(one, **life.get(one.slug, {})) for one in city.divisions)  # type: ignore[arg-type]
    return replace(city, divisions=tuple(changed))


@pytest.fixture
def later(site: Site, city: City) -> Iterator[Site]:
    """The site of the same database after the city file was changed, as it starts again; it had releases before."""
    publish(site.database, "Of the climate division", division="climate")
    publish(site.database, "Of the water division", division="water", now=NOW + timedelta(hours=1))
    publish(site.database, "Of the buses", division="transport", now=NOW + timedelta(hours=2))
    made = make_site(site.parts.settings, _renamed(city), site.clock)
    with made.database.write() as session:
        divisions.sync(session, made.parts.newsroom.city)
    site.clock.at = AFTER
    yield made
    made.database.close()


@pytest.mark.parametrize("slug", ["climate", "weather", "water", "Climate", "WATER", "Air"])
def test_an_old_slug_leads_for_ever_to_the_present_page_feed_and_archive(later: Site, slug: str) -> None:
    for path, target in {
        f"/divisions/{slug}": "/divisions/air",
        f"/divisions/{slug}?lang=ko": "/divisions/air?lang=ko",
        f"/feeds/{slug}.rss": "/feeds/air.rss",
        f"/feeds/{slug}.atom": "/feeds/air.atom",
        f"/feeds/{slug}.ATOM": "/feeds/air.atom",
        f"/feeds/{slug}.json": "/feeds/air.json",
        f"/feeds/{slug}/2026-05.rss": "/feeds/air/2026-05.rss",
        f"/feeds/{slug}/2026-05.json": "/feeds/air/2026-05.json",
        f"/feeds/select.rss?division={slug}&q=water": "/feeds/select.rss?division=air&q=water",
    }.items():
        answer = later.browser.get(path)
        assert (answer.status, answer.headers["location"]) == (301, target), path
        assert later.browser.get(target).status == 200


def test_the_present_division_holds_what_was_issued_under_every_old_one(later: Site) -> None:
    publish(later.database, "Of the air division", division="air", now=AFTER)
    for path in ("/divisions/air", "/feeds/air.rss", "/divisions/environment", "/feeds/environment.atom"):
        body = later.browser.get(path).text
        for title in ("Of the climate division", "Of the water division", "Of the air division"):
            assert title in body, (path, title)
        assert "Of the buses" not in body


def test_a_release_of_old_names_the_division_as_it_is_called_today(later: Site) -> None:
    page = later.browser.get("/").text
    assert '<a href="/divisions/air">Air</a>' in page
    assert "/divisions/climate" not in page


def test_a_division_says_whose_work_it_goes_on_with(later: Site) -> None:
    lede = later.browser.get("/divisions/air").between('<div class="lede">', "</div>")
    assert "Goes on with the work of <span>Water</span>" in lede
    assert "Goes on" not in later.browser.get("/divisions/environment").text


@pytest.mark.parametrize(
    ("language", "sentence", "last"),
    [
        ("en", "has issued no releases since 1 June 2026", "Its last one is of 20 May 2026."),
        ("ko", "2026년 6월 1일부터 보도자료를 내지 않는 부서", "마지막 보도자료는 2026년 5월 20일에 나왔습니다."),
    ],
)
def test_a_division_retired_without_a_successor_says_so_and_is_offered_to_nobody(
    later: Site, language: str, sentence: str, last: str
) -> None:
    answer = later.browser.get(f"/divisions/transport?lang={language}")
    assert answer.status == 200
    assert sentence in answer.text
    assert last in answer.text
    assert "Of the buses" in answer.text
    assert 'name="division"' not in answer.text
    assert 'class="follow"' not in answer.text
    assert "053-104" not in answer.text


def test_its_feed_goes_on_says_that_it_ended_and_its_releases_are_read(later: Site) -> None:
    for path in ("/feeds/transport.rss", "/feeds/transport.atom"):
        answer = later.browser.get(path)
        assert answer.status == 200
        first, *_ = feedparser.parse(answer.body).entries
        assert first.title == "Transport Bureau: no more releases"
        assert first.link == "http://newsroom.test/feeds"
        assert str(DAY) in first.summary
        assert "Of the buses" in answer.text
        assert "telephone 120" in answer.text
    location = later.browser.get("/articles/3").headers["location"]
    page = later.browser.get(location).text
    assert 'class="follow"' not in page
    assert "053-104" not in page
    assert 'href="tel:120"' in page


def test_a_release_of_old_offers_to_follow_and_to_call_who_goes_on(later: Site) -> None:
    page = later.browser.get("/articles/2/of-the-water-division").text
    assert '<input type="hidden" name="division" value="air">' in page
    assert "Follow Air" in page
    assert "053-102" not in page


def test_a_retired_division_without_a_release_says_when_it_ended(site: Site, city: City) -> None:
    made = make_site(site.parts.settings, _renamed(city), site.clock)
    page = made.browser.get("/divisions/transport").text
    assert "since 1 June 2026" in page
    assert "Its last one" not in page
    assert "Follow now" not in page
    made.database.close()


def test_the_directory_shows_earlier_divisions_apart_with_who_goes_on(later: Site) -> None:
    page = later.browser.get("/feeds").text
    today, _, earlier = page.partition('<section class="group" id="earlier"')
    assert earlier
    for slug in ("transport", "water", "climate"):
        assert f"/feeds/{slug}.rss" not in today
        assert f"division={slug}" not in page
    assert "<li><b>Water</b> <span>until 1 June 2026</span>" in earlier
    assert '<a href="/divisions/air">Air</a>' in earlier
    assert '<a href="/divisions/transport">Transport Bureau</a>' in earlier
    assert "No successor" in earlier


def test_a_city_without_earlier_divisions_has_no_such_heading(site: Site) -> None:
    assert "Earlier divisions" not in site.browser.get("/feeds").text


def test_the_form_offers_only_what_issues_releases(later: Site) -> None:
    offered = re.findall(r'name="division" value="([\w-]+)"', later.browser.get("/subscribe").text)
    assert sorted(offered) == ["air", "environment", "press"]


@pytest.mark.parametrize("slug", ["climate", "weather", "water", "air"])
def test_a_link_to_the_form_with_an_old_slug_ticks_the_present_one(later: Site, slug: str) -> None:
    page = later.browser.get(f"/subscribe?division={slug}").text
    assert re.findall(r'name="division" value="([\w-]+)" checked', page) == ["air"]


def test_a_link_to_the_form_with_a_retired_one_ticks_nothing(later: Site) -> None:
    page = later.browser.get("/subscribe?division=transport&division=nobody")
    assert page.status == 200
    assert "checked> <span>Transport" not in page.text
    assert not re.findall(r'name="division" value="[\w-]+" checked', page.text)


@pytest.mark.parametrize("slug", ["climate", "water", "air"])
def test_a_sign_up_with_an_old_slug_files_the_present_one(later: Site, slug: str) -> None:
    assert later.sign_up(division=slug).status == 303
    (wish,) = later.dump()["signup"]
    assert "division=air" in wish


def test_a_sign_up_for_a_retired_division_is_asked_to_choose_again(later: Site) -> None:
    answer = later.sign_up(division="transport")
    assert answer.status == 422
    assert "no longer exists" in answer.text
    assert not later.dump()["signup"]


@pytest.mark.parametrize("path", ["/divisions/ghost", "/feeds/ghost.rss", "/feeds/ghost.atom"])
def test_b60_what_never_was_is_404_and_what_left_the_city_file_410(site: Site, city: City, path: str) -> None:
    assert site.browser.get(path).status == 404
    ghost = Division(slug="ghost", names={"en": "Ghost Office", "ko": "유령과"})
    with site.database.write() as session:
        divisions.sync(session, replace(city, divisions=(*city.divisions, ghost)))
    answer = site.browser.get(path)
    assert answer.status == 410
    assert "no longer here" in answer.between("<h1>", "</h1>")
    assert site.browser.get("/feeds/ghost.xml").status == 404


def _without(site: Site, city: City, *, language: str) -> Site:
    """The site after a start with a city file that has a language and two boards less."""
    before = replace(city, languages=("en", "ko", "ja"), boards=(*city.boards, BOARD))
    with site.database.write() as session:
        divisions.sync(session, before)
    kept = tuple(one for one in before.languages if one != language)
    return make_site(site.parts.settings, replace(city, languages=kept, boards=()), site.clock)


@pytest.mark.parametrize("ending", [".rss", ".atom", ".json", ".opml", "", "/2026-05.rss"])
@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("board=notices", "board Notices"),
        ("Board=Notices", "board Notices"),
        ("lang=ja", "in this language: ja"),
        ("lang=JA&division=climate", "in this language: ja"),
    ],
)
def test_b60_a_board_or_a_language_that_left_the_city_file_is_gone_and_the_notice_leads_on(
    site: Site, city: City, ending: str, asked: str, said: str
) -> None:
    after = _without(site, city, language="ja")
    page = asked.replace("lang", "language") if not ending else asked
    answer = after.browser.get(f"/feeds/select{ending}?{page}")
    assert answer.status == 410
    assert said in answer.text
    onward = "/feeds/climate" if "climate" in asked else "/feeds/all"
    assert f'<a class="button" href="{onward}">' in answer.text
    after.database.close()


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/search?q=bus&board=notices", 410),
        ("/search?q=bus&language=ja", 410),
        ("/search?q=bus&division=water&board=notices", 410),
        ("/search?q=bus&board=never", 200),
        ("/feeds/select.rss?board=notices&topic=never", 404),
        ("/feeds/select.rss?topic=notices", 404),
        ("/feeds/select.rss?lang=notices", 404),
        ("/feeds/select.rss?board=notices&q=!!", 410),
    ],
)
def test_b60_only_what_was_there_once_is_gone(site: Site, city: City, path: str, status: int) -> None:
    after = _without(site, city, language="ja")
    assert after.browser.get(path).status == status
    after.database.close()


def test_a_release_whose_division_left_the_city_file_is_still_read(site: Site, city: City) -> None:
    ghost = Division(slug="ghost", names={"en": "Ghost Office", "ko": "유령과"})
    with site.database.write() as session:
        divisions.sync(session, replace(city, divisions=(*city.divisions, ghost)))
    number = publish(site.database, "Of an office long gone", division="ghost").article_id
    for path in ("/", f"/articles/{number}/of-an-office-long-gone", "/feeds/all.rss", "/feeds/all.atom"):
        answer = site.browser.get(path)
        assert answer.status == 200
        assert "Of an office long gone" in answer.text


def test_a_new_release_may_be_filed_under_an_old_slug(site: Site, city: City) -> None:
    """A script that was written years ago goes on, in a database that never knew the old slug, too."""
    made = make_site(site.parts.settings, _renamed(city), site.clock)
    with made.database.write() as session:
        divisions.sync(session, made.parts.newsroom.city)
        one = articles.add(
            session, content("By a script"), filing=Filing(division="weather"), authority="a.test,2026", now=NOW
        )
        articles.publish(session, one.id, fallback_division="press", now=NOW)
    assert "By a script" in made.browser.get("/divisions/air").text
    assert "By a script" in made.browser.get("/feeds/environment.rss").text
    made.database.close()


def test_the_count_of_divisions_is_of_those_that_issue_releases(later: Site) -> None:
    assert "Releases of 3 divisions" in later.browser.get("/").text


def test_who_followed_an_old_slug_manages_it_under_the_present_name(site: Site, later: Site) -> None:
    person = site.follow("reader@example.org", "climate")
    page = later.browser.get(later.link(Purpose.MANAGE, person.id)).text
    assert re.findall(r'<h2 id="wish-\d+">(.*?)</h2>', page) == ["Air"]


def _readers_paths(site: Site) -> set[str]:
    """Every address that the directory, the list for readers and the pages of feeds lead to, and what they suggest."""
    found = {"/feeds", "/feeds.opml", "/feeds/select.opml?division=climate&division=transport"}
    for start in ("/feeds", "/feeds/climate", "/feeds/water", "/feeds/transport", "/feeds/select?board=news"):
        found.add(start)
        page = site.browser.get(start).text
        found |= {unescape(one) for one in re.findall(r'href="(?:http://newsroom\.test)?(/[^"#]*)', page)}
        found |= {unescape(one) for one in re.findall(r'data-copy="http://newsroom\.test(/[^"]*)', page)}
    found |= {f"/feeds/select.{form}?division=climate&division=water&q=of" for form in ("rss", "atom", "json")}
    return {one for one in found if not one.startswith("/static/")}


def test_b60_nothing_that_a_reader_may_have_kept_is_ever_a_silent_404(site: Site, city: City) -> None:
    """Divisions are renamed, merged and closed, a board goes: pages, feeds, months, lists and forms go on or say so."""
    for slug in ("climate", "water", "transport"):
        publish(site.database, f"Of the {slug} division", division=slug)
    before = _readers_paths(site)
    assert len(before) > 60
    assert {site.browser.get(path).status for path in before} == {200}
    after = make_site(site.parts.settings, replace(_renamed(city), boards=()), site.clock)
    answers = {path: after.browser.get(path) for path in before}
    led = {path: after.browser.get(one.headers["location"]) for path, one in answers.items() if one.status == 301}
    assert {path: one.status for path, one in led.items() if one.status != 200} == {}
    assert {one.status for one in answers.values()} == {200, 301, 410}
    gone = {path for path, one in answers.items() if one.status == 410}
    assert gone
    assert all("board=news" in path for path in gone), gone
    after.database.close()


@pytest.mark.parametrize(
    ("division", "language", "sentence"),
    [
        ("water", "en", "water has issued no releases since 2026-06-01: choose air, which goes on with its work."),
        ("water", "ko", "water: 2026-06-01부터 보도자료를 내지 않습니다. 업무를 이어받은 부서(air)를 선택해 주십시오."),
        ("transport", "en", "and no other division goes on with its work: choose another."),
        ("nothing", "en", "There is no division nothing."),
    ],
)
def test_a_program_that_files_under_a_closed_division_is_told_which_goes_on_with_its_work(
    later: Site, division: str, language: str, sentence: str
) -> None:
    cms = program(later, divisions=None)
    answer = cms.post("/articles", RELEASE | {"division": division, "publish": True}, accept_language=language)
    told = demand_problem(answer, 422)
    assert [one["field"] for one in told["errors"]] == ["division"]
    assert told["errors"][0]["detail"].endswith(sentence)


def test_the_desk_says_what_a_draft_of_a_closed_division_lacks_and_leads_to_the_choice(later: Site) -> None:
    with later.database.write() as session:
        filing = Filing(division="water")
        one = articles.add(session, content("Pipes"), filing=filing, authority="a.example.org,2026", now=AFTER)
    chief = signed_in(later, "chief")
    for language, said in (("en", "Water has issued no releases since"), ("ko", "업무를 이어받은 부서(대기과)")):
        page = chief.get(f"/newsroom/articles/{one.id}?lang={language}")
        assert said in page.text
        assert f'href="/newsroom/articles/{one.id}/edit{"?lang=ko" if language == "ko" else ""}' in page.text
        assert f"/newsroom/articles/{one.id}/publish" not in page.text
