"""What everybody may read, what only a token is shown, and lists that lose and repeat nothing."""

from datetime import datetime, timedelta

import pytest

from feeds.model import State
from feeds.staff import Right
from feeds.store import articles, paging, topics
from feeds.store.articles import Filing
from feeds.store.database import Database
from feeds.store.paging import Place, Wanted
from feeds.web.api import cursors
from tests.api.program import Program, demand_problem, program, read, stranger, tag
from tests.builders import NOW, content, draft, publish
from tests.web.conftest import Site


def test_readers_see_published_articles_and_nothing_of_any_other(site: Site, cms: Program) -> None:
    public = cms.create(publish=True)
    hidden = [cms.create(title="Secret"), cms.create(title="Secret", publish_at="2026-06-01T00:00:00Z")]
    everybody = stranger(site)
    page = everybody.get("/articles")
    assert [one["id"] for one in read(page)["articles"]] == [public["id"]]
    assert "Secret" not in page.text
    for article in hidden:
        for path in ("", "/revisions", "/revisions/1"):
            gone = everybody.get(f"/articles/{article['id']}{path}")
            demand_problem(gone, 404)
            assert gone.text == everybody.get(f"/articles/99{path}").text.replace("99", str(article["id"]))
    assert read(everybody.get("/search?q=secret"))["total"] == 0


@pytest.mark.parametrize("state", ["draft", "scheduled", "withdrawn"])
def test_what_is_not_public_is_listed_for_a_token_that_may_read_alone(site: Site, cms: Program, state: str) -> None:
    demand_problem(stranger(site).get(f"/articles?state={state}"), 401)
    demand_problem(program(site, "writer", scopes=(Right.WRITE,)).get(f"/articles?state={state}"), 403)
    assert read(cms.get(f"/articles?state={state}")) == {"articles": [], "next": None}


def test_a_token_is_shown_the_drafts_of_its_divisions(site: Site, cms: Program) -> None:
    mine = cms.create(division="water")
    roads = program(site, "roads", divisions=("transport",))
    theirs = roads.create(division="transport")
    wire = program(site, "wire", divisions=None)
    seen = {
        one: [article["id"] for article in read(who.get("/articles?state=draft"))["articles"]]
        for one, who in (("cms", cms), ("roads", roads), ("wire", wire))
    }
    assert seen == {"cms": [mine["id"]], "roads": [theirs["id"]], "wire": [theirs["id"], mine["id"]]}
    assert read(cms.get("/articles?state=draft&division=transport"))["articles"] == []
    assert len(read(wire.get("/articles?state=draft&division=environment"))["articles"]) == 1


def test_what_staff_alone_know_of_a_public_article_is_told_to_nobody_else(site: Site, cms: Program) -> None:
    article = cms.create(publish=True)
    path = f"/articles/{article['id']}"
    ours, theirs = read(cms.get(path)), read(stranger(site).get(path))
    assert {name for name in ours if ours[name] != theirs[name]} == {"markdown", "created_at", "mail"}
    revisions = [read(who.get(f"{path}/revisions"))["revisions"] for who in (cms, stranger(site))]
    assert [one[0]["author"] for one in revisions] == ["token cms", None]


def test_readers_are_told_of_revisions_since_publication(site: Site, cms: Program) -> None:
    article = cms.create()
    article = read(cms.ask("PATCH", f"/articles/{article['id']}", {"title": "Second"}, if_match=tag(article)))
    article = read(cms.change(article, "/publish"))
    cms.change(article, "/correct", {"title": "Third", "note": "The title."})
    path = f"/articles/{article['id']}/revisions"
    numbers = {
        who: [one["number"] for one in read(one_who.get(path))["revisions"]]
        for who, one_who in (("staff", cms), ("reader", stranger(site)))
    }
    assert numbers == {"staff": [1, 2, 3], "reader": [2, 3]}
    assert read(stranger(site).get(f"{path}/3"))["note"] == "The title."
    demand_problem(stranger(site).get(f"{path}/1"), 404)
    demand_problem(cms.get(f"{path}/4"), 404)


@pytest.mark.parametrize("who", ["staff", "reader"])
def test_a_copy_that_is_still_good_is_not_sent_again(site: Site, cms: Program, who: str) -> None:
    article = cms.create(publish=True)
    asks = cms if who == "staff" else stranger(site)
    path = f"/articles/{article['id']}"
    first = asks.get(path)
    again = asks.get(path, if_none_match=first.headers["etag"])
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", first.headers["etag"])
    cms.change(article, "/amend", {"title": "New"})
    assert asks.get(path, if_none_match=first.headers["etag"]).status == 200


def test_staff_and_readers_never_share_a_copy(site: Site, cms: Program) -> None:
    path = f"/articles/{cms.create(publish=True)['id']}"
    ours, theirs = cms.get(path), stranger(site).get(path)
    assert ours.headers["etag"] != theirs.headers["etag"]
    assert (ours.headers["cache-control"], theirs.headers["cache-control"]) == ("private, no-cache", "public, no-cache")
    assert {one.headers["vary"] for one in (ours, theirs)} == {"Authorization"}


def test_a_readers_copy_is_old_when_a_twin_becomes_public(site: Site, cms: Program) -> None:
    english, korean = cms.create(publish=True), cms.create(language="ko")
    cms.change(english, "/twins", {"article": korean["id"]})
    path = f"/articles/{english['id']}"
    first = stranger(site).get(path)
    cms.post(f"/articles/{korean['id']}/publish", {}, if_match="*")
    assert stranger(site).get(path, if_none_match=first.headers["etag"]).status == 200


def test_pages_follow_each_other_while_new_articles_come(site: Site) -> None:
    numbers = [publish(site.database, f"Number {n}", now=NOW + timedelta(minutes=n)).article_id for n in range(7)]
    everybody, seen, cursor = stranger(site), [], ""
    while cursor is not None:
        page = read(everybody.get(f"/articles?limit=2{f'&cursor={cursor}' if cursor else ''}"))
        seen += [one["id"] for one in page["articles"]]
        cursor = page["next"]
        publish(site.database, "Meanwhile", now=NOW + timedelta(hours=1))
    assert seen == numbers[::-1]


def test_articles_of_one_instant_are_each_on_one_page(either: Site) -> None:
    numbers = [publish(either.database, f"Number {n}").article_id for n in range(5)]
    everybody, seen, cursor = stranger(either), [], ""
    while cursor is not None:
        page = read(everybody.get(f"/articles?limit=2{f'&cursor={cursor}' if cursor else ''}"))
        seen += [one["id"] for one in page["articles"]]
        cursor = page["next"]
    assert seen == numbers[::-1]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [6, 5, 4, 3, 2, 1]),
        ("?division=water", [2]),
        ("?division=environment", [6, 5, 4, 3, 2, 1]),
        ("?division=water&division=climate", [6, 5, 4, 3, 2, 1]),
        ("?division=transport", []),
        ("?language=ko", [3]),
        ("?board=news", [4]),
        ("?topic=summit", [5]),
        ("?since=2026-05-20T03:05:00Z", [6, 5]),
        ("?until=2026-05-20T12:02:00%2B09:00", [1]),
        ("?since=2026-05-20T03:02:00Z&until=2026-05-20T03:03:00Z&language=en", [2]),
        ("?limit=1", [6]),
    ],
)
def test_a_list_can_be_narrowed(site: Site, query: str, found: list[int]) -> None:
    with site.database.write() as session:
        topics.add(session, "summit", {"en": "Summit"})
        for number, filing, language in (
            (1, Filing(division="climate"), "en"),
            (2, Filing(division="water"), "en"),
            (3, Filing(division="climate"), "ko"),
            (4, Filing(division="climate", board="news"), "en"),
            (5, Filing(division="climate", topics=("summit",)), "en"),
            (6, Filing(division="climate"), "en"),
        ):
            at = NOW + timedelta(minutes=number)
            stored = articles.add(
                session, content(language=language), filing=filing, authority="riverton.example.org,2026", now=at
            )
            articles.publish(session, stored.id, fallback_division="press", now=at)
    assert [one["id"] for one in read(stranger(site).get(f"/articles{query}"))["articles"]] == found


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("divisions=water", "divisions"),
        ("division=nowhere", "division"),
        ("division=", "division.0"),
        ("division=%2e%2e", "division.0"),
        ("&".join(["division=water"] * 51), "division"),
        ("board=nowhere", "board"),
        ("topic=nowhere", "topic"),
        ("language=english", "language"),
        ("language=fr", "language"),
        ("state=deleted", "state"),
        ("since=yesterday", "since"),
        ("since=2026-05-20", "since"),
        ("since=2026-05-20T03:00:00", "since"),
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=ten", "limit"),
        ("cursor=x", "cursor"),
        ("cursor=", "cursor"),
        ("cursor=" + "9" * 17 + ".1", "cursor"),
    ],
)
def test_a_filter_that_cannot_be_is_named_and_gives_no_empty_list(site: Site, query: str, field: str) -> None:
    told = demand_problem(stranger(site).get(f"/articles?{query}"), 422)
    assert [error["field"] for error in told["errors"]] == [field]


@pytest.mark.parametrize("at", [None, NOW, datetime(1900, 1, 1, tzinfo=NOW.tzinfo), NOW + timedelta(microseconds=1)])
def test_a_cursor_leads_back_to_its_place(at: datetime | None) -> None:
    place = Place(at, 12)
    assert cursors.place_of(cursors.cursor_of(place)) == place


@pytest.mark.parametrize("cursor", ["", ".", "1", "x.1", "1.x", "٣.1", "1.2.3", "--1.1", "-9999999999999999.1 "])
def test_a_cursor_that_we_never_gave_is_refused(cursor: str) -> None:
    with pytest.raises(ValueError, match="no cursor"):
        cursors.place_of(cursor)


def test_an_article_that_cannot_be_read_is_left_out_of_its_page(site: Site) -> None:
    good, bad = publish(site.database, "Good"), publish(site.database, "Bad")
    with site.database.write() as session:
        session.exec_driver_sql(f"UPDATE revision SET footnotes = 'x' WHERE article_id = {bad.article_id}")
    page = stranger(site).get("/articles")
    assert (page.status, [one["id"] for one in read(page)["articles"]]) == (200, [good.article_id])


def test_drafts_are_in_order_of_their_number(database: Database) -> None:
    numbers = [draft(database).id for _ in range(3)]
    with database.read() as session:
        first, after = paging.page(session, Wanted(state=State.DRAFT), after=None, limit=2)
        second, end = paging.page(session, Wanted(state=State.DRAFT), after=after, limit=2)
    assert [one.id for one in (*first, *second)] == numbers[::-1]
    assert (after, end) == (Place(None, numbers[1]), None)


def test_divisions_boards_and_topics_are_listed_with_their_names(site: Site) -> None:
    with site.database.write() as session:
        topics.add(session, "summit", {"en": "Summit", "ko": "정상회의"})
    everybody = stranger(site)
    climate = read(everybody.get("/divisions"))["divisions"][1]
    assert (climate["slug"], climate["names"]["ko"], climate["parent"]) == ("climate", "기후과", "environment")
    assert read(everybody.get("/boards"))["boards"][0]["path"] == {"en": ["News", "City News"]}
    assert read(everybody.get("/topics"))["topics"] == [
        {"slug": "summit", "names": {"en": "Summit", "ko": "정상회의"}, "retired": False}
    ]


def test_a_search_marks_what_was_asked_for(site: Site, cms: Program) -> None:
    cms.create(language="ko", title="대구수출기업 지원", publish=True)
    cms.create(title="Night buses", publish=True)
    found = read(stranger(site).get("/search?q=%EC%88%98%EC%B6%9C"))
    assert (found["total"], found["more"]) == (1, False)
    assert [piece["text"] for piece in found["hits"][0]["title"] if piece["marked"]] == ["수출"]
    assert read(stranger(site).get("/search?q=buses&division=transport"))["total"] == 0


MANY = "q=" + "+".join(f"w{n}" for n in range(17))


@pytest.mark.parametrize(
    "query", ["", "q=" + "x" * 201, "q=x&offset=301", "q=x&order=worst", "q=x&page=2", "q=!!", MANY]
)
def test_a_search_that_cannot_be_is_refused(site: Site, query: str) -> None:
    demand_problem(stranger(site).get(f"/search?{query}"), 422)


def test_any_page_elsewhere_may_read_and_none_may_send_a_token(site: Site) -> None:
    everybody = stranger(site)
    for path in ("/articles", "/divisions", "/openapi.json"):
        assert everybody.get(path, origin="https://reader.example.org").headers["access-control-allow-origin"] == "*"
    asked = {"origin": "https://reader.example.org", "access_control_request_method": "GET"}
    allowed = everybody.ask("OPTIONS", "/articles", **asked)
    assert (allowed.status, allowed.headers["access-control-allow-methods"]) == (204, "GET, HEAD")
    assert "authorization" not in allowed.headers["access-control-allow-headers"].lower()
    assert "access-control-allow-credentials" not in allowed.headers
    refused = everybody.ask("OPTIONS", "/articles", **(asked | {"access_control_request_method": "POST"}))
    assert "access-control-allow-methods" not in refused.headers
    assert "access-control-allow-origin" not in everybody.post("/articles", {}).headers


@pytest.mark.parametrize("path", ["/articles", "/articles/1", "/divisions", "/search?q=x"])
def test_head_answers_what_get_does_without_a_body(site: Site, path: str) -> None:
    publish(site.database)
    head, get = (stranger(site).ask(method, path) for method in ("HEAD", "GET"))
    assert (head.status, head.body) == (200, b"")
    assert head.headers["content-length"] == get.headers["content-length"] == str(len(get.body))


@pytest.mark.parametrize(
    "asked", ["/search?q=bus&q=tram", "/articles?limit=1&limit=2", "/articles?board=a&board=b&limit=1"]
)
def test_a_filter_given_twice_is_refused_rather_than_one_of_them_taken(site: Site, asked: str) -> None:
    told = demand_problem(stranger(site).get(asked), 422)
    assert "This is given several times" in told["detail"]


def test_several_divisions_are_one_filter(site: Site, cms: Program) -> None:
    article = cms.create(publish=True)
    found = read(cms.get("/articles?division=climate&division=water&division=climate"))["articles"]
    assert [one["id"] for one in found] == [article["id"]]


def test_an_empty_search_finds_everything_the_newest_first_and_a_language_that_came_in_is_known(
    site: Site, cms: Program
) -> None:
    first = cms.create(publish=True)
    with site.database.write() as session:
        french = articles.add(
            session, content(language="fr"), filing=Filing(division="climate"), authority="a.example.org,2026", now=NOW
        ).id
        articles.publish(session, french, fallback_division="climate", now=NOW + timedelta(minutes=1))
    found = read(stranger(site).get("/search?q="))["hits"]
    assert [one["article"]["id"] for one in found] == [french, first["id"]]
    assert [one["id"] for one in read(stranger(site).get("/articles?language=fr"))["articles"]] == [french]
