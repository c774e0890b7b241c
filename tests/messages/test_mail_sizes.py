"""A mail stays under the size at which mail services hide its end: what is left out is said, and stands on the web."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html
from mail_samples import DAY, FOLLOWED, LETTERS, NEWSROOM, VALUES, alert, article, digest, many, under_embargo

from feeds.model import Article, Attachment, Footnote, Picture, StepKind
from feeds.scope import Scope
from notifier.addressing import Addressing
from notifier.dkim import Key, Signer
from notifier.envelope import ReturnAddresses
from notifier.messages import SHOWN_AT_MOST, DigestItem
from notifier.mime import build
from notifier.model import Cadence, Delivery, Kind
from notifier.placeholders import MailContent, fill
from notifier.room import CLIPPED_AT, FEW, as_much_as_fits
from notifier.tokens import Tokens


def on_the_wire(mail: MailContent) -> int:
    """Bytes of the message with four thousand for its headers."""
    filled = fill(mail, VALUES)
    return len(build(headers=(), text=filled.text, html=filled.html)) + 4_000


def titles(mail: MailContent) -> list[str]:
    return lxml_html.document_fromstring(mail.html).xpath("//h3//text()")


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_digest_of_400_releases_in_korean_is_under_the_limit_and_says_how_many_more_there_are(language: str) -> None:
    mail = digest(*many(400), language=language)
    assert on_the_wire(mail) < CLIPPED_AT
    shown = len(titles(mail))
    assert 35 <= shown <= SHOWN_AT_MOST
    assert f"\n{NEWSROOM.base_url}/articles/1000\n" in mail.text  # not with its title, which is three signs a byte
    more = f"{400 - shown} more on the web" if language == "en" else f"누리집에서 {400 - shown}건 더 보기"
    assert f"{more}:\n{VALUES['copy']}" in fill(mail, VALUES).text
    link = lxml_html.document_fromstring(fill(mail, VALUES).html).xpath("//p[@class='more']/a")[0]
    assert (link.text, link.get("href")) == (more, VALUES["copy"])
    assert "400" in mail.subject


def test_longer_releases_leave_room_for_fewer() -> None:
    long = [replace(one, article=article(n, title="길" * 900)) for n, one in enumerate(many(60))]
    mail = digest(*long)
    assert on_the_wire(mail) < CLIPPED_AT
    assert 5 < len(titles(mail)) < 30


@pytest.mark.parametrize("room", [0, 1, 2, 7, 39, 40])
def test_as_much_as_fits_is_found_by_halving(room: int) -> None:
    written = []

    def made(number: int) -> MailContent:
        written.append(number)
        return MailContent("", "x" * (40_000 if number <= room else 90_000), "")

    content = as_much_as_fits(made, 40, NEWSROOM)
    assert len(content.text) == (40_000 if room else 90_000)
    assert max(one for one in written if one <= max(room, 1)) == max(room, 1)
    assert len(written) <= 7


def test_what_is_urgent_has_room_first_then_what_is_newest_and_the_headings_stay_in_their_order() -> None:
    old = datetime(2021, 5, 1, tzinfo=UTC)
    first = DigestItem(article=article(1, title="Old", published_at=old), under="A")
    urgent = DigestItem(article=article(2, title="Old and urgent", published_at=old, urgent=True), under="A")
    rest = [
        DigestItem(article=article(n, title=f"New {n}", published_at=old + timedelta(hours=n)), under="B")
        for n in range(10, 10 + SHOWN_AT_MOST)
    ]
    mail = digest(first, urgent, *rest)
    newest = [f"New {n}" for n in range(9 + SHOWN_AT_MOST, 10, -1)]
    assert titles(mail) == ["Old and urgent", *newest]
    assert "2 more on the web" in mail.text


def test_the_web_copy_of_a_digest_shows_them_all_and_no_persons_links() -> None:
    page = LETTERS.digest_copy(
        many(400), language="ko", cadence=Cadence.DAILY, span=(DAY, DAY), withdrawn=2, sent_on=DAY
    )
    assert page.count("<h3") == 400
    assert "\ufdd0" not in page
    assert "2건은 그 뒤 철회" in page


def test_a_release_too_long_for_a_mail_is_told_by_its_summary() -> None:
    mail = alert(body_html="<table><tr><td>cell</td></tr></table>" * 4000, body_text="cell\n" * 4000)
    assert on_the_wire(mail) < CLIPPED_AT
    assert "too long for a mail" in mail.text
    assert "Four lines run until one o" in mail.html
    page = LETTERS.alert_copy(article(body_html="<p>cell</p>" * 9000), language="en", sent_on=DAY)
    assert page.count("<p>cell</p>") == 9000


def test_a_long_release_in_korean_is_mailed_whole_as_long_as_it_has_room() -> None:
    text = "대구시는 올해 여름부터 네 개 노선의 심야버스를 새벽 한 시까지 늘려 운행한다. "
    for times, whole in ((90, True), (900, False)):
        mail = alert("ko", body_html=f"<p>{text * times}</p>", body_text=text * times)
        assert on_the_wire(mail) < CLIPPED_AT
        assert ("메일에 모두 싣기에는 긴" not in mail.text) is whole


@cache
def addressing() -> Addressing:
    """Signs as much as anybody does: two selectors, and both algorithms."""
    tokens, keys = (
        Tokens(["k" * 40]),
        [Key.made(n, algorithm=a) for n, a in (("a", "rsa"), ("b", "rsa"), ("c", "ed25519"))],
    )
    returns = ReturnAddresses("bounce.daegu.example.org", tokens)
    return Addressing(NEWSROOM, tokens, returns, Signer("daegu.example.org", tuple(keys)))


def sent(kind: Kind, mail: MailContent, reason: str | None = None) -> bytes:
    """The very bytes of the message, with every header."""
    one = Delivery(
        id=987_654_321,
        mailing_id=hash(mail),
        edition=1,
        kind=kind,
        language="ko",
        subject=mail.subject,
        text=mail.text,
        html=mail.html,
        subscriber_id=987_654_321,
        signup_id=None,
        address=f"{'n' * 64}@{'d' * 60}.example.org",
        attempts=1,
        repeats=0,
        created_at=datetime(2026, 5, 25, tzinfo=UTC),
        reason=reason,
        press_key=987_654_321,
    )
    return addressing().outgoing(one, one.created_at).message


def nasty(words: str, pictures: int, files: int, notes: int, text: int, *, kept: bool) -> Article:
    """A release with so many of everything, whose every line is as long as an editor may write it."""
    line = (words * 1_000)[:1_000]
    return article(
        language="ko",
        title=line[:500],
        subtitle=line[:500],
        summary=line,
        correction_note=line,
        withdrawal_reason=line,
        body_html=f"<h3>{words}</h3>" + f"<p>{words} <a href='/{'a' * 200}'>{words}</a></p>" * text,
        pictures=tuple(
            Picture(
                caption=f"{n} {line}",
                credit=line,
                alt=line,
                media=f"{n:064}.jpg" if kept else None,
                width=900,
                height=600,
            )
            for n in range(pictures)
        ),
        attachments=tuple(
            Attachment(name=f"{n} {line}", address=f"https://files.test/{'a' * 1_900}/{n}", length=n)
            for n in range(files)
        ),
        footnotes=tuple(Footnote(mark=f"{n})", term=line, note=f"note {n} {line}") for n in range(notes)),
    )


def mail_of(release: Article, kind: Kind) -> MailContent:
    """A mail of this kind that tells of a release."""
    match kind:
        case Kind.EMBARGO:
            return LETTERS.embargo(release, under_embargo(), language="en")
        case Kind.EMBARGO_NOTICE:
            return LETTERS.embargo_notice(release, under_embargo(StepKind.MOVED), language="ko")
        case Kind.WITHDRAWAL:
            return LETTERS.withdrawal(release, language="ko", withdrawn_on=DAY)
        case Kind.DIGEST:
            name = release.content.title
            items = (DigestItem(article=replace(release, id=n), under=name, also_in=(name,) * 50) for n in (1, 2))
            return digest(*items)
    return LETTERS.alert(release, language="ko", kind="corrected")


@settings(max_examples=6, deadline=None)
@example(kind=Kind.CORRECTION, words="대구 ", numbers=(40, 40, 200), text=3_000, kept=True)
@example(kind=Kind.EMBARGO, words="&<\"'>", numbers=(40, 40, 200), text=20, kept=True)
@example(kind=Kind.DIGEST, words="대구", numbers=(1, 1, 1), text=1, kept=True)
@given(
    kind=st.sampled_from([Kind.CORRECTION, Kind.EMBARGO, Kind.EMBARGO_NOTICE, Kind.WITHDRAWAL, Kind.DIGEST]),
    words=st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=9),
    numbers=st.tuples(*[st.integers(0, 60)] * 3),
    text=st.integers(0, 400),
    kept=st.booleans(),
)
def test_whatever_a_release_holds_no_mail_of_it_is_over_the_limit(
    kind: Kind, words: str, numbers: tuple[int, int, int], text: int, *, kept: bool
) -> None:
    reason = LETTERS.reason([(Scope(words="가" * 60), ("가" * 40,) * 9)] * 9, {}, "ko")
    assert len(sent(kind, mail_of(nasty(words, *numbers, text, kept=kept), kind), reason)) < CLIPPED_AT


def test_lists_are_shortened_before_a_text_is_left_out_and_what_is_left_out_is_counted() -> None:
    release = nasty("Night ", 40, 40, 60, 60, kept=True)
    mail = fill(LETTERS.alert(release, language="en", kind="published"), VALUES)
    page = lxml_html.document_fromstring(mail.html)
    (text,) = page.xpath("//div[@class='text']")
    pictures = len(text.xpath(".//img"))
    files, notes = (len(page.xpath(f"//h2[text()='{name}']/following-sibling::*[1]/li")) for name in ("Files", "Notes"))
    notes = len(page.xpath("//h2[text()='Notes']/following-sibling::p/b"))
    assert text.text_content().count("Night") > 60
    assert FEW <= pictures == files == notes < 40
    for said in (mail.text, " ".join(page.itertext())):
        assert f"{40 - pictures} more pictures on the web" in said
        assert f"{40 - files} more files on the web" in said
        assert f"{60 - notes} more notes on the web" in said
    assert f"more files on the web:\n{VALUES['copy']}\n" in mail.text
    ways = page.xpath("//a[contains(text(), 'more ') and contains(text(), ' on the web')]/@href")
    assert ways == [VALUES["copy"]] * 3


def test_what_of_a_release_under_embargo_has_no_room_is_read_at_its_readers_own_address() -> None:
    mail = fill(LETTERS.embargo(nasty("Night ", 40, 40, 60, 900, kept=True), under_embargo(), language="en"), VALUES)
    own = f"{VALUES['embargo']}/articles/1"
    assert f"Read all of it on the web:\n{own}\n" in mail.text
    assert f"more files on the web:\n{own}\n" in mail.text
    assert VALUES["copy"] not in mail.text + mail.html


def test_who_follows_very_much_is_asked_about_it_in_one_mail_that_says_how_much_more_there_is() -> None:
    wishes = [replace(FOLLOWED[0], labels=tuple(f"{n} {'부서' * 40} {m}" for m in range(50))) for n in range(300)]
    mail = LETTERS.renewal(wishes, language="en", since=date(2019, 5, 20), until=date(2021, 6, 20))
    assert len(sent(Kind.RENEWAL, mail)) < CLIPPED_AT
    for said in (mail.text, mail.html):
        assert "280 more" in said
