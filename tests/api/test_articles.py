"""What a program does with articles: from a draft to its withdrawal, each request one transaction at the desk."""

import json
from collections.abc import Callable
from datetime import date

import pytest

from feeds.staff import Right
from feeds.store import articles, audit, changes
from feeds.store.articles import Filing
from tests.api.program import RELEASE, Program, demand_problem, program, read, stranger, tag
from tests.builders import NOW, content
from tests.web.conftest import Site


def test_one_post_publishes(site: Site, cms: Program) -> None:
    answer = cms.post("/articles", RELEASE | {"publish": True})
    article = read(answer)
    assert (answer.status, article["state"], article["html"]) == (201, "published", "<p>From <em>Monday</em> on.</p>")
    assert answer.headers["location"] == f"/api/v1/articles/{article['id']}"
    assert answer.headers["etag"] == tag(article)
    assert article["url"] == f"http://newsroom.test/articles/{article['id']}/night-buses-run-later"
    assert "Night buses run later" in site.browser.get("/feeds/climate.rss").text
    with site.database.read() as session:
        (change,) = changes.window(session, 0, 99)
        actors = [(entry.actor, entry.action) for entry in audit.entries(session) if entry.article_id]
    assert not change.quiet
    assert actors == [("token cms", "publish"), ("token cms", "create")]


@pytest.mark.parametrize("mail", [True, False])
def test_whether_followers_are_mailed_is_said_when_it_is_scheduled(site: Site, cms: Program, mail: bool) -> None:
    cms.create(publish_at="2026-05-25T15:00:00+09:00", mail=mail, registered_on="2026-05-20")
    moved = cms.create()
    cms.change(moved, "/schedule", {"at": "2026-05-25T15:00:00+09:00", "mail": mail})
    site.clock.forward(days=6)
    assert site.parts.publications.run() == 2
    with site.database.read() as session:
        assert [change.quiet for change in changes.window(session, 0, 2)] == [not mail] * 2


def test_one_post_schedules_and_the_clock_publishes(site: Site, cms: Program) -> None:
    article = cms.create(publish_at="2026-05-20T15:00:00+09:00")
    assert (article["state"], article["publish_at"]) == ("scheduled", "2026-05-20T06:00:00Z")
    assert stranger(site).get(f"/articles/{article['id']}").status == 404
    site.clock.forward(hours=3)
    site.parts.publications.run()
    assert read(stranger(site).get(f"/articles/{article['id']}"))["state"] == "published"


def test_a_post_that_cannot_publish_stores_no_draft_either(site: Site) -> None:
    writer = program(site, "writer", scopes=(Right.WRITE,))
    before = site.dump()
    demand_problem(writer.post("/articles", RELEASE | {"publish": True}), 403)
    demand_problem(writer.post("/articles", RELEASE | {"publish_at": "2026-06-01T00:00:00Z"}), 403)
    new = {name for name, rows in site.dump().items() if rows != before[name]}
    assert new == {"api_token", "audit"}  # that it was used, and what it may not do


def test_a_text_may_be_html(cms: Program) -> None:
    fields = {name: value for name, value in RELEASE.items() if name != "markdown"}
    answer = cms.post("/articles", fields | {"html": "<p>From <strong>Monday</strong> on.<script>x()</script></p>"})
    assert read(answer)["html"] == "<p>From <strong>Monday</strong> on.</p>"
    assert (read(answer)["markdown"], "x()" in answer.text) == (None, False)


def test_b39_a_link_to_a_footnote_leads_there_on_the_page_and_to_the_page_from_a_feed(site: Site, cms: Program) -> None:
    html = '<p>Plan<sup id="r"><a href="#n">1</a></sup></p><ol><li id="n">Until 2030 <a href="#r">back</a></li></ol>'
    fields = {name: value for name, value in RELEASE.items() if name != "markdown"}
    url = read(cms.post("/articles", fields | {"html": html, "publish": True}))["url"]
    page = site.browser.get(url.removeprefix("http://newsroom.test")).text
    assert '<a href="#place-n">1</a>' in page
    assert '<li id="place-n">' in page
    (item,) = json.loads(site.browser.get("/feeds/climate.json").body)["items"]
    assert f'<a href="{url}#place-n">1</a>' in item["content_html"]
    assert '<li id="place-n">' in item["content_html"]


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"title": ""}, "title"),
        ({"title": " \t "}, "title"),
        ({"title": "x" * 301}, "title"),
        ({"title": 7}, "title"),
        ({"language": "fr"}, "language"),
        ({"language": "EN"}, "language"),
        ({"division": "nowhere"}, "division"),
        ({"division": "../etc"}, "division"),
        ({"board": "nowhere"}, "board"),
        ({"topics": ["nowhere"]}, "topics"),
        ({"topics": "climate"}, "topics"),
        ({"urgent": "yes"}, "urgent"),
        ({"urgent": 1}, "urgent"),
        ({"licence": "WTFPL"}, "licence"),
        ({"colour": "red"}, "colour"),
        ({"html": "<p>Twice</p>"}, ""),
        ({"publish": True, "publish_at": "2026-06-01T00:00:00Z"}, ""),
        ({"pictures": [{"caption": "No file"}]}, "pictures.0.media"),
        ({"pictures": [{"media": "0" * 64 + ".jpg"}]}, "pictures.0.media"),
        ({"attachments": [{"media": "0" * 64 + ".pdf", "name": "Plan"}]}, "attachments.0.media"),
        ({"footnotes": [{"term": "CO2"}]}, "footnotes.0.mark"),
        ({"footnotes": [{"mark": "*"}] * 201}, "footnotes"),
        ({"telephone": "0" * 41}, "telephone"),
        ({"summary": "x" * 1001}, "summary"),
        ({"markdown": "x" * 200_001}, "markdown"),
    ],
)
def test_what_cannot_stand_is_named_by_its_field(cms: Program, fields: dict[str, object], wrong: str) -> None:
    told = demand_problem(cms.post("/articles", RELEASE | fields), 422)
    assert told["type"] == "/api/v1#problem-invalid"
    assert wrong in [error["field"] for error in told["errors"]]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("registered_on", "2026-02-30"),
        ("registered_on", "9999-12-31"),
        ("registered_on", "1899-12-31"),
        ("registered_on", "20260520"),
        ("registered_on", "2026-05-20T00:00:00Z"),
        ("registered_on", 20260520),
        ("publish_at", "2026-06-31T00:00:00Z"),
        ("publish_at", "2026-06-01T08:00:00"),
        ("publish_at", "2026-06-01 08:00:00Z"),
        ("publish_at", "2026-06-01T08:00:00+99:00"),
        ("publish_at", "2026-06-01"),
        ("publish_at", "2026-05-20T02:59:59Z"),
        ("publish_at", "9999-12-31T23:59:59-14:00"),
        ("publish_at", "0001-01-01T00:00:00+14:00"),
        ("publish_at", "1969-12-31T23:59:59Z"),
        ("publish_at", 1780000000),
    ],
)
def test_b42_a_day_or_an_instant_that_cannot_be_is_refused(cms: Program, field: str, value: object) -> None:
    told = demand_problem(cms.post("/articles", RELEASE | {field: value}), 422)
    assert [error["field"] for error in told["errors"]] == [field]


@pytest.mark.parametrize("day", ["1900-01-01", "1969-12-31", "2026-05-20", "2028-02-29"])
def test_b42_a_day_between_1900_and_two_years_from_now_is_taken(cms: Program, day: str) -> None:
    if day == "2028-02-29":
        cms.create(registered_on="2028-02-29")
    assert cms.create(registered_on=day)["registered_on"] == day


def test_an_old_release_is_dated_by_its_day_and_mails_nobody(site: Site, cms: Program) -> None:
    article = cms.create(registered_on="2020-02-29", publish=True)
    assert article["published_at"] == "2020-02-28T15:00:00Z"
    with site.database.read() as session:
        (change,) = changes.window(session, 0, 99)
    assert change.quiet


def test_an_edit_changes_what_it_names_and_nothing_else(cms: Program) -> None:
    before = cms.create(subtitle="Every line", telephone="053-1", board="news", footnotes=[{"mark": "*", "term": "N"}])
    answer = cms.ask("PATCH", f"/articles/{before['id']}", {"title": "Night trams"}, if_match=tag(before))
    after = read(answer)
    changed = {name for name in before if before[name] != after[name]}
    assert (answer.status, changed) == (200, {"title", "version", "revision", "updated_at"})
    cleared = cms.ask("PATCH", f"/articles/{before['id']}", {"subtitle": None, "board": None}, if_match=tag(after))
    assert (read(cleared)["subtitle"], read(cleared)["board"]) == (None, None)


def test_a_summary_that_was_made_from_the_text_follows_the_text(cms: Program) -> None:
    made = cms.create()
    assert made["summary"] == "From Monday on."
    path = f"/articles/{made['id']}"
    again = read(cms.ask("PATCH", path, {"markdown": "From Tuesday on."}, if_match=tag(made)))
    assert again["summary"] == "From Tuesday on."
    own = read(cms.ask("PATCH", path, {"summary": "Buses run."}, if_match=tag(again)))
    kept = read(cms.ask("PATCH", path, {"markdown": "From Friday on."}, if_match=tag(own)))
    assert (kept["summary"], kept["text"]) == ("Buses run.", "From Friday on.")


def test_an_article_that_was_taken_in_can_be_changed_in_its_own_language(site: Site, cms: Program) -> None:
    filing = Filing(division="climate")
    text = content("夜间巴士", "zh", body_html="<p>原文</p>", body_text="原文", summary="摘要")
    with site.database.write() as session:
        taken = articles.add(session, text, filing=filing, authority="riverton.example.org,2026", now=NOW)
    answer = cms.ask("PATCH", f"/articles/{taken.id}", {"telephone": "053-1"}, if_match=f'"{taken.id}-1"')
    told = read(answer)
    assert (told["language"], told["html"], told["summary"], told["telephone"]) == (
        "zh",
        "<p>原文</p>",
        "摘要",
        "053-1",
    )


def test_a_correction_tells_readers_what_changed(site: Site, cms: Program) -> None:
    article = cms.create(publish=True)
    site.clock.forward(hours=1)
    corrected = read(cms.change(article, "/correct", {"title": "Night buses run earlier", "note": "The hour."}))
    assert (corrected["correction_note"], corrected["revision"]) == ("The hour.", 2)
    assert corrected["updated_at"] > article["updated_at"]
    assert corrected["guid"] == article["guid"]
    assert "Night buses run earlier" in site.browser.get("/feeds/climate.atom").text


def test_a_minor_edit_tells_nobody(site: Site, cms: Program) -> None:
    article = cms.create(publish=True)
    amended = read(cms.change(article, "/amend", {"title": "Night buses run later on"}))
    assert (amended["correction_note"], amended["updated_at"]) == (None, article["updated_at"])
    with site.database.read() as session:
        assert [change.quiet for change in changes.window(session, 0, 99)] == [False, True]


def test_an_edit_that_changes_nothing_answers_what_is_there(cms: Program) -> None:
    for article, how in ((cms.create(publish=True), "/amend"), (cms.create(), "")):
        for body in (
            {},
            {"title": article["title"]},
            {"html": article["html"]} if how else {"markdown": "From *Monday* on."},
        ):
            address, version = f"/articles/{article['id']}{how}", tag(article)
            answer = cms.ask("POST" if how else "PATCH", address, body, if_match=version)
            assert (answer.status, answer.headers["etag"], read(answer)["revision"]) == (200, version, 1), body


def test_a_correction_that_corrects_nothing_is_refused_with_a_sentence(cms: Program) -> None:
    article = cms.create(publish=True)
    told = demand_problem(cms.change(article, "/correct", {"note": "Something.", "title": article["title"]}), 409)
    assert "Nothing would differ" in told["detail"]
    assert read(cms.get(f"/articles/{article['id']}")) == article


def test_b45_a_change_from_an_old_version_is_answered_with_the_article_as_it_stands(site: Site, cms: Program) -> None:
    article = cms.create(publish=True)
    theirs = read(cms.change(article, "/amend", {"title": "Their title"}))
    for body in ({"title": "My title"}, {"title": "My title", "note": "A word."}):
        told = demand_problem(cms.change(article, "/correct" if "note" in body else "/amend", body), 412)
        assert (told["article"], told["version"]) == (theirs, theirs["version"])
    blind = program(site, "blind", scopes=(Right.WRITE, Right.CORRECT))
    told = demand_problem(blind.change(article, "/amend", {"title": "My title"}), 412)
    assert (told["version"], "article" in told) == (theirs["version"], False)


@pytest.mark.parametrize("note", ["", " ", "\u200b", "x" * 1001, 7, None])
def test_a_correction_needs_a_sentence_for_readers(cms: Program, note: object) -> None:
    told = demand_problem(cms.change(cms.create(publish=True), "/correct", {"title": "New", "note": note}), 422)
    assert [error["field"] for error in told["errors"]] == ["note"]


def test_a_withdrawal_answers_410_with_its_reason_to_readers(site: Site, cms: Program) -> None:
    article = cms.create(publish=True)
    withdrawn = read(cms.change(article, "/withdraw", {"reason": "The figures were wrong."}))
    assert withdrawn["state"] == "withdrawn"
    told = demand_problem(stranger(site).get(f"/articles/{article['id']}"), 410)
    assert "The figures were wrong." in told["detail"]
    assert stranger(site).get(f"/articles/{article['id']}/revisions").status == 410
    assert read(cms.get(f"/articles/{article['id']}"))["withdrawal_reason"] == "The figures were wrong."


def test_a_draft_can_be_scheduled_moved_and_taken_back(site: Site, cms: Program) -> None:
    article = cms.create()
    for hour, status in (("2026-05-21T00:00:00Z", 200), ("2026-05-22T00:00:00Z", 200), ("2026-05-19T00:00:00Z", 422)):
        answer = cms.change(article, "/schedule", {"at": hour})
        assert answer.status == status
        article = read(answer) if status == 200 else article
    assert article["publish_at"] == "2026-05-22T00:00:00Z"
    article = read(cms.change(article, "/unschedule"))
    assert article["mail"] is None
    assert (article["state"], article["publish_at"]) == ("draft", None)
    demand_problem(cms.change(article, "/unschedule"), 409)


@pytest.mark.parametrize("mail", [True, False])
def test_who_publishes_may_say_whether_followers_are_mailed(site: Site, cms: Program, mail: bool) -> None:
    cms.change(cms.create(), "/publish", {"mail": mail})
    with site.database.read() as session:
        (change,) = changes.window(session, 0, 99)
    assert change.quiet is not mail


def test_what_is_urgent_waits_for_a_person(site: Site, cms: Program) -> None:
    told = demand_problem(cms.post("/articles", RELEASE | {"urgent": True, "publish": True}), 409)
    assert told["type"] == "/api/v1#problem-approval-needed"
    article = cms.create(urgent=True)
    demand_problem(cms.change(article, "/publish"), 409)
    asked = read(cms.change(article, "/approval", {"at": "2026-05-20T12:00:00Z"}))
    assert asked["approval"]["asked_by"] == "token cms"
    assert (asked["state"], asked["publish_at"]) == ("draft", "2026-05-20T12:00:00Z")
    back = cms.ask("DELETE", f"/articles/{article['id']}/approval", if_match=tag(asked))
    assert read(back)["approval"] is None


def test_what_lacks_something_is_not_published_and_says_what(cms: Program) -> None:
    article = cms.create(markdown="")
    told = demand_problem(cms.change(article, "/publish"), 409)
    assert told["type"] == "/api/v1#problem-not-ready"
    assert [error["field"] for error in told["errors"]] == ["text"]


def test_a_draft_can_be_destroyed_and_nothing_that_was_public(site: Site, cms: Program) -> None:
    draft, public = cms.create(), cms.create(publish=True)
    gone = cms.ask("DELETE", f"/articles/{draft['id']}", if_match=tag(draft))
    assert (gone.status, gone.body) == (204, b"")
    assert cms.get(f"/articles/{draft['id']}").status == 404
    demand_problem(cms.ask("DELETE", f"/articles/{public['id']}", if_match=tag(public)), 409)


def test_twins_lead_to_each_other_and_readers_learn_only_of_public_ones(site: Site, cms: Program) -> None:
    english, korean = cms.create(publish=True), cms.create(language="ko", title="심야버스 연장")
    path = f"/articles/{english['id']}"
    before, seen = stranger(site).get(path), cms.get(path)
    linked = read(cms.change(english, "/twins", {"article": korean["id"]}))
    assert linked["twins"] == [{"language": "ko", "article": korean["id"]}]
    after = stranger(site).get(path)
    assert (after.body, after.headers.get("etag")) == (before.body, before.headers.get("etag"))
    assert cms.get(path).headers["etag"] != seen.headers["etag"]
    cms.change(korean, "/publish")
    assert read(stranger(site).get(path))["twins"] == linked["twins"]
    english = read(cms.get(path))
    assert read(cms.ask("DELETE", path + "/twins", if_match=tag(english)))["twins"] == []


@pytest.mark.parametrize(("written", "status"), [(float, 200), (lambda number: number + 0.5, 422), (str, 422)])
def test_a_whole_number_is_one_however_json_writes_it(
    cms: Program, written: Callable[[int], object], status: int
) -> None:
    english, korean = cms.create(), cms.create(language="ko", title="심야버스 연장")
    assert cms.change(english, "/twins", {"article": written(korean["id"])}).status == status


def test_two_articles_of_one_language_are_no_twins(cms: Program) -> None:
    first, second = cms.create(), cms.create()
    demand_problem(cms.change(first, "/twins", {"article": second["id"]}), 409)
    demand_problem(cms.change(first, "/twins", {"article": 999}), 404)


@pytest.mark.parametrize("what", ["/publish", "/schedule", "/withdraw", "/correct", "/amend", "/approval", "/twins"])
def test_b45_a_change_without_a_version_is_428_and_from_an_old_one_412_with_the_present(
    site: Site, cms: Program, what: str
) -> None:
    body = {
        "/schedule": {"at": "2026-06-01T00:00:00Z"},
        "/withdraw": {"reason": "Wrong."},
        "/correct": {"note": "A word."},
        "/twins": {"article": 1},
    }.get(what, {})
    article = cms.create(publish=what in ("/withdraw", "/correct", "/amend"))
    before = site.dump()["article"]
    told = demand_problem(cms.post(f"/articles/{article['id']}{what}", body), 428)
    assert told["type"] == "/api/v1#problem-version-needed"
    stale = cms.change(article, what, body, if_match=f'"{article["id"]}-999"')
    told = demand_problem(stale, 412)
    assert (told["version"], told["etag"], stale.headers["etag"]) == (article["version"], tag(article), tag(article))
    assert site.dump()["article"] == before


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ("*", 200),
        ('"7-7", {tag}', 200),
        ("{bare}", 400),
        ("W/{tag}", 412),
        ("", 400),
        (",".join(['"x"'] * 21), 400),
        ('"\xff"', 400),
    ],
)
def test_if_match_is_read_as_http_says(cms: Program, header: str, status: int) -> None:
    article = cms.create()
    given = header.replace("{tag}", tag(article)).replace("{bare}", tag(article).strip('"'))
    assert cms.change(article, "/publish", if_match=given).status == status


def test_an_action_needs_its_own_scope(site: Site, cms: Program) -> None:
    article = cms.create(publish=True)
    reader = program(site, "reader", scopes=(Right.READ,))
    for what, body in (("/correct", {"note": "x"}), ("/amend", {}), ("/withdraw", {"reason": "x"}), ("/publish", {})):
        told = demand_problem(reader.change(article, what, body), 403)
        assert "Token reader has no right to" in told["detail"]


def test_an_article_whose_division_is_unknown_is_for_who_has_every_division(site: Site, cms: Program) -> None:
    with site.database.write() as session:
        taken = articles.add(session, content(), filing=Filing(), authority="riverton.example.org,2026", now=NOW)
    everyone = program(site, "wire", divisions=None)
    assert read(everyone.get(f"/articles/{taken.id}"))["division"] is None
    demand_problem(cms.get(f"/articles/{taken.id}"), 404)
    demand_problem(cms.ask("PATCH", f"/articles/{taken.id}", {"division": "water"}, if_match="*"), 404)
    filed = everyone.ask("PATCH", f"/articles/{taken.id}", {"division": "water"}, if_match="*")
    assert (filed.status, cms.get(f"/articles/{taken.id}").status) == (200, 200)


def test_a_release_under_embargo_is_with_journalists_now_and_public_at_its_hour(site: Site, cms: Program) -> None:
    site.follow("journalist@example.org")
    site.parts.press.accredit("operator", "journalist@example.org", date(2026, 12, 31))
    article = cms.create()
    answer = cms.change(article, "/publish", {"embargo_until": "2026-05-20T15:00:00+09:00", "mail": True})
    after = read(answer)
    assert (answer.status, after["state"], after["embargoed"]) == (200, "scheduled", True)
    assert after["publish_at"] == "2026-05-20T06:00:00Z"
    assert site.parts.embargoes.run() == 1
    demand_problem(stranger(site).get(f"/articles/{article['id']}"), 404)
    site.clock.forward(hours=3)
    assert site.parts.publications.run() == 1
    now = read(stranger(site).get(f"/articles/{article['id']}"))
    assert (now["state"], now["embargoed"]) == ("published", False)


@pytest.mark.parametrize("until", ["2026-05-20T11:00:00+09:00", "2036-05-20T11:00:00+09:00", "soon"])
def test_an_embargo_until_an_hour_that_cannot_be_is_refused_and_nothing_is_done(
    site: Site, cms: Program, until: str
) -> None:
    article = cms.create()
    told = demand_problem(cms.change(article, "/publish", {"embargo_until": until}), 422)
    assert told["errors"][0]["field"] == "embargo_until"
    assert read(cms.get(f"/articles/{article['id']}"))["state"] == "draft"


def test_what_is_urgent_is_not_released_under_embargo(site: Site, cms: Program) -> None:
    article = cms.create(urgent=True)
    demand_problem(cms.change(article, "/publish", {"embargo_until": "2026-05-20T15:00:00+09:00"}), 409)
    assert read(cms.get(f"/articles/{article['id']}"))["state"] == "draft"


@pytest.mark.parametrize("what", ["/correct", "/amend"])
def test_whether_it_is_urgent_cannot_be_changed_once_it_is_public(cms: Program, what: str) -> None:
    article = cms.create(publish=True)
    problem = demand_problem(
        cms.change(article, what, {"urgent": True, "note": "x"} if what == "/correct" else {"urgent": True}), 422
    )
    assert "urgent" in str(problem)


@pytest.mark.parametrize(("day", "mailed"), [("2026-05-21", True), ("2026-05-22", False), ("2026-05-01", False)])
def test_a_release_with_the_day_of_its_publication_is_mailed_and_the_answer_says_so(
    site: Site, cms: Program, day: str, mailed: bool
) -> None:
    hour = "2026-05-21T09:00:00+09:00"
    scheduled = cms.create(registered_on=day, publish_at=hour)
    under = read(cms.change(cms.create(registered_on=day), "/publish", {"embargo_until": hour}))
    receipt = program(site, "blind", scopes=(Right.WRITE, Right.PUBLISH)).create(registered_on=day, publish_at=hour)
    assert [one["mail"] for one in (scheduled, under, receipt)] == [mailed] * 3
    site.clock.forward(days=1)
    assert site.parts.publications.run() == 3
    with site.database.read() as session:
        assert {change.quiet for change in changes.window(session, 0, 9)} == {not mailed}
    path = f"/articles/{scheduled['id']}"
    assert (read(cms.get(path))["mail"], read(stranger(site).get(path))["mail"]) == (mailed, None)


def test_a_wrong_name_of_a_file_is_told_in_words(cms: Program) -> None:
    told = demand_problem(cms.post("/articles", RELEASE | {"pictures": [{"media": "bus.png"}]}), 422)
    assert told["errors"] == [
        {"field": "pictures.0.media", "detail": "This is the name of no file: send what POST /media answered as media."}
    ]


def test_a_weakened_tag_is_told_to_be_one_and_the_strong_one_beside_it(cms: Program) -> None:
    article = cms.create()
    answer = cms.change(article, "/publish", {}, if_match=f"W/{tag(article)}")
    told = demand_problem(answer, 412)
    assert (told["type"], told["etag"], answer.headers["etag"]) == ("about:blank", tag(article), tag(article))
    assert "names a weak ETag" in told["detail"]
    assert "meanwhile" not in answer.text
    newer = read(cms.ask("PATCH", f"/articles/{article['id']}", {"title": "New"}, if_match=told["etag"]))
    assert demand_problem(cms.change(newer, "/publish", {}, if_match=f"W/{tag(article)}"), 412)["type"].endswith(
        "stale"
    )
