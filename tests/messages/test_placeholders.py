"""What differs per person is put in at the end, and only where we ourselves left room for it."""

from email import policy
from email.parser import BytesParser

import pytest
from mail_samples import VALUES, alert, article, digest, every_kind

from notifier.messages import DigestItem
from notifier.mime import build
from notifier.placeholders import MailContent, fill, placeholder
from notifier.stencil import Stencil
from notifier.typesetting import COLUMNS, columns

MARK = placeholder("unsubscribe")


@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_placeholder_of_every_mail_is_filled(language: str) -> None:
    for kind, content in every_kind(language).items():
        filled = fill(content, VALUES)
        for part in (filled.subject, filled.text, filled.html):
            assert not any("\ufdd0" <= sign <= "\ufdef" for sign in part), kind


def no_headers(subject: str | None) -> list[tuple[str, str]]:
    return [] if subject is None else [("Subject", subject)]


def parts(raw: bytes) -> list[str]:
    return [part.get_content() for part in BytesParser(policy=policy.default).parsebytes(raw).iter_parts()]


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_mailing_made_ready_once_says_the_same_to_each_person(language: str) -> None:
    """However long what is a person's own, and wherever a line or a letter of an encoding is cut by it."""
    reason = "Because <you> follow “bus & tram”, 버스, and it is a long sentence to be wrapped. .A dot. " * 2
    for kind, content in every_kind(language).items():
        ready = Stencil(content, no_headers, {"copy": VALUES["copy"]})
        for own in (VALUES, *(VALUES | {"reason": reason[:length]} for length in (1, 2, 3, 70, len(reason)))):
            filled = fill(content, own)
            ours = ready.message([], own)
            assert parts(ours) == parts(build(headers=(), text=filled.text, html=filled.html)), kind
            lines = ours.split(b"\r\n")
            assert max(map(len, lines)) <= 78, kind
            assert not any(line.startswith(b".") for line in lines), kind
            assert ours.isascii(), kind
            assert b"\n" not in b"".join(lines), kind
            assert BytesParser(policy=policy.default).parsebytes(ours)["Subject"] == filled.subject, kind


def test_what_is_made_ready_asks_for_every_value_and_takes_no_mark() -> None:
    ready = Stencil(alert(), no_headers, {})
    with pytest.raises(ValueError, match="no value for"):
        ready.message([], {})
    with pytest.raises(ValueError, match="left over"):
        ready.message([], dict.fromkeys(VALUES, MARK))


def test_a_missing_value_is_an_error() -> None:
    with pytest.raises(ValueError, match="no value for copy, unsubscribe"):
        fill(alert(), {"manage": "https://a.test/"})


def test_a_place_may_say_what_holds_for_everybody_else() -> None:
    content = MailContent("", placeholder("reason", "You & all."), placeholder("reason", "You &amp; all."))
    assert fill(content, {}) == MailContent("", "You & all.", "You &amp; all.")
    assert fill(content, {"reason": "You > all."}) == MailContent("", "You > all.", "You &gt; all.")


def test_a_sentence_put_into_a_place_is_wrapped_in_the_text_and_a_link_is_not() -> None:
    said = "이 주소로 새 보도자료를 " * 9
    filled = fill(MailContent("", placeholder("reason") + placeholder("manage"), ""), {"reason": said} | VALUES)
    assert max(map(columns, filled.text.replace(VALUES["manage"], "").splitlines())) <= COLUMNS
    assert VALUES["manage"] in filled.text


def test_a_value_that_brings_a_placeholder_is_an_error() -> None:
    with pytest.raises(ValueError, match="left over"):
        fill(MailContent("", placeholder("manage"), ""), {"manage": MARK})


def test_a_torn_placeholder_is_an_error() -> None:
    with pytest.raises(ValueError, match="left over"):
        fill(MailContent("", MARK[:-1], ""), VALUES)


def test_values_are_escaped_in_the_html_alone() -> None:
    filled = fill(alert(), VALUES)
    assert VALUES["manage"] in filled.text
    assert VALUES["manage"].replace("&", "&amp;") in filled.html
    assert VALUES["manage"] not in filled.html


@pytest.mark.parametrize(
    "forged", [MARK, "{unsubscribe}", "&#xFDD0;unsubscribe&#xFDD1;", "{{ placeholder('unsubscribe') }}"]
)
@pytest.mark.parametrize("field", ["title", "subtitle", "summary", "body_html", "body_text", "correction_note"])
def test_an_article_cannot_forge_a_placeholder(field: str, forged: str) -> None:
    text = f"steal {forged} end"
    text = f'<p>{text} <a href="https://evil.test/?{forged}">x</a></p>' if field == "body_html" else text
    honest = alert("en", "corrected", **{field: "harmless"})
    mail = alert("en", "corrected", **{field: text})
    assert mail.html.count(MARK) == honest.html.count(MARK)
    assert mail.text.count(MARK) == honest.text.count(MARK)
    assert mail.subject.count("\ufdd0") == 0
    collected = digest(
        DigestItem(article=article(**{field: text}), under=f"u{forged}", also_in=(forged,), corrected=True)
    )
    assert collected.html.count(MARK) == honest.html.count(MARK)
    assert collected.text.count(MARK) == honest.text.count(MARK)


def test_a_title_that_looks_like_a_placeholder_stays_as_it_was_written() -> None:
    filled = fill(alert(title="Write {unsubscribe} to leave"), VALUES)
    assert filled.subject == "Write {unsubscribe} to leave"
    assert "Write {unsubscribe} to leave" in filled.html


@pytest.mark.parametrize("language", ["en", "ko"])
def test_links_survive_the_way_to_the_wire(language: str) -> None:
    filled = fill(alert(language), VALUES)
    raw = build(headers=[("Subject", "x")], text=filled.text, html=filled.html)
    text, html = (part.get_content() for part in BytesParser(policy=policy.default).parsebytes(raw).iter_parts())
    assert VALUES["unsubscribe"] in text.split()
    assert f'href="{VALUES["unsubscribe"]}"' in html
