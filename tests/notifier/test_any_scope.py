"""A subscription holds any scope that a feed has, and is told of what its feed shows. On both engines."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.model import Article
from feeds.scope import Scope
from feeds.store import articles, reading, topics
from feeds.store.articles import Filing
from notifier.audience import Audience
from notifier.matching import News, plan
from notifier.model import Cadence, Kind
from tests.builders import content
from tests.notifier.conftest import Desk
from tests.notifier.test_matching import news, wish

SUMMIT = Scope(topics=("summit",))
SCOPES = {
    "topic": SUMMIT,
    "board": Scope(boards=("news",)),
    "words": Scope(words="buses"),
    "language": Scope(language="en"),
    "both": Scope(("environment",), topics=("summit",)),
    "elsewhere": Scope(("transport",), topics=("summit",)),
    "other topic": Scope(topics=("budget",)),
    "other words": Scope(words="trams"),
    "other language": Scope(words="buses", language="ko"),
}
TOLD = {"topic", "board", "words", "language", "both"}


@pytest.fixture
def filled(desk: Desk) -> Desk:
    with desk.database.write() as session:
        topics.add(session, "summit", {"en": "Summits", "ko": "정상회의"})
        topics.add(session, "budget", {"en": "Budget", "ko": "예산"})
    return desk


def written(desk: Desk, title: str = "Night buses to the summit", **filing: object) -> Article:
    given = {"division": "climate", "board": "news", "topics": ("summit",)} | filing
    with desk.database.write() as session:
        one = articles.add(
            session,
            content(title),
            filing=Filing(**given),  # type: ignore[arg-type]
            authority="a.test,2026",
            now=desk.clock(),
        )
        return reading.get(session, one.id)


def publish(desk: Desk, one: Article) -> None:
    with desk.database.write() as session:
        articles.publish(session, one.id, fallback_division="press", now=desk.clock())


@pytest.mark.parametrize("cadence", [Cadence.IMMEDIATE, Cadence.DAILY])
def test_who_follows_a_scope_is_mailed_what_its_feed_shows_and_staff_are_told_how_many(
    filled: Desk, cadence: Cadence
) -> None:
    for number, scope in enumerate(SCOPES.values()):
        filled.wish(f"reader{number}@example.org", cadence, scope)
    one = written(filled)
    with filled.database.read() as session:
        reach = Audience(filled.newsroom, filled.clock).reach(session, one)
    assert reach.everybody == len(TOLD)
    publish(filled, one)
    filled.alerts.run()
    filled.morning()
    told = {name for n, name in enumerate(SCOPES) if filled.told(f"reader{n}@example.org")}
    assert told == TOLD


def test_one_person_whose_wishes_all_match_is_told_once(filled: Desk) -> None:
    for scope in (SUMMIT, Scope(words="buses"), Scope(("climate",))):
        filled.wish("reader@example.org", Cadence.IMMEDIATE, scope)
    publish(filled, written(filled))
    filled.alerts.run()
    assert len(filled.told("reader@example.org")) == 1


def test_a_digest_is_headed_by_the_names_of_what_was_wished(filled: Desk) -> None:
    filled.wish("reader@example.org", Cadence.DAILY, Scope(("environment",), topics=("summit",), words="buses"))
    filled.wish("reader@example.org", Cadence.DAILY, Scope(("climate",)))
    publish(filled, written(filled))
    filled.morning()
    (mail,) = filled.mails("reader@example.org", Kind.DIGEST)
    assert "Environment Bureau, topic Summits, with “buses”" in mail.text
    assert "Also in: Climate" in mail.text


def test_a_wish_for_a_merged_division_keeps_its_topics(filled: Desk) -> None:
    scope = Scope(("water",), topics=("summit",), words="buses")
    assert filled.following.labels(scope, "ko") == ["물과", "주제 정상회의", "‘buses’ 포함"]
    filled.wish("reader@example.org", Cadence.DAILY, scope)
    (one,) = filled.live(filled.wish("reader@example.org", Cadence.DAILY, scope))
    assert one.scope == scope


def test_a_wish_that_many_have_and_wishes_that_nobody_shares_are_met_alike(filled: Desk) -> None:
    for number in range(12):
        scope = replace(SUMMIT, topics=("summit", f"t{number // 2}"))
        filled.wish(f"reader{number}@example.org", Cadence.IMMEDIATE, scope)
    publish(filled, written(filled))
    assert filled.alerts.run().planned == 12


WISHES = st.builds(
    Scope,
    st.sets(st.sampled_from(["climate", "environment", "transport"]), max_size=2).map(tuple),
    st.sampled_from([None, "en", "ko"]),
    words=st.sampled_from(["", "night", "trams"]),
)


@given(st.lists(WISHES, max_size=4))
def test_a_plan_holds_exactly_what_the_scopes_match(scopes: list[Scope]) -> None:
    one: News = news(1, 1)
    wishes = [replace(wish(number=n), scope=scope) for n, scope in enumerate(scopes, start=1)]
    matched = [scope for scope in scopes if scope.matches(one.article, one.lineage)]
    items = plan(wishes, [one], {}).items
    assert len(items) == bool(matched)
    assert all("=" in heading or heading in {"", *one.lineage} for item in items for heading in item.headings)
