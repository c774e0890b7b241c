"""Archives of feeds (RFC 5005, section 4): from the newest release to the first, and what is over stays as it is."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from lxml import etree

from feeds.archives import Archives, Kept, split
from feeds.months import Month
from feeds.scope import Scope
from feeds.store import articles, reading, topics
from feeds.store.articles import Filing
from tests.builders import NOW, content, correct, publish, withdraw
from tests.web.browser import path_of
from tests.web.conftest import Site

MONTHS = [NOW - timedelta(days=days) for days in (800, 400, 399, 62, 61, 32, 3, 1)]
NAMES = {
    "a": "http://www.w3.org/2005/Atom",
    "fh": "http://purl.org/syndication/history/1.0",
}


@pytest.fixture
def old(site: Site) -> Site:
    """Releases over some years, every other one of another division."""
    for number, at in enumerate(MONTHS):
        publish(site.database, f"Release {number}", now=at, division=("climate", "transport")[number % 2])
    return site


def walk(site: Site, path: str) -> Iterator[tuple[str, list[str]]]:
    """Every document from the newest on with its titles, as a reader goes who follows the links."""
    seen: set[str] = set()
    while path not in seen:
        seen.add(path)
        answer = site.browser.get(path)
        assert answer.status == 200, path
        root = etree.fromstring(answer.body)
        yield (
            path,
            [str(title) for title in root.xpath("//item/title/text()|//a:entry/a:title/text()", namespaces=NAMES)],
        )
        older = root.xpath("//a:link[@rel='prev-archive']/@href", namespaces=NAMES)
        if not older:
            return
        path = path_of(older[0])
    pytest.fail(f"the links lead in a circle: {path}")


@pytest.mark.parametrize("form", ["rss", "atom"])
@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("/feeds/all.{}", set(range(8))),
        ("/feeds/climate.{}", {0, 2, 4, 6}),
        ("/feeds/environment.{}", {0, 2, 4, 6}),
        ("/feeds/select.{}?division=climate&division=transport", set(range(8))),
        ("/feeds/select.{}?q=release", set(range(8))),
        ("/feeds/select.{}?division=transport&q=release", {1, 3, 5, 7}),
    ],
)
def test_a_reader_walks_from_the_newest_release_to_the_first(old: Site, path: str, wanted: set[int], form: str) -> None:
    pages = list(walk(old, path.format(form)))
    archived = [title for _, titles in pages[1:] for title in titles]
    assert set(archived) == {f"Release {number}" for number in wanted}
    assert len(archived) == len(set(archived))
    assert len(pages) == 1 + len({Month.of(MONTHS[n], old.parts.newsroom.city.zone) for n in wanted})


def test_json_leads_on_too(old: Site) -> None:
    path, titles = "/feeds/climate.json", list[str]()
    while path:
        document = json.loads(old.browser.get(path).body)
        titles += [item["title"] for item in document["items"]]
        path = path_of(document["next_url"]) if "next_url" in document else ""
    assert set(titles) == {f"Release {number}" for number in (0, 2, 4, 6)}


def test_a_month_that_is_over_says_that_it_is_an_archive_and_stays_as_it_is(old: Site) -> None:
    over, present = "/feeds/all/2026-03.atom", "/feeds/all/2026-05.atom"
    before = old.browser.get(over)
    root = etree.fromstring(before.body)
    assert len(root.findall("fh:archive", NAMES)) == 1
    current = root.xpath("a:link[@rel='current']/@href", namespaces=NAMES)
    assert current == ["http://newsroom.test/feeds/all.atom"]
    assert root.xpath("a:link[@rel='self']/@href", namespaces=NAMES) == ["http://newsroom.test" + over]
    assert etree.fromstring(old.browser.get(present).body).findall("fh:archive", NAMES) == []
    publish(old.database, "New", now=NOW)
    after = old.browser.get(over)
    assert (after.body, after.headers["etag"]) == (before.body, before.headers["etag"])
    assert old.browser.get(over, if_none_match=before.headers["etag"]).status == 304
    assert "New" in old.browser.get(present).text


def test_a_late_correction_is_in_the_feed_and_in_its_month_whose_address_stays(old: Site) -> None:
    """RFC 5005, section 4: which entries an archive holds, and where, should not change; of two states of an entry the
    one that the feed itself shows counts."""
    before = {path: old.browser.get(path).body for path, _ in walk(old, "/feeds/all.atom")}
    correct(old.database, 4, "Release 3, corrected", now=NOW)
    pages = dict(walk(old, "/feeds/all.atom"))
    assert next(iter(pages.values()))[0] == "Release 3, corrected"
    assert "Release 3, corrected" in pages["/feeds/all/2026-03.atom"]
    moved = [path.partition("?")[0] for path in pages if path not in before]
    assert moved == ["/feeds/all/2026-05.atom"]  # the month that is not over
    others = [path for path in before if path in pages and path not in ("/feeds/all.atom", "/feeds/all/2026-03.atom")]
    assert len(others) == 3
    assert all(old.browser.get(path).body == before[path] for path in others)


def test_what_came_in_late_gives_its_month_another_address(old: Site) -> None:
    before = [path for path, _ in walk(old, "/feeds/all.atom")]
    with old.database.write() as session:
        late = articles.add(session, content("Late"), filing=Filing(division="climate"), authority="a.test,1", now=NOW)
        articles.publish(session, late.id, fallback_division="press", now=NOW, dated=MONTHS[4], quiet=True)
    pages = dict(walk(old, "/feeds/all.atom"))
    [path] = [path for path, titles in pages.items() if "Late" in titles and "/2026-03." in path]
    assert path not in before
    assert path.startswith("/feeds/all/2026-03.atom?r=")


def test_no_correction_is_lost_to_a_reader_who_stops_at_addresses_that_are_known(site: Site) -> None:
    """RFC 5005, section 4: of two states of an entry the newer counts; a known archive is not read again."""
    for day, title in ((70, "March"), (35, "April"), (3, "May")):
        publish(site.database, title, now=NOW - timedelta(days=day))
    many = [publish(site.database, f"Old {n}", now=NOW - timedelta(days=65)).article_id for n in range(55)]
    for form in ("atom", "rss"):
        known = {path for path, _ in walk(site, f"/feeds/climate.{form}")} - {f"/feeds/climate.{form}"}
        for count, number in enumerate(many):
            correct(site.database, number, f"New {form} {number}", now=NOW + timedelta(minutes=count))
        seen: set[str] = set()
        for path, titles in walk(site, f"/feeds/climate.{form}"):
            if path in known:
                break
            seen |= set(titles)
        assert {f"New {form} {number}" for number in many} <= seen


def test_a_month_without_releases_of_its_own_is_on_the_way_where_older_ones_were_corrected_in_it(site: Site) -> None:
    number = publish(site.database, "Old", now=NOW - timedelta(days=70)).article_id
    publish(site.database, "Also old", now=NOW - timedelta(days=70))
    correct(site.database, number, "Corrected", now=NOW - timedelta(days=35))
    publish(site.database, "New", now=NOW)
    for scope in ("climate.atom", "select.atom?q=corrected+%7C+new+%7C+old"):
        found = [(path.partition("?")[0][-12:-5], titles) for path, titles in walk(site, f"/feeds/{scope}")][1:]
        assert found == [
            ("2026-05", ["New"]),
            ("2026-04", ["Corrected"]),
            ("2026-03", ["Also old", "Corrected"]),
        ]
    known = {path for path, _ in walk(site, "/feeds/climate.atom") if "2026-05" not in path}
    withdraw(site.database, number, now=NOW)
    left = [path for path, _ in walk(site, "/feeds/climate.atom") if "/2026-0" in path]
    assert [path.partition("?")[0][-12:-5] for path in left] == ["2026-05", "2026-03"]
    assert left[1] not in known


def refile(site: Site, number: int, division: str, at: datetime) -> int:
    """Correct a release by another division."""
    with site.database.write() as session:
        filing = replace(articles.filing_of(reading.get(session, number)), division=division)
        done = articles.revise(session, number, content("Elsewhere"), note="A desk.", now=at, filing=filing)
    assert done is not None
    return done.number


@pytest.mark.parametrize(
    ("before", "after", "untouched"),
    [("climate", "water", "transport"), ("environment", "transport", "press"), ("water", "climate", "transport")],
)
def test_a_release_that_is_filed_elsewhere_gives_its_month_another_address_where_it_went_and_where_it_was(
    site: Site, before: str, after: str, untouched: str
) -> None:
    """RFC 5005, section 4: the set of entries should not change at one address."""
    at = NOW - timedelta(days=40)
    for division in (before, after, untouched):
        publish(site.database, f"Of {division}", now=at, division=division)
    scopes = (before, after, untouched)
    number = publish(site.database, "Here", now=at, division=before).article_id
    for division in scopes:  # so that the present month leads to that one
        publish(site.database, f"New of {division}", now=NOW, division=division)

    def address(division: str) -> str:
        return [path for path, _ in walk(site, f"/feeds/{division}.atom")][2]

    known = [address(division) for division in scopes]
    assert known == [f"/feeds/{division}/2026-04.atom" for division in scopes]
    last = refile(site, number, after, NOW + timedelta(minutes=1))
    assert [address(division) for division in scopes] == [f"{known[0]}?r={last}", f"{known[1]}?r={last}", known[2]]
    [here] = [titles for path, titles in walk(site, f"/feeds/{after}.atom") if "2026-04" in path]
    assert "Elsewhere" in here
    again = refile(site, number, before, NOW + timedelta(minutes=2))
    assert [address(division) for division in scopes] == [f"{known[0]}?r={again}", f"{known[1]}?r={again}", known[2]]


def test_b65_months_that_are_over_are_made_once_whatever_is_published_since(old: Site) -> None:
    parts = old.parts
    archives = Archives(parts.database, parts.newsroom, parts.words, Kept())

    def made(month: Month) -> object:
        return archives.get(Scope(), month, 1, "rss", now=NOW)

    early, late, present = Month(2024, 3), Month(2026, 3), Month(2026, 5)
    first = [made(month) for month in (early, late, present)]
    publish(old.database, "New", now=NOW)
    assert [made(month) is one for month, one in zip((early, late, present), first, strict=True)] == [True, True, False]
    correct(old.database, 4, "Release 3, corrected", now=NOW)
    assert [made(month) is one for month, one in zip((early, late), first, strict=False)] == [True, False]


def test_a_topic_that_is_called_otherwise_is_called_so_in_every_month(old: Site) -> None:
    with old.database.write() as session:
        topics.add(session, "summit", {"en": "Summits", "ko": "회의"})
    path = "/feeds/select/2026-03.json?topic=summit"
    assert "Summits" in old.browser.get(path).text
    with old.database.write() as session:
        topics.change(session, "summit", names={"en": "Great meetings", "ko": "회의"}, retired=False)
    assert "Great meetings" in old.browser.get(path).text


def test_what_was_withdrawn_is_in_no_archive(old: Site) -> None:
    before = [path for path, titles in walk(old, "/feeds/all.rss") if "Release 4" in titles]
    withdraw(old.database, 5, now=NOW)
    pages = list(walk(old, "/feeds/all.rss"))
    assert all("Release 4" not in titles for _, titles in pages[1:])
    assert before[-1] not in dict(pages)


@pytest.mark.parametrize("number", [4, 5])
def test_f56_a_date_keeps_nobody_from_hearing_that_a_month_lost_a_release(old: Site, number: int) -> None:
    path = "/feeds/all/2026-03.rss"
    before = old.browser.get(path)
    assert "last-modified" not in before.headers
    withdraw(old.database, number, now=NOW)
    for since in ("Wed, 20 May 2026 03:00:00 GMT", "Fri, 20 Mar 2026 03:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT"):
        answer = old.browser.get(path, if_modified_since=since)
        assert answer.status == 200
        assert answer.body != before.body
    assert old.browser.get(path, if_none_match=before.headers["etag"]).status == 200


def test_a_month_with_many_releases_has_parts(old: Site) -> None:
    for number in range(5):
        publish(old.database, f"Many {number}", now=datetime(2026, 2, 10, number, tzinfo=UTC))
    parts = old.parts
    archives = Archives(parts.database, parts.newsroom, parts.words, Kept(), in_a_part=2)
    month, titles, addresses = Month(2026, 2), [], []
    for part in (1, 2, 3):
        document = archives.get(Scope(), month, part, "json", now=NOW)
        assert document is not None
        read = json.loads(document.packed.body("identity"))
        titles += [item["title"] for item in read["items"]]
        addresses.append(path_of(read["next_url"]))
    assert titles == [f"Many {number}" for number in (4, 3, 2, 1, 0)]
    assert addresses[:2] == [f"/feeds/all/2026-02.json?part={part}" for part in (2, 3)]
    assert addresses[2].startswith("/feeds/all/2025-04.json")
    assert archives.get(Scope(), month, 4, "json", now=NOW) is None


def test_b65_a_month_of_long_releases_has_parts_of_bounded_length_that_a_reader_walks(old: Site) -> None:
    long = replace(content("Long"), body_html="<p>" + "A word. " * 1000 + "</p>")
    with old.database.write() as session:
        for number in range(5):
            filing, at = Filing(division="climate"), datetime(2026, 2, 10, number, tzinfo=UTC)
            one = articles.add(session, long, filing=filing, authority="a.test,1", now=at)
            articles.publish(session, one.id, fallback_division="press", now=at)
    parts = old.parts
    archives = Archives(parts.database, parts.newsroom, parts.words, Kept(), characters=17_000)
    for form in ("rss", "atom", "json"):
        made = [archives.get(Scope(), Month(2026, 2), part, form, now=NOW) for part in range(1, 5)]
        bodies = [one.packed.body("identity") for one in made if one]
        whole, last = [body.count(b"A word. " * 900) for body in bodies[:2]], bodies[2].count(b"A word. " * 900)
        assert whole == [2 * last] * 2 != [0, 0]
        assert [f"part={part}".encode() in body for part, body in zip((2, 3, 4), bodies, strict=True)] == [1, 1, 0]


def test_a_part_holds_what_it_may_and_what_is_longer_stands_alone() -> None:
    releases = [(1, 5), (2, 5), (3, 1), (4, 40), (5, 9), (6, 1), (7, 0), (8, 0), (9, 0)]
    assert split(releases, 3, 10) == [[1, 2], [3], [4], [5, 6, 7], [8, 9]]
    assert split([], 3, 10) == [[]]


@pytest.mark.parametrize(
    "path",
    [
        "/feeds/all/2026-06.atom",
        "/feeds/all/9999-12.atom",
        "/feeds/all/2026-13.rss",
        "/feeds/all/2026-5.rss",
        "/feeds/all/0000-00.rss",
        "/feeds/nowhere/2026-05.rss",
        "/feeds/all/2026-05.xml",
        "/feeds/all/..%2f..%2fx.rss",
    ],
)
def test_b59_b61_a_month_that_is_none_or_is_yet_to_come_is_a_page_that_says_so(old: Site, path: str) -> None:
    assert old.browser.get(path).status == 404


@pytest.mark.parametrize(
    ("asked", "canonical"),
    [
        ("/feeds/ALL/2026-05.ATOM", "/feeds/all/2026-05.atom"),
        ("/feeds/all/2026-05.rss?part=1", "/feeds/all/2026-05.rss"),
        ("/feeds/all/2026-05.rss?part=-1&x=1", "/feeds/all/2026-05.rss"),
        ("/feeds/all/2026-05.rss?r=0007", "/feeds/all/2026-05.rss?r=7"),
        ("/feeds/select/2026-05.rss?division=climate", "/feeds/climate/2026-05.rss"),
        ("/feeds/climate/2026-05.rss?lang=en", "/feeds/select/2026-05.rss?division=climate&lang=en"),
    ],
)
def test_another_spelling_of_a_month_leads_to_its_one_address(old: Site, asked: str, canonical: str) -> None:
    answer = old.browser.get(asked)
    assert (answer.status, answer.headers["location"]) == (301, canonical)
    assert old.browser.get(canonical).status == 200


def test_b65_months_that_are_asked_for_take_no_more_memory_than_they_may(old: Site) -> None:
    parts = old.parts
    kept = Kept(bytes_kept=10_000)
    archives = Archives(parts.database, parts.newsroom, parts.words, kept)
    made = [archives.get(Scope(), Month(year, 1), 1, "rss", now=NOW) for year in range(1990, 2026)]
    assert sum(one.packed.size for one in made if one) > 20_000
    still = [year for year in range(1990, 2026) if kept.get(("", Month(year, 1), 1, "rss", True))]
    assert still == list(range(min(still), 2026))
    assert len(still) < 20


def test_a_part_that_a_month_has_no_more_leads_to_its_beginning(old: Site) -> None:
    """What was withdrawn makes a month shorter: whoever kept the address of its last part reads it anew."""
    answer = old.browser.get("/feeds/all/2026-05.rss?part=99")
    assert (answer.status, answer.headers["location"]) == (307, "/feeds/all/2026-05.rss")
    assert old.browser.get("/feeds/all/2026-05.rss").status == 200
