"""What was changed in a release, as its readers see it: word by word, and never what they have not been shown."""

import re
from dataclasses import replace
from datetime import date, timedelta
from html import unescape
from urllib.parse import quote

import feedparser
import pytest
from sqlalchemy import update

from feeds.model import Attachment, Picture
from feeds.store import articles, reading, topics
from feeds.store.tables import revision
from feeds.web.article_pages import STEPS
from tests.builders import NOW, content, correct, draft, publish, withdraw
from tests.web.browser import Answer
from tests.web.conftest import Site, is_page

HOUR = timedelta(hours=1)


def revise(site: Site, number: int, text: str, *, note: str | None = None, hours: int = 1, **values: object) -> None:
    """A new revision with this text; a minor edit where no note is given."""
    with site.database.write() as session:
        body = {"body_text": text, "body_html": f"<p>{text}</p>"} | values
        articles.revise(session, number, content(**body), note=note, now=NOW + hours * HOUR)  # type: ignore[arg-type]


def changes(site: Site, number: int, query: str = "") -> Answer:
    """The page of changes, wherever the address with the number alone leads."""
    path = site.browser.get(f"/articles/{number}").headers["location"]
    return site.browser.get(f"{path}/changes{query}")


def marked(answer: Answer, tag: str) -> list[str]:
    """The words between such tags, without what is said only to who cannot see them."""
    inner = re.findall(rf"<{tag}>(.*?)</{tag}>", answer.text, re.DOTALL)
    return [re.sub(r'<span class="hidden">.*?</span>', "", text) for text in inner]


def test_a_correction_shows_which_words_were_taken_out_and_put_in(site: Site) -> None:
    number = publish(site.database).article_id
    revise(site, number, "Night buses run later from Tuesday on.", note="The day was wrong.")
    answer = changes(site, number)
    assert answer.status == 200
    assert is_page(answer)
    assert "The day was wrong." in answer.text
    assert (marked(answer, "del"), marked(answer, "ins")) == (["Monday"], ["Tuesday"])


def test_a_change_is_told_in_words_and_not_by_its_looks_alone(site: Site) -> None:
    number = publish(site.database).article_id
    revise(site, number, "Night buses run later from Tuesday on.", note="The day was wrong.")
    for language, (out, into) in {"en": ("taken out:", "put in:"), "ko": ("뺀 말:", "넣은 말:")}.items():
        page = changes(site, number, f"?lang={language}").text
        assert re.search(rf'<del><span class="hidden"> {out} </span>Monday', page)
        assert re.search(rf'<ins><span class="hidden"> {into} </span>Tuesday', page)


def test_every_public_revision_is_listed_the_latest_first(site: Site) -> None:
    number = publish(site.database).article_id
    revise(site, number, "First correction.", note="One.", hours=1)
    revise(site, number, "First correction, better said.", hours=2)
    revise(site, number, "Second correction, better said.", note="Two.", hours=3)
    page = changes(site, number).text
    heads = re.findall(r'<h2 id="step-(\d)">(Corrected|Minor edit|Published)', page)
    assert heads == [("4", "Corrected"), ("3", "Minor edit"), ("2", "Corrected"), ("1", "Published")]
    assert page.index("Two.") < page.index("One.")


def test_revisions_from_before_the_publication_are_never_shown(site: Site) -> None:
    one = draft(site.database, "Working title")
    revise(site, one.id, "Names nobody should read.", hours=1)
    revise(site, one.id, "What was published.", hours=2)
    with site.database.write() as session:
        articles.publish(session, one.id, fallback_division="press", now=NOW + 3 * HOUR)
    revise(site, one.id, "What was published and corrected.", note="More.", hours=4)
    for query in ("", "?before=1", "?before=2", "?before=3", "?before=4", "?before=99"):
        answer = changes(site, one.id, query)
        assert answer.status == 200
        assert "Names nobody" not in answer.text
        assert "Working title" not in answer.text
    assert re.findall(r'id="step-(\d)"', changes(site, one.id).text) == ["4", "3"]


def test_the_first_revision_is_dated_by_its_publication_and_not_by_when_it_was_written(site: Site) -> None:
    one = draft(site.database, "Night buses run later")
    with site.database.write() as session:
        articles.publish(session, one.id, fallback_division="press", now=NOW + timedelta(days=9))
    page = changes(site, one.id).text
    assert 'datetime="2026-05-29' in page
    assert "2026-05-20" not in page


def test_a_title_and_a_caption_that_changed_are_shown_under_their_names(site: Site) -> None:
    number = publish(site.database).article_id
    with site.database.write() as session:
        articles.revise(
            session, number, content("Night buses run earlier", subtitle="All lines"), note="The title.", now=NOW + HOUR
        )
    answer = changes(site, number)
    assert re.findall(r"<h3>(.*?)</h3>", answer.text) == ["Title", "Subtitle", "Summary", "Text"]
    assert marked(answer, "del")[0] == "later"
    assert marked(answer, "ins")[:2] == ["earlier", "All lines"]


TEXT = "Night buses run later from Monday on."


def linked(site: Site, number: int, *addresses: str, words: str = "Night buses", hours: int = 1) -> None:
    """A minor edit that says the same, with these addresses under these words."""
    links = " ".join(f'<a href="{address}">{words}</a>' for address in addresses)
    revise(site, number, TEXT, body_html=f"<p>{links} run later from Monday on.</p>", hours=hours)


def test_a_link_that_leads_elsewhere_now_is_told_with_both_addresses(site: Site) -> None:
    number = publish(site.database).article_id
    linked(site, number, "https://old.example.org/?a=1&amp;b=2")
    linked(site, number, "https://new.example.org/", hours=2)
    linked(site, number, hours=3)
    answer = changes(site, number)
    assert [unescape(one) for one in re.findall(r"<p>(.*“Night buses”.*)</p>", answer.text)] == [
        "“Night buses” led to https://new.example.org/ and is no link any more.",
        "The address of “Night buses” was https://old.example.org/?a=1&b=2 and is https://new.example.org/.",
        "“Night buses” leads to https://old.example.org/?a=1&b=2 now.",
    ]
    assert not marked(answer, "del") + marked(answer, "ins")
    assert "no word" not in answer.text
    assert "전에는 https://old.example.org/" in changes(site, number, "?lang=ko").text


def test_of_several_links_under_the_same_words_only_that_is_told_which_changed(site: Site) -> None:
    number = publish(site.database).article_id
    linked(site, number, "https://a.example.org/", "https://b.example.org/")
    linked(site, number, "https://a.example.org/", "https://c.example.org/", hours=2)
    step = changes(site, number).text.split('id="step-3"')[1].split('id="step-2"')[0]
    assert "a.example.org" not in step
    assert "was https://b.example.org/ and is https://c.example.org/" in step


def test_other_words_over_the_same_address_are_a_change_of_words_alone(site: Site) -> None:
    number = publish(site.database).article_id
    linked(site, number, "https://a.example.org/", words="Night")
    linked(site, number, "https://a.example.org/", words="The night", hours=2)
    step = changes(site, number).text.split('id="step-3"')[1].split('id="step-2"')[0]
    assert "a.example.org" not in step


def test_what_changed_in_the_layout_alone_says_that_no_word_did(site: Site) -> None:
    number = publish(site.database).article_id
    revise(site, number, TEXT, body_html=f"<p><b>{TEXT}</b></p>")
    answer = changes(site, number)
    assert "The layout or a picture within the text changed, but no word." in answer.text
    assert not marked(answer, "del") + marked(answer, "ins")


def test_another_picture_or_file_under_the_same_words_is_told(site: Site) -> None:
    number = publish(site.database).article_id
    for hours, host in enumerate(("one", "two"), start=1):
        shown = Picture(caption="The hall", alt="A hall", address=f"https://{host}.example.org/a.jpg")
        file = Attachment(name="Plan.pdf", address=f"https://{host}.example.org/plan.pdf")
        revise(site, number, TEXT, pictures=(shown,), attachments=(file,), hours=hours)
    step = changes(site, number).text.split('id="step-3"')[1].split('id="step-2"')[0]
    assert "Picture 1 is another one, under the same words." in step
    assert "File 1 is another one, under the same name." in step
    assert "The layout" not in step


def test_a_release_that_never_changed_says_when_it_was_published_and_no_more(site: Site) -> None:
    number = publish(site.database).article_id
    answer = changes(site, number)
    assert answer.status == 200
    assert re.findall(r'<h2 id="step-\d">(\w+)', answer.text) == ["Published"]


def test_the_release_leads_to_its_changes_where_it_was_corrected_and_only_there(site: Site) -> None:
    number = publish(site.database).article_id
    path = f"/articles/{number}/night-buses-run-later"
    assert "/changes" not in site.browser.get(path).text
    revise(site, number, "A slip less.")
    assert "/changes" not in site.browser.get(path).text
    revise(site, number, "Another day.", note="The day.")
    box = site.browser.get(f"{path}?lang=ko").between('<section class="correction"', "</section>")
    assert f'href="{path}/changes?lang=ko"' in box
    assert site.browser.get(f"{path}/changes?lang=ko").headers["content-language"] == "ko"


def test_a_corrected_title_moves_the_address_of_its_changes_too(site: Site) -> None:
    number = publish(site.database).article_id
    correct(site.database, number, "심야버스 증편")
    old = site.browser.get(f"/articles/{number}/night-buses-run-later/changes?lang=ko")
    assert (old.status, old.headers["location"]) == (
        301,
        f"/articles/{number}/{quote('심야버스-증편')}/changes?lang=ko",
    )
    assert site.browser.get(old.headers["location"]).status == 200


def test_the_number_alone_leads_to_the_changes_too(site: Site) -> None:
    number, other = publish(site.database).article_id, publish(site.database, "Changes").article_id
    short = site.browser.get(f"/articles/{number}/changes?lang=ko")
    path = f"/articles/{number}/night-buses-run-later/changes?lang=ko"
    assert (short.status, short.headers["location"]) == (301, path)
    assert site.browser.get(f"/articles/{other}/changes").status == 200, "a release of this title is at its address"
    assert site.browser.get(f"/articles/{draft(site.database).id}/changes").status == 404


@pytest.mark.parametrize("slug", ["x", "not-yet", "night-buses-run-later"])
def test_the_changes_of_a_draft_a_scheduled_one_and_of_none_are_not_there(site: Site, slug: str) -> None:
    one, other = draft(site.database), draft(site.database)
    with site.database.write() as session:
        articles.schedule(session, other.id, at=NOW + HOUR)
    bodies = set()
    for number in (one.id, other.id, 999):
        answer = site.browser.get(f"/articles/{number}/{slug}/changes")
        assert answer.status == 404
        bodies.add(answer.text.replace(f"/articles/{number}/", "/articles/N/"))
    assert len(bodies) == 1


def test_the_changes_of_a_withdrawn_release_answer_410_with_its_reason_and_no_text(site: Site) -> None:
    number = publish(site.database, "Secret plans").article_id
    revise(site, number, "More secret plans.", note="Wrong secret.")
    withdraw(site.database, number, now=NOW + 2 * HOUR)
    for slug in ("secret-plans", "x"):
        answer = site.browser.get(f"/articles/{number}/{slug}/changes")
        assert answer.status == 410
        assert "It was wrong." in answer.text
        assert "ecret" not in answer.text.replace(f"/articles/{number}/secret-plans/changes", "")


def test_many_changes_have_pages_that_together_hold_each_once(site: Site) -> None:
    number = publish(site.database).article_id
    for step in range(2 * STEPS + 3):
        revise(site, number, f"Version {step}.", note=f"Note {step}.", hours=step + 1)
    seen: list[str] = []
    answer = changes(site, number)
    while True:
        seen += re.findall(r'<h2 id="step-(\d+)"', answer.text)
        earlier = re.search(r'rel="next" href="([^"]*)"', answer.text)
        if earlier is None:
            break
        answer = site.browser.get(earlier[1])
    assert seen == [str(step) for step in range(2 * STEPS + 4, 0, -1)]


def test_changes_too_long_for_one_page_are_shown_on_the_next(site: Site) -> None:
    number = publish(site.database).article_id
    for step, letter in enumerate("abc", start=1):
        revise(site, number, f"{letter}x " * 40_000, note=f"Note {step}.", hours=step)
    first = changes(site, number)
    assert re.findall(r'<h2 id="step-(\d+)"', first.text) == ["4"]
    earlier = re.search(r'rel="next" href="([^"]*)"', first.text)
    assert earlier is not None
    assert re.findall(r'<h2 id="step-(\d+)"', site.browser.get(earlier[1]).text) == ["3"]


@pytest.mark.parametrize("before", ["", "0", "-1", "x", "9" * 15, "9" * 400, "1e3", "%00", "2&before=1", "%D9%A3"])
def test_b59_a_place_in_the_changes_that_is_none_is_no_error_of_ours(site: Site, before: str) -> None:
    number = publish(site.database).article_id
    revise(site, number, "Another text.", note="A word.")
    answer = changes(site, number, f"?before={before}")
    assert answer.status == (400 if before == "%00" else 200)


def test_b37_markup_in_a_text_that_changed_stays_text(site: Site) -> None:
    number = publish(site.database).article_id
    evil = '<script>alert(1)</script><del>x</del> {{7*7}} "&'
    revise(site, number, evil, note=evil, body_html="<p>Harmless</p>")
    page = changes(site, number).text
    assert "<script" not in page
    assert "<del>x" not in page
    assert "{{7*7}}" in page


def test_what_was_changed_is_no_matter_for_search_machines(site: Site) -> None:
    number = publish(site.database).article_id
    revise(site, number, "Another text.", note="A word.")
    assert '<meta name="robots" content="noindex">' in changes(site, number).text


def test_a_note_in_another_language_than_the_page_says_so(site: Site) -> None:
    number = publish(site.database, "심야버스 증편", language="ko").article_id
    with site.database.write() as session:
        articles.revise(session, number, content("심야버스 감편", "ko"), note="제목을 고쳤습니다.", now=NOW + HOUR)
    page = changes(site, number, "?lang=en").text
    assert '<p class="said" lang="ko">제목을 고쳤습니다.</p>' in page
    assert '<p class="diff" lang="ko">' in page


def test_long_words_that_stayed_are_left_out_with_a_word_for_it(site: Site) -> None:
    number = publish(site.database).article_id
    long = " ".join(f"word{place}" for place in range(2000))
    revise(site, number, f"{long} Monday", hours=1)
    revise(site, number, f"{long} Tuesday", note="The day.", hours=2)
    answer = changes(site, number, "?before=4")
    step = answer.text.split('id="step-3"')[1].split('id="step-2"')[0]
    assert "unchanged words left out" in step
    assert len(step) < 2000


def refile(site: Site, number: int, *, note: str | None = None, hours: int = 1, **values: object) -> None:
    """The same text, filed otherwise."""
    with site.database.write() as session:
        filing = replace(articles.filing_of(reading.get(session, number)), **values)  # type: ignore[arg-type]
        articles.revise(session, number, content(), note=note, now=NOW + hours * HOUR, filing=filing)


def told_of(site: Site, number: int, step: int, query: str = "") -> dict[str, tuple[list[str], list[str]]]:
    """What one step says was taken out and put in, by heading."""
    page = changes(site, number, query)
    whole = page.text.split(f'id="step-{step}"')[1].split("</section>")[0]
    parts = re.findall(r"<h3>(.*?)</h3>\n<p class=\"diff\"[^>]*>(.*?)</p>", whole, re.DOTALL)
    answers = {head: replace(page, body=text.encode()) for head, text in parts}
    return {head: (marked(one, "del"), marked(one, "ins")) for head, one in answers.items()}


def test_what_was_filed_otherwise_without_a_word_changed_says_what_it_was_and_is(site: Site) -> None:
    number = publish(site.database).article_id
    refile(site, number, telephone="053-803-1111", division="water", licence="KOGL-1")
    refile(site, number, telephone="053-803-2222", note="The telephone was wrong.", hours=2)
    assert told_of(site, number, 3) == {"Telephone": (["053-803-1111"], ["053-803-2222"])}
    assert told_of(site, number, 3, "?lang=ko") == {"전화": (["053-803-1111"], ["053-803-2222"])}
    first = told_of(site, number, 2)
    assert first["Division"][1] == ["Water"]
    assert first["Telephone"] == ([], ["053-803-1111"])
    assert "No word" not in changes(site, number).text


def test_a_topic_a_board_and_a_day_are_told_by_the_names_that_readers_know(site: Site) -> None:
    with site.database.write() as session:
        topics.add(session, "summit", {"en": "Summit", "ko": "정상회의"})
    number = publish(site.database).article_id
    board = site.parts.newsroom.city.boards[0]
    refile(site, number, topics=("summit",), board=board.slug, registered_on=date(2026, 5, 19))
    refile(site, number, topics=(), board=None, registered_on=date(2026, 5, 20), hours=2)
    assert told_of(site, number, 3) == {
        "Board": ([board.name("en")], []),
        "Topics": (["Summit"], []),
        "Registered": (["19 May 2026"], ["20 May 2026"]),
    }
    assert told_of(site, number, 2, "?lang=ko")["주제"] == ([], ["정상회의"])


def test_what_was_filed_with_a_text_that_changed_too_is_told_beside_it(site: Site) -> None:
    number = publish(site.database).article_id
    with site.database.write() as session:
        filing = replace(articles.filing_of(reading.get(session, number)), telephone="120")
        text = content("Night buses run earlier")
        articles.revise(session, number, text, note="x", now=NOW + HOUR, filing=filing)
    assert list(told_of(site, number, 2)) == ["Title", "Summary", "Text", "Telephone"]


def test_where_what_was_filed_was_not_kept_nothing_is_made_up(site: Site) -> None:
    """So are the revisions of a store that was made before they kept it."""
    number = publish(site.database).article_id
    refile(site, number, telephone="053-803-1111")
    with site.database.write() as session:
        session.execute(update(revision).values(filed=None))
    page = changes(site, number).text
    assert "No word of the text changed. What else was changed then was not kept." in page
    assert "053-803-1111" not in page


def test_b41_a_text_of_markup_and_endless_lines_is_a_page_and_valid_feeds(site: Site) -> None:
    """Cleaned HTML never holds this; a row that came another way must not break what is made of it."""
    number = publish(site.database).article_id
    for step, body in enumerate(("]]> -- &nbsp; <b>unclosed", "<div>" * 60_000), start=1):
        revise(site, number, body, note=f"Note {step} ]]> --", hours=step, body_html=body)
        answer = changes(site, number)
        assert answer.status == 200
        assert f"Note {step} ]]&gt; --" in answer.text
        assert answer.text.rstrip().endswith("</html>")
        for path in ("/feeds/climate.rss", "/feeds/climate.atom"):
            assert not feedparser.parse(site.browser.get(path).body).bozo
