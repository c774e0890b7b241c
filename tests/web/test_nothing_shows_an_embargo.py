"""By rule: whatever anybody can ask for, nothing of a release under embargo is in the answer but for who may have it.

Every address of the program is asked, with all that could lead there in its place: an address that is new is asked too,
and one with a place that nobody thought of fails the test.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import product
from pathlib import Path
from re import findall, sub

import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from feeds.media import keeper
from feeds.model import Article
from feeds.scope import Scope
from feeds.store import topics
from feeds.web.api.description import operations_of
from feeds.web.api.problems import API
from notifier.ledger import subscribers
from notifier.model import Cadence
from notifier.tokens import Purpose
from tests.builders import NOW, publish
from tests.export.files import contents
from tests.export.sample import standing_in
from tests.media.samples import PDF, shot
from tests.web.conftest import Site
from tests.web.test_embargo import HOUR, JOURNALIST, release

SLUG = "zeppelin-lands-at-noon"
MARKS = ("zeppelin lands", SLUG, "mooring mast")
OTHER, READER = "other@example.org", "reader@example.org"
QUERIES = {
    "/": ("page=2", "lang=ko"),
    "/divisions/{slug}": ("page=1", "lang=ko"),
    "/search": ("q=noon", "q=zeppelin", "topic=airships", "division=climate", "board=news", "q=mast"),
    "/feeds/{slug}": ("division=climate", "q=noon", "topic=airships"),
    "/feeds/{slug}.{extension}": ("division=climate", "q=noon", "topic=airships", "lang=en"),
    "/feeds/{slug}/{month}.{extension}": ("topic=airships", "part=1", "q=noon"),
    "/feeds/select.opml": ("division=climate", "topic=airships"),
    "/subscribe": ("article=2", "division=climate", "q=noon", "topic=airships"),
    f"{API}/articles": ("division=climate", "topic=airships", "state=scheduled", "since=2026-01-01T00:00:00Z"),
    f"{API}/search": ("q=noon", "q=zeppelin"),
}
"""What is asked besides the plain address."""
SHOWN = {
    *("/", "/divisions/{slug}", "/articles/{id}", "/articles/{id}/{slug}", "/articles/{id}/{slug}/changes", "/search"),
    *("/feeds/{slug}.{extension}", "/feeds/{slug}/{month}.{extension}", "/feeds/{slug}", "/subscribe", "/mail/{token}"),
    *("/media/{name}", "/media/{name}/{file_name}"),
    *(f"{API}/articles", f"{API}/articles/{{article_id}}", f"{API}/search"),
}
"""Where it is once it is public: the test would see it there before."""


@pytest.fixture
def under(site: Site) -> Article:
    """One under embargo with a picture and a file; besides its journalist, one of another division and a reader."""
    publish(site.database, "Another airship", now=NOW - timedelta(minutes=1))
    site.follow(READER, cadence=Cadence.IMMEDIATE)
    site.parts.following.ask(READER, Scope(("climate",)), Cadence.DAILY, language="en")
    other = site.follow(OTHER, "transport")
    site.follow(JOURNALIST, cadence=Cadence.WEEKLY)
    for address in (OTHER, JOURNALIST):
        site.parts.press.accredit("operator", address, date(2026, 12, 31))
    site.parts.personal.ask_to_move(other.id, "elsewhere@example.org")
    with site.database.write() as session:
        topics.add(session, "airships", {"en": "Airships", "ko": "비행선"})
        given = [site.parts.media.prepare(one, file_name="a") for one in (shot(), PDF)]
        mast, plan = (site.parts.media.keep(session, one, by="editor") for one in given)
    return release(
        site,
        topics=("airships",),
        pictures=(keeper.picture(mast, caption="Mooring mast", credit="City", alt="A mast"),),
        attachments=(keeper.attachment(plan, "plan.pdf"),),
    )


def templates(site: Site) -> set[str]:
    """Every address that answers a GET, as the program itself knows them."""
    app: object = site.browser.app
    while not isinstance(app, Starlette):  # what stands before it keeps it
        app = vars(app)["_app"]
    pages = {one.path for one in app.routes if isinstance(one, Route) and "GET" in (one.methods or ())}
    operations = operations_of(site.parts.api.document)
    return {path.replace(":int", "") for path in pages} | {
        API + path for method, path, _ in operations if method == "GET"
    }


def addresses(site: Site, one: Article, among: set[str]) -> Iterator[tuple[str, str]]:
    """Each address with all that could stand in its places, and what it was made from."""
    names = [picture.media for picture in one.content.pictures] + [file.media for file in one.content.attachments]
    kept = [name for name in names if name]
    smaller = [f"{stem}-{width}.{ending}" for stem, _, ending in (kept[0].partition("."),) for width in (480, 960)]
    with site.database.read() as session:
        person = subscribers.find(session, OTHER)
    other = site.parts.press.address(person.id) if person else None
    assert other is not None
    # Of whatever a link speaks of but of the journalist: people, mails, wishes.
    secrets = {one: [site.link(one, number).rpartition("/")[2] for number in (1, 2, 4, 5)] for one in Purpose}
    secrets[Purpose.EMBARGO] = [other[1].rpartition("/")[2]]
    places = {
        "id": [str(one.id), f"0{one.id}"],
        "article_id": [str(one.id)],
        "slug": [SLUG, "climate", "all", "select"],
        "extension": ["rss", "atom", "json"],
        "format": ["rss", "json"],
        "month": ["2026-05"],
        "name": [*kept, *smaller],
        "file_name": ["plan.pdf"],
        "token": ["x"],
        "mark": ["x"],
        "number": ["1"],
    }
    for plain in sorted(among):
        wanted = findall(r"{(\w+)}", plain)
        opened = places | {"token": secrets.get(plain.split("/")[1], ["x"])}  # type: ignore[call-overload]
        for values in product(*(opened[name] for name in wanted)):
            address = plain.format(**dict(zip(wanted, values, strict=True)))
            yield plain, address
            yield from ((plain, f"{address}?{query}") for query in QUERIES.get(plain, ()))


def shown_by(site: Site, one: Article, among: set[str]) -> set[str]:
    """Those of these addresses whose answer says anything of it, or hands out a file of it."""
    found = set()
    for template, address in addresses(site, one, among):
        answer = site.browser.get(address)
        assert answer.status < 500, address
        told = sub("</?mark>", "", answer.body.decode(errors="replace")) + str(answer.pairs)
        if SLUG in address:  # what was asked for may be said again
            told = told.replace(address.partition("?")[0], "").replace(SLUG, "")
        hands_out = "/media/" in template and answer.status == 200
        if hands_out or any(mark in told.lower() for mark in MARKS):
            found.add(template)
    return found


def test_nothing_that_anybody_can_ask_for_shows_a_release_under_embargo_until_it_lifts(
    site: Site, under: Article
) -> None:
    site.parts.alerts.run()
    assert shown_by(site, under, templates(site)) == set()
    site.clock.at = NOW + HOUR
    assert site.parts.publications.run() == 1
    site.parts.alerts.run()
    assert shown_by(site, under, SHOWN) == SHOWN


def test_the_form_that_shows_what_would_come_shows_none_of_it(site: Site, under: Article) -> None:
    for wish in ({"q": "noon"}, {"topic": "airships"}, {"division": "climate"}):
        page = site.sign_up(preview="yes", email="", **wish)
        assert page.status == 200
        assert "zeppelin" not in page.text.lower(), wish
    assert "Another airship" in page.text


def test_an_export_holds_none_of_it(site: Site, under: Article, tmp_path: Path) -> None:
    site.clock.at = NOW + HOUR - timedelta(seconds=1)
    standing_in(tmp_path).export(tmp_path / "tree", wishes=("topic=airships",))
    files = contents(tmp_path / "tree")
    told = {path for path, body in files.items() if b"Another airship" in body}
    assert {"feeds/all.rss", "index.en.html"} <= told
    names = [picture.media for picture in under.content.pictures] + [file.media for file in under.content.attachments]
    for path, body in files.items():
        said = path + body.decode(errors="replace")
        assert not any(mark in said.lower() for mark in (*MARKS, *filter(None, names))), path
