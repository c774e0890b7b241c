"""Pictures and files over HTTP: who may see them, how long, and what a browser may do with them."""

import re
from html import unescape
from urllib.parse import quote

import feedparser
import pytest

from feeds.media import keeper
from feeds.model import Attachment, Content, Picture, State
from feeds.staff import Role
from feeds.store import articles
from feeds.store.articles import Filing
from feeds.store.media import Kept
from tests.builders import NOW, content
from tests.media.samples import PDF, packed, shot
from tests.web.conftest import Site
from tests.web.newsroom import signed_in


def upload(site: Site, given: bytes, file_name: str = "a") -> Kept:
    prepared = site.parts.media.prepare(given, file_name=file_name)
    with site.database.write() as session:
        return site.parts.media.keep(session, prepared, by="editor")


def hall(kept: Kept, **changes: str) -> Picture:
    return keeper.picture(kept, **({"caption": "The hall", "credit": "City", "alt": "A crowd"} | changes))  # type: ignore[arg-type]


def release(site: Site, *, pictures: tuple[Picture, ...] = (), files: tuple[Attachment, ...] = (), state: State) -> int:
    """A release with these, in this state."""
    text = content("Summit opens", pictures=pictures, attachments=files)
    with site.database.write() as session:
        filing = Filing(division="climate")
        number = articles.store(session, text, filing=filing, authority="riverton.example.org,2026", now=NOW)
        if state is State.SCHEDULED:
            articles.schedule(session, number, at=NOW.replace(year=2030))
        elif state is not State.DRAFT:
            articles.publish(session, number, fallback_division="press", now=NOW)
        if state is State.WITHDRAWN:
            articles.withdraw(session, number, reason="It was wrong.", now=NOW)
    return number


def revise(site: Site, number: int, text: Content) -> None:
    with site.database.write() as session:
        articles.revise(session, number, text, note="Another picture.", now=NOW)


@pytest.mark.parametrize("state", [None, State.DRAFT, State.SCHEDULED])
def test_what_no_published_release_shows_is_not_there_for_readers(site: Site, state: State | None) -> None:
    kept, plan = upload(site, shot()), upload(site, PDF)
    if state is not None:
        release(site, pictures=(hall(kept),), files=(keeper.attachment(plan, "plan.pdf"),), state=state)
    unknown = "0" * 64 + ".jpg"
    nothing = site.browser.get(f"/media/{unknown}").text
    stem = kept.name.removesuffix(".jpg")
    for path in (kept.name, f"{stem}-480.jpg", plan.name, f"{plan.name}/plan.pdf"):
        answer = site.browser.get(f"/media/{path}")
        assert (answer.status, answer.headers["cache-control"]) == (404, "no-store")
        assert answer.text.replace(path, unknown) == nothing, "nobody learns that there is such a file"


@pytest.mark.parametrize("state", [None, State.DRAFT, State.SCHEDULED, State.WITHDRAWN])
def test_staff_see_it_and_no_cache_keeps_it(site: Site, state: State | None) -> None:
    kept = upload(site, shot())
    if state is not None:
        release(site, pictures=(hall(kept),), state=state)
    answer = signed_in(site, role=Role.EDITOR).get(f"/media/{kept.name}")
    assert (answer.status, answer.headers["cache-control"]) == (200, "private, no-store")
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"


def test_a_picture_appears_with_its_release_and_goes_with_it(site: Site) -> None:
    kept = upload(site, shot())
    number = release(site, pictures=(hall(kept),), state=State.DRAFT)
    path = f"/media/{kept.name}"
    assert site.browser.get(path).status == 404
    with site.database.write() as session:
        articles.publish(session, number, fallback_division="press", now=NOW)
    assert site.browser.get(path).status == 200
    with site.database.write() as session:
        articles.withdraw(session, number, reason="It was wrong.", now=NOW)
    gone = site.browser.get(path)
    assert (gone.status, gone.headers["cache-control"]) == (410, "no-store")
    assert "This file is no longer published" in gone.text
    assert site.browser.get(path, if_none_match=f'"{kept.name}"').status == 410


def test_what_a_correction_took_out_readers_see_no_more(site: Site) -> None:
    first, second = upload(site, shot(500, 300)), upload(site, shot(500, 200))
    number = release(site, pictures=(hall(first),), state=State.PUBLISHED)
    revise(site, number, content("Summit opens", pictures=(hall(second),)))
    assert [site.browser.get(f"/media/{kept.name}").status for kept in (first, second)] == [410, 200]


def test_what_only_a_draft_had_readers_never_see(site: Site) -> None:
    first, second = upload(site, shot(500, 300)), upload(site, shot(500, 200))
    number = release(site, pictures=(hall(first),), state=State.DRAFT)
    revise(site, number, content("Summit opens", pictures=(hall(second),)))
    with site.database.write() as session:
        articles.publish(session, number, fallback_division="press", now=NOW)
    assert [site.browser.get(f"/media/{kept.name}").status for kept in (first, second)] == [404, 200]
    assert signed_in(site).get(f"/media/{first.name}").status == 200


def test_a_picture_that_two_releases_show_stays_until_both_are_withdrawn(site: Site) -> None:
    kept = upload(site, shot())
    numbers = [release(site, pictures=(hall(kept),), state=State.PUBLISHED) for _ in range(2)]
    seen = []
    for number in numbers:
        with site.database.write() as session:
            articles.withdraw(session, number, reason="It was wrong.", now=NOW)
        seen.append(site.browser.get(f"/media/{kept.name}").status)
    assert seen == [200, 410]


def test_a_picture_is_sent_whole_for_a_day_and_asked_for_again_costs_nothing(site: Site) -> None:
    kept = upload(site, shot())
    release(site, pictures=(hall(kept),), state=State.PUBLISHED)
    path = f"/media/{kept.name}"
    answer = site.browser.get(path)
    stored = site.parts.media.path(kept.name)
    assert stored is not None
    assert answer.body == stored.read_bytes()
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["content-length"] == str(kept.length)
    assert answer.headers["cache-control"] == "public, max-age=86400"
    assert answer.headers["etag"] == f'"{kept.name}"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    head = site.browser.head(path)
    assert (head.status, head.body, head.headers["content-length"]) == (200, b"", str(kept.length))
    again = site.browser.get(path, if_none_match=answer.headers["etag"])
    assert (again.status, again.body) == (304, b"")


def test_each_smaller_picture_is_served_and_no_other_width(site: Site) -> None:
    kept = upload(site, shot())
    release(site, pictures=(hall(kept),), state=State.PUBLISHED)
    stem = kept.name.removesuffix(".jpg")
    found = {width: site.browser.get(f"/media/{stem}-{width}.jpg").status for width in (480, 960, 1600, 1, 99_999)}
    assert found == {480: 200, 960: 200, 1600: 404, 1: 404, 99_999: 404}
    assert site.browser.get(f"/media/{stem}-480.jpg").headers["etag"] == f'"{stem}-480.jpg"'


def test_b62_a_part_of_a_file_can_be_asked_for(site: Site) -> None:
    kept = upload(site, PDF)
    release(site, files=(keeper.attachment(kept, "a.pdf"),), state=State.PUBLISHED)
    path = f"/media/{kept.name}"
    part = site.browser.get(path, range="bytes=0-3")
    assert (part.status, part.body, part.headers["content-range"]) == (206, PDF[:4], f"bytes 0-3/{len(PDF)}")
    assert site.browser.get(path, range="bytes=99999-").status == 416
    assert site.browser.get(path, range="bytes=x").status in (200, 400)
    many = "bytes=" + ",".join(f"{at % 20}-{at % 20}" for at in range(2000))
    assert site.browser.get(path, range=many).status in (200, 206, 400, 416)
    for answer in (part, site.browser.get(path, range="bytes=x")):
        assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "name",
    [
        "..%2f..%2fcivicwire.db",
        "%2e%2e%2fcivicwire.db",
        "..%5c..%5ccivicwire.db",
        "%2fetc%2fpasswd",
        "secret.key",
        "a" * 64,
        "A" * 64 + ".jpg",
        "a" * 64 + ".jpg%0d%0aX-Evil: 1",
        "a" * 4000,
        "%F0%9F%8E%89.jpg",
    ],
)
def test_b61_no_other_name_leads_anywhere(site: Site, name: str) -> None:
    site.parts.media.folder.root.mkdir()
    for path in (f"/media/{name}", f"/media/{name}/a.pdf", f"/media/{'a' * 64}.pdf/{name}"):
        answer = site.browser.get(path)
        assert answer.status in (400, 404)
        assert "x-evil" not in answer.headers


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ("야간버스 시각표.pdf", "야간버스 시각표.pdf"),
        ("Plan.PDF", "Plan.PDF"),
        ("plan.exe", "plan.exe.pdf"),
        ("plan.html", "plan.html.pdf"),
        ('a"; filename="b.exe', 'a"; filename="b.exe.pdf'),
        ("a\r\nX-Evil: 1.pdf", "a X-Evil: 1.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe.pdf"),
        ("x" * 1000, "x" * 200 + ".pdf"),
    ],
)
def test_b58_a_file_is_downloaded_under_its_name_and_never_as_another_kind(site: Site, asked: str, named: str) -> None:
    kept = upload(site, PDF)
    release(site, files=(keeper.attachment(kept, "a.pdf"),), state=State.PUBLISHED)
    answer = site.browser.get(f"/media/{kept.name}/{quote(asked, safe='')}")
    way, plain, encoded = answer.headers["content-disposition"].rsplit("; ", 2)
    assert (answer.status, way, encoded) == (200, "attachment", f"filename*=UTF-8''{quote(named, safe='')}")
    assert plain.isascii()
    assert plain.count('"') == 2
    assert "x-evil" not in answer.headers


@pytest.mark.parametrize(
    ("given", "file_name"),
    [
        (PDF, "a.pdf"),
        (b"hello <script>alert(1)</script>", "a.html"),
        (packed(("evil.html", b"<script>alert(1)</script>")), "a.html"),
    ],
)
def test_b58_a_file_never_opens_as_a_page_of_ours(site: Site, given: bytes, file_name: str) -> None:
    kept = upload(site, given, file_name)
    release(site, files=(keeper.attachment(kept, file_name),), state=State.PUBLISHED)
    for path in (f"/media/{kept.name}", keeper.attachment(kept, file_name).address):
        answer = site.browser.get(path)
        assert answer.status == 200
        assert answer.headers["content-disposition"].startswith("attachment")
        assert answer.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert not answer.headers["content-type"].startswith(("text/html", "image/svg", "application/x"))


def test_a_release_shows_its_picture_and_offers_its_file(site: Site) -> None:
    kept, plan = upload(site, shot()), upload(site, PDF)
    files = (keeper.attachment(plan, "노선도.pdf"),)
    number = release(site, pictures=(hall(kept),), files=files, state=State.PUBLISHED)
    page = site.browser.get(f"/articles/{number}/summit-opens")
    source = page.between('<figure><img src="', '"')
    assert page.between("<figcaption>", "</figcaption>") == "The hall<br>\n<small>Photo: City</small>"
    offered = [piece.split()[0] for piece in page.between('srcset="', '"').split(", ")]
    address = page.between('<ul class="files">\n<li><a href="', '"')
    for path in (source, *offered, address):
        assert site.browser.get(path).status == 200, path
    assert "img-src 'self'" in page.headers["content-security-policy"]


def test_a_page_says_what_a_picture_shows_and_nothing_of_a_decorative_one(site: Site) -> None:
    plain = keeper.picture(upload(site, shot(500, 200)), caption="A line", credit="City", decorative=True)
    number = release(site, pictures=(hall(upload(site, shot())), plain), state=State.PUBLISHED)
    page = site.browser.get(f"/articles/{number}/summit-opens")
    assert re.findall(r'<figure><img [^>]*alt="([^"]*)"', page.text) == ["A crowd", ""]


def test_a_feed_carries_the_picture_and_the_file_by_whole_addresses(site: Site) -> None:
    kept, plan = upload(site, shot()), upload(site, PDF)
    release(site, pictures=(hall(kept),), files=(keeper.attachment(plan, "a.pdf"),), state=State.PUBLISHED)
    for form in ("rss", "atom"):
        answer = site.browser.get(f"/feeds/all.{form}")
        feed = feedparser.parse(answer.body)
        assert not feed.bozo
        entry = feed.entries[0]
        stem = kept.name.removesuffix(".jpg")
        image = f'<img src="http://newsroom.test/media/{stem}-960.jpg" width="960" height="640" alt="A crowd">'
        assert image in unescape(answer.text)
        assert "srcset" not in answer.text
        enclosure = entry.enclosures[0]
        assert (enclosure.href, enclosure.type, enclosure.length) == (
            f"http://newsroom.test/media/{plan.name}/a.pdf",
            "application/pdf",
            str(len(PDF)),
        )
        assert entry.media_content[0]["url"] == f"http://newsroom.test/media/{kept.name}"


def test_a_feed_says_nothing_of_the_pictures_of_a_withdrawn_release(site: Site) -> None:
    kept = upload(site, shot())
    release(site, pictures=(hall(kept),), state=State.WITHDRAWN)
    for form in ("rss", "atom"):
        assert kept.name[:64] not in site.browser.get(f"/feeds/all.{form}").text


def test_a_row_whose_file_was_lost_is_answered_like_any_other(site: Site) -> None:
    kept = upload(site, shot())
    release(site, pictures=(hall(kept),), state=State.PUBLISHED)
    path = site.parts.media.path(kept.name)
    assert path is not None
    path.unlink()
    assert site.browser.get(f"/media/{kept.name}").status == 404


def test_uploads_that_nobody_used_are_destroyed_by_the_tidying_alarm(site: Site) -> None:
    site.clock.at = NOW.replace(year=2101)
    kept = upload(site, PDF)
    site.clock.forward(days=8)
    site.parts.ticks.tidy()
    with site.database.read() as session:
        assert site.parts.media.find(session, kept.name) is None
    assert site.parts.media.path(kept.name) is None
