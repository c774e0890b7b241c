"""A mail stays under the size at which mail services hide its end: what is left out is said, and stands on the web."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from lxml import html as lxml_html
from mail_samples import DAY, LETTERS, VALUES, alert, article, digest, many

from notifier.messages import CLIPPED_AT, SHOWN_AT_MOST, DigestItem
from notifier.mime import build
from notifier.model import Cadence
from notifier.placeholders import MailContent, fill


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
    assert 25 <= shown <= SHOWN_AT_MOST
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
        assert ("메일로 보내기에는 긴" not in mail.text) is whole
