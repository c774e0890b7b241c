"""The sentence that says why, as it goes to the wire: escaped, wrapped, bounded, and no header."""

from email import policy
from email.parser import BytesParser

import pytest
from mail_samples import LETTERS, VALUES, alert

from feeds.scope import Scope
from notifier.mime import build, encode_header
from notifier.placeholders import fill
from notifier.reasons import ROOM, SAID
from notifier.room import CLIPPED_AT
from notifier.typesetting import COLUMNS, columns

HOSTILE = "a <b onclick=x>&amp;\ufdd0manage\ufdd1\r\nBcc: evil@example.test\u2028=?utf-8?q?=0ABcc:?="


def reason(*matched: tuple[Scope, tuple[str, ...]], language: str = "en") -> str:
    return LETTERS.reason(matched, {}, language)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_b09_b34_what_was_found_in_a_text_is_escaped_and_makes_no_header(language: str) -> None:
    said = reason((Scope(words="a"), (HOSTILE,)), language=language)
    mail = fill(alert(language), VALUES | {"reason": said})
    raw = build(headers=[("Subject", encode_header(mail.subject))], text=mail.text, html=mail.html)
    message = BytesParser(policy=policy.default).parsebytes(raw)
    assert sorted(message.keys()) == ["Content-Type", "MIME-Version", "Subject"]
    text, html = (part.get_content() for part in message.iter_parts())
    assert "&lt;b onclick=x&gt;&amp;amp;manage" in html
    assert "<b onclick=x>&amp;manage" in " ".join(text.split())


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_sentence_of_many_wishes_and_long_words_is_bounded_and_says_how_many_more(language: str) -> None:
    wishes = [
        (Scope(words=f"{n} " + " OR ".join(f"가나다라{n}마{m}" for m in range(14))), ("가" * 40,) * 9)
        for n in range(40)
    ]
    said = reason(*wishes, language=language)
    assert len(said) < SAID + 120
    assert ("그 밖에 39건" if language == "ko" else "39 more") in said
    bare = fill(alert(language), VALUES)
    mail = fill(alert(language), VALUES | {"reason": said})
    assert max(map(columns, mail.text.splitlines())) <= COLUMNS
    bigger, smaller = (len(build(headers=(), text=one.text, html=one.html)) for one in (mail, bare))
    assert bigger - smaller < ROOM


def test_the_longest_sentence_has_room_in_the_longest_release() -> None:
    said = reason(*[(Scope(words="가" * 60), ("가" * 40,) * 9)] * 9)
    for times, whole in ((1450, True), (1700, False)):
        mail = alert(body_html="<p>cell</p>" * times, body_text="cell\n" * times)
        filled = fill(mail, VALUES | {"reason": said})
        assert len(build(headers=(), text=filled.text, html=filled.html)) + 4_000 < CLIPPED_AT
        assert ("too long for a mail" not in mail.text) is whole
