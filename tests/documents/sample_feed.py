"""A small newsroom and its releases for the tests of feeds. Run as a program, it prints both documents."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from feedgen.feed import FeedGenerator

from feeds.addresses import FEED_TYPES
from feeds.documents import atom, jsonfeed, rss
from feeds.documents.entry import NOTHING, Beside, entry_of
from feeds.documents.feed import Feed, feed_of
from feeds.model import Article, Attachment, Board, City, Content, Division, Newsroom, Picture, State
from feeds.scope import Scope
from feeds.words import load

WORDS = load("feeds")
MORNING = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
EMPTY_AT = datetime(2026, 1, 1, tzinfo=UTC)

ECONOMY = Division(slug="economy", names={"en": "Economy Bureau", "ko": "경제국"}, telephone="053-803-0001")
INDUSTRY = Division(
    slug="industry",
    names={"en": "Industry & Trade Division", "ko": "산업통상과"},
    parent="economy",
    telephone="053-803-0002",
)
PRESS = Division(slug="spokesperson", names={"en": "Spokesperson's Office", "ko": "대변인실"})

NEWSROOM = Newsroom(
    City(
        names={"en": "Example City", "ko": "보기시"},
        newsroom_names={"en": "Example Newsroom", "ko": "보기 뉴스룸"},
        zone=ZoneInfo("Asia/Seoul"),
        languages=("en", "ko"),
        authority="city.example.org,2026",
        sender_names={"en": "Example Newsroom"},
        sender_address="newsroom@city.example.org",
        telephone="120",
        licence="KOGL-1",
        fallback_division="spokesperson",
        divisions=(ECONOMY, INDUSTRY, PRESS),
        boards=(Board(slug="news", names={"en": "City News", "ko": "시정뉴스"}, path={"en": ("City News",)}),),
    ),
    "https://city.example.org",
)


def article(number: int = 1, /, **changes: Any) -> Article:
    """A published release; names of content fields change its content, others the article."""
    content = {
        "language": "en",
        "title": f"Release {number}",
        "subtitle": None,
        "summary": f"Summary {number}",
        "body_html": f"<p>Body {number}</p>",
        "body_text": f"Body {number}",
        "pictures": (),
        "attachments": (),
        "footnotes": (),
    }
    content |= {name: changes.pop(name) for name in list(changes) if name in content}
    at = MORNING + timedelta(hours=number)
    whole: dict[str, Any] = {
        "id": number,
        "guid": f"tag:city.example.org,2026:article/{number}",
        "state": State.PUBLISHED,
        "revision": 1,
        "division": "industry",
        "created_at": at,
        "published_at": at,
        "updated_at": at,
    }
    return Article(content=Content(**content), **(whole | changes))


def feed(
    *articles: Article,
    division: Division | None = None,
    language: str = "en",
    scope: Scope | None = None,
    beside: Beside = NOTHING,
    hubs: Sequence[str] = (),
    max_age: int = 300,
) -> Feed:
    """The feed of these releases, of everything unless a division or another scope is named."""
    entries = [(entry_of(one, NEWSROOM, WORDS, beside), one.id) for one in articles]
    entries.sort(key=lambda row: (row[0].updated, row[1]), reverse=True)
    return feed_of(
        newsroom=NEWSROOM,
        words=WORDS,
        scope=scope or (Scope((division.slug,)) if division else Scope()),
        language=language,
        topics=beside.topics,
        entries=[entry for entry, _ in entries],
        updated=EMPTY_AT,
        hubs=hubs,
        max_age=max_age,
    )


def rich_article(number: int = 1) -> Article:
    """A release with everything: pictures, attachments, a correction and relative addresses."""
    release = article(
        number,
        title="R&D <b> summit",
        body_html='<p>See <a href="/files/plan.pdf">the plan</a> &amp; more</p>',
        pictures=(
            Picture(
                caption="The mayor speaks",
                credit="Press Office",
                alt="A hall",
                address="/p/1.jpg",
                width=1600,
                height=900,
            ),
            Picture(caption="Never published"),
        ),
        attachments=(
            Attachment(name="Plan.pdf", address="/files/plan.pdf", media_type="application/pdf", length=2048),
            Attachment(name="표.hwp", address="/files/표 1.hwp"),
        ),
        correction_note="The date was wrong.",
    )
    return replace(release, updated_at=MORNING + timedelta(days=9))


def many() -> Sequence[Article]:
    """Sixty releases in no order, every third in Korean, some with files and corrections."""
    releases = [article(n, language="ko", title=f"보도자료 {n}") if n % 3 == 0 else article(n) for n in range(1, 60)]
    return [*releases[31:], rich_article(60), *releases[:31]]


def plain_feedgen(feed: Feed) -> FeedGenerator:
    """What somebody gets who hands the same feed to feedgen by its manual, with its own `dc` and `media`.

    The one thing withheld is a date of change for the feed and its entries, which its manual calls optional.
    """
    plain = FeedGenerator()
    plain.load_extension("dc")
    plain.load_extension("media")
    plain.id(feed.id)
    plain.title(feed.title)
    plain.subtitle(feed.subtitle)
    plain.language(feed.language)
    plain.author(name=feed.author)
    plain.rights(feed.rights)
    plain.ttl(feed.max_age // 60)
    plain.link(href=feed.alternate_url, rel="alternate")
    for format, url in feed.self_urls.items():
        if format != "rss":
            plain.link(href=url, rel="alternate", type=FEED_TYPES[format])
    for hub in feed.hubs:
        plain.link(href=hub, rel="hub")
    for relation, urls in feed.archives.items():
        plain.link(href=urls["rss"], rel=relation)
    plain.link(href=feed.self_urls["rss"], rel="self", type="application/rss+xml")
    for entry in feed.entries:
        item = plain.add_entry()
        item.id(entry.id)
        item.title(entry.title)
        item.author(name=entry.division)
        item.link(href=entry.url, rel="alternate", type="text/html", hreflang=entry.language)
        for twin in entry.twins:
            item.link(href=twin.url, rel="alternate", type="text/html", hreflang=twin.language)
        item.summary(entry.summary)
        item.content(entry.content_html, type="html")
        item.published(entry.published)
        item.rights(entry.rights)
        item.category([{"term": c.term, "scheme": c.scheme, "label": c.label} for c in entry.categories])
        for file in entry.enclosures:
            item.enclosure(file.address, file.length or 0, file.media_type or "application/octet-stream")
        for picture in entry.media:
            item.media.content({"url": picture.address, "medium": "image"})
    return plain


if __name__ == "__main__":
    for module in (rss, atom, jsonfeed):
        sys.stdout.buffer.write(module.render(feed(*many())))
