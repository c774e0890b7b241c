"""An article as an entry, a scope as a feed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_feed import EMPTY_AT, INDUSTRY, MORNING, NEWSROOM, WORDS, article, feed, many, rich_article

from feeds.documents.entry import Category, Enclosure, Entry, Media, entry_of
from feeds.model import Article, Attachment, Footnote, Picture, State


def entry(release: Article) -> Entry:
    return entry_of(release, NEWSROOM, WORDS)


def test_an_entry_keeps_the_articles_guid_and_leads_to_its_page() -> None:
    shown = entry(article(7, title="Summit 2026"))
    assert (shown.id, shown.url) == (
        "tag:city.example.org,2026:article/7",
        "https://city.example.org/articles/7/summit-2026",
    )


def test_an_entry_speaks_the_language_of_its_article() -> None:
    shown = entry(article(language="ko"))
    assert (shown.language, shown.division) == ("ko", "산업통상과")
    assert shown.content_html.endswith("<p>문의: 산업통상과, 전화 053-803-0002</p>")


def test_the_last_line_names_the_division_and_its_telephone() -> None:
    assert entry(article()).content_html.endswith("<p>Industry &amp; Trade Division, telephone 053-803-0002</p>")


def test_the_articles_own_telephone_comes_before_the_divisions_and_the_citys_last() -> None:
    assert "telephone 053-803-9999" in entry(article(telephone="053-803-9999")).content_html
    assert "Spokesperson&#x27;s Office, telephone 120" in entry(article(division="spokesperson")).content_html.replace(
        "'", "&#x27;"
    )


@pytest.mark.parametrize("division", [None, "dissolved-long-ago"])
def test_an_unknown_division_is_answered_for_by_the_fallback(division: str | None) -> None:
    assert entry(article(division=division)).division == "Spokesperson's Office"


def test_an_entry_is_filed_under_its_division_and_the_bureau_above() -> None:
    scheme = "https://city.example.org/divisions"
    assert entry(article()).categories == (
        Category("industry", scheme, "Industry & Trade Division"),
        Category("economy", scheme, "Economy Bureau"),
    )


NOTES = (
    Footnote(mark="*", term="Net <Zero>", note="balance & more"),
    Footnote(mark="**", term="", note="balance"),
    Footnote(mark="†", term="P4G"),
)


def test_footnotes_follow_the_text_escaped_and_one_without_a_note_says_nothing() -> None:
    html = entry(article(footnotes=NOTES)).content_html
    notes = "<p>Notes</p><ul><li>* <b>Net &lt;Zero&gt;</b>: balance &amp; more</li><li>** balance</li></ul>"
    assert f"<p>Body 1</p>\n{notes}\n" in html
    assert "P4G" not in html
    assert "<p>주석</p>" in entry(article(footnotes=NOTES, language="ko")).content_html


@pytest.mark.parametrize(
    "line", ["* Net-Zero: the balance", "* “Net-Zero” – the  balance", "- Net-Zero: the balance", "*the balance"]
)
def test_a_footnote_that_stands_in_the_text_is_not_said_twice(line: str) -> None:
    note = Footnote(mark="*", term="Net-Zero", note="the balance")
    assert "Notes" not in entry(article(footnotes=(note,), body_text=f"Net-Zero* now.\n\n{line}\n\nEnd.")).content_html


def test_a_footnote_whose_words_only_happen_to_be_in_the_text_is_said() -> None:
    note = Footnote(mark="*", term="Net-Zero", note="the balance")
    html = entry(article(footnotes=(note,), body_text="Net-Zero* and the balance of it, for the balance")).content_html
    assert "<li>* <b>Net-Zero</b>: the balance</li>" in html


def test_a_correction_says_at_the_top_what_changed() -> None:
    shown = entry(article(correction_note="Not 5 < 4.", title="As it was"))
    assert shown.content_html.startswith("<p><strong>Correction:</strong> Not 5 &lt; 4.</p>\n<p>Body 1</p>")
    assert shown.title == "As it was"


def test_a_withdrawn_article_says_so_and_tells_nothing_else() -> None:
    shown = entry(replace(rich_article(), state=State.WITHDRAWN, withdrawal_reason="Wrong figures."))
    assert shown.title == "Withdrawn: R&D <b> summit"
    assert "Wrong figures." in shown.content_html
    assert "plan" not in shown.content_html
    assert shown.enclosures == ()
    assert shown.media == ()


def test_attachments_and_pictures_have_absolute_addresses() -> None:
    shown = entry(rich_article())
    assert shown.enclosures == (
        Enclosure("https://city.example.org/files/plan.pdf", "Plan.pdf", "application/pdf", 2048),
        Enclosure("https://city.example.org/files/%ED%91%9C%201.hwp", "표.hwp", "application/x-hwp"),
    )
    [picture] = shown.media
    assert picture == Media(
        "https://city.example.org/p/1.jpg", "The mayor speaks", "Press Office", "A hall", "image/jpeg", 1600, 900
    )
    assert '<a href="https://city.example.org/files/plan.pdf">the plan</a>' in shown.content_html


def test_a_file_that_is_no_web_address_is_not_offered() -> None:
    """B69"""
    shown = entry(
        article(
            attachments=(Attachment(name="x", address="javascript:alert(1)"),),
            pictures=(Picture(caption="x", address="data:image/gif;base64,R0"),),
        )
    )
    assert (shown.enclosures, shown.media) == ((), ())
    assert "javascript" not in shown.content_html


def test_a_text_that_xml_would_swell_beyond_measure_is_given_as_its_summary() -> None:
    """Every `<` and `&` takes four or five bytes in XML: what counts is the length there."""
    assert entry(article(body_html="<b></b>" * 7_000)).content_html.startswith("<p>Summary 1</p>")
    assert entry(article(body_html="<p>" + "x" * 100_000)).content_html.startswith("<p>xxx")


def test_a_summary_beyond_all_measure_is_cut() -> None:
    assert entry(article(summary="word " * 1_000)).summary == ("word " * 400).rstrip() + "…"


def test_a_missing_summary_is_the_beginning_of_the_text_and_never_empty() -> None:
    assert entry(article(summary=" ", body_text="word " * 100)).summary.endswith("word…")
    assert entry(article(summary="", body_text="", title="Only this")).summary == "Only this"


def test_a_known_licence_is_written_out_and_an_unknown_one_stands_as_it_is() -> None:
    assert entry(article()).rights.startswith("Korea Open Government License Type 1")
    assert entry(article(language="ko")).rights == "공공누리 제1유형: 출처표시"
    assert entry(article(licence="CC BY 4.0")).rights == "CC BY 4.0"


def test_instants_are_told_in_utc() -> None:
    seoul = timezone(timedelta(hours=9))
    at = datetime(2026, 3, 2, 9, 0, tzinfo=seoul)
    shown = entry(article(published_at=at, updated_at=None))
    assert shown.updated == shown.published == datetime(2026, 3, 2, 0, 0, 0, 1, tzinfo=UTC)
    assert shown.published.tzinfo is UTC


def test_releases_of_one_instant_are_told_apart_by_less_than_a_hundredth_of_a_second() -> None:
    """Validators warn of two entries with one `updated`, and readers that go by it take the two for one."""
    day = [article(number, published_at=MORNING, updated_at=MORNING) for number in (9_998, 9_999, 10_000, 10_001)]
    shown = [entry(one).updated for one in day]
    assert len(set(shown)) == len(day)
    assert max(shown) - MORNING < timedelta(milliseconds=10)
    assert min(shown) >= MORNING


@given(first=st.integers(0, 10**9), later=st.integers(0, 10**9), number=st.integers(1, 10**7))
def test_f56_what_changed_later_says_so_whatever_its_number(first: int, later: int, number: int) -> None:
    """The store lets no change of an article be earlier than the one before (tests/store); nor does its entry."""
    early, late = (MORNING + timedelta(microseconds=at) for at in sorted((first, later)))
    before = entry(article(number, published_at=early, updated_at=early))
    after = entry(article(number, published_at=early, updated_at=late))
    assert after.updated >= before.updated >= before.published == after.published
    assert (after.updated == before.updated) == (late == early)


@pytest.mark.parametrize(
    ("release", "reason"),
    [
        (article(state=State.DRAFT), "not published"),
        (article(published_at=None), "not published"),
        (article(title="\x00 \x1b"), "no title"),
        (article(guid="\x00"), "no guid"),
        (article(published_at=datetime(2026, 3, 2)), "aware of its zone"),  # noqa: DTZ001
    ],
)
def test_what_cannot_be_an_entry_is_refused_with_the_reason(release: Article, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        entry(release)


def test_sixty_entries_stand_newest_first() -> None:
    shown = feed(*many()).entries
    assert [e.id.rpartition("/")[2] for e in shown] == [str(n) for n in range(60, 0, -1)]


def test_entries_of_the_same_instant_have_one_order_whichever_way_they_come() -> None:
    twins = [article(n, published_at=MORNING) for n in (1, 2, 3)]
    assert feed(*twins).entries == feed(*reversed(twins)).entries


def test_a_feed_was_updated_when_its_latest_entry_was() -> None:
    assert feed(article(1), rich_article(2)).updated == MORNING + timedelta(days=9, microseconds=2)


def test_an_empty_feed_was_updated_when_the_caller_says() -> None:
    assert feed().updated == EMPTY_AT


def test_a_feed_of_all_leads_to_the_newsroom() -> None:
    made = feed()
    assert made.id == "tag:city.example.org,2026:feed/all"
    assert made.title == "Example Newsroom: all releases"
    assert made.alternate_url == "https://city.example.org/"
    assert made.self_urls == {
        "rss": "https://city.example.org/feeds/all.rss",
        "atom": "https://city.example.org/feeds/all.atom",
        "json": "https://city.example.org/feeds/all.json",
    }


def test_a_divisions_feed_leads_to_the_division_and_speaks_the_language_asked_for() -> None:
    made = feed(division=INDUSTRY, language="ko")
    assert made.id == "tag:city.example.org,2026:feed/industry"
    assert made.title == "보기 뉴스룸: 산업통상과"
    assert made.subtitle == "보기시 보도자료(산업통상과)를 최근에 게시되거나 정정된 순서로 전해 드립니다."
    assert made.alternate_url == "https://city.example.org/divisions/industry"
