"""The newsroom's page on feeds: what is missing and why, what stands ready, how large, and who reads it."""

from datetime import timedelta

import pytest

from feeds.store import articles
from feeds.store.articles import Filing
from tests.builders import NOW, content, correct, publish
from tests.web.conftest import Site
from tests.web.newsroom import signed_in
from tests.web.test_scheduled import damage

HEALTH = "/newsroom/feeds"


def poison(site: Site) -> int:
    """A release whose title is nothing that XML can hold."""
    with site.database.write() as session:
        filing = Filing(division="climate")
        one = articles.add(session, content("\x0b"), filing=filing, authority="a.test,2026", now=NOW)
        articles.publish(session, one.id, fallback_division="press", now=NOW)
    return one.id


def rows(page: str, section: str) -> list[str]:
    return page.partition(f'aria-labelledby="{section}"')[2].partition("</section>")[0].split("<tr>")[2:]


def test_where_nothing_is_missing_it_says_so_and_shows_what_stands_ready(site: Site) -> None:
    publish(site.database, "Night buses run later")
    for path in ("/feeds/all.rss", "/feeds/all.atom", "/feeds/select.json?q=buses"):
        site.browser.get(path, accept_encoding="gzip")
    site.clock.forward(minutes=5)
    page = signed_in(site).get(HEALTH).text
    assert "every release could be shown" in page
    everything, words = rows(page, "feeds")
    assert 'href="/feeds/all">All releases<' in everything
    assert ">1</td>" in everything
    assert everything.count("gzip") == 2
    assert "2026-05-20 12:00" in everything
    assert "with “buses”" in words
    assert "<b>JSON</b>" in words


def test_f61_a_release_that_cannot_be_shown_is_named_with_its_reason_and_a_way_to_it(site: Site) -> None:
    publish(site.database, "Sound")
    broken = poison(site)
    for path in ("/feeds/climate.rss", "/feeds/water.rss"):
        answer = site.browser.get(path)
        assert answer.status == 200
    staff = signed_in(site)
    page = staff.get(HEALTH).text
    (problem,) = rows(page, "missing")
    assert f'href="/newsroom/articles/{broken}"' in problem
    assert "it has no title" in problem
    assert "All releases · Climate" in problem
    assert "Water" not in problem
    assert page.count("1 missing") == 2
    correct(site.database, broken, "Whole again", now=NOW + timedelta(hours=1))
    assert "every release could be shown" in staff.get(HEALTH).text


def test_f61_a_release_whose_record_is_damaged_is_named_too(site: Site) -> None:
    broken = publish(site.database, "Broken").article_id
    damage(site.database, broken)
    page = signed_in(site).get(HEALTH).text
    (problem,) = rows(page, "missing")
    assert f'href="/newsroom/articles/{broken}"' in problem
    assert "damaged" in problem


@pytest.mark.parametrize("is_read", [True, False])
def test_f61_what_an_archive_had_to_leave_out_is_named_too(site: Site, *, is_read: bool) -> None:
    broken = poison(site) if is_read else publish(site.database, "Broken").article_id
    if not is_read:
        damage(site.database, broken)
    for number in range(50):
        publish(site.database, f"Sound {number}", now=NOW + timedelta(minutes=number + 1))
    staff = signed_in(site)
    assert "every release could be shown" in staff.get(HEALTH).text
    for form in ("rss", "atom"):
        assert site.browser.get(f"/feeds/climate/2026-05.{form}").status == 200
    (problem,) = rows(staff.get(HEALTH).text, "missing")
    assert f'href="/newsroom/articles/{broken}"' in problem
    assert problem.count("Climate") == 1
    assert ("it has no title" if is_read else "damaged") in problem


def test_readers_are_counted_by_what_their_programs_say(site: Site) -> None:
    publish(site.database)
    site.browser.get("/feeds/all.rss")
    site.parts.shelf.following = True
    for agent in ("Feedly/1.0 (+http://feedly.test/; 42 subscribers)", "NetNewsWire/6.1", "NetNewsWire/6.1"):
        site.browser.get("/feeds/all.rss", user_agent=agent)
    page = signed_in(site).get(HEALTH).text
    (line,) = rows(page, "feeds")
    assert ">43 " in line
    assert "Feedly 42 · NetNewsWire 1" in line


@pytest.mark.parametrize("language", ["en", "ko"])
def test_staff_of_every_role_see_it_in_their_language_and_strangers_do_not(site: Site, language: str) -> None:
    assert site.browser.get(HEALTH).status == 303
    staff = signed_in(site)
    page = staff.get(f"{HEALTH}?lang={language}").text
    assert f'<html lang="{language}">' in page
    assert f'href="{HEALTH}' in staff.get("/newsroom").text


@pytest.mark.parametrize("page", ["0", "-1", "9999999999", "x", "２"])
def test_b59_a_page_that_is_none_is_brought_within_bounds(site: Site, page: str) -> None:
    publish(site.database)
    assert "All releases" in signed_in(site).get(f"{HEALTH}?page={page}").text
