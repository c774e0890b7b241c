"""Header values: what a stranger writes stays a value (F: CVE-2024-6923, B34)."""

import re
from datetime import UTC, datetime
from email import policy
from email.header import decode_header, make_header
from email.parser import BytesParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mail_samples import NEWSROOM

from notifier.mime import build, encode_header, mailbox
from notifier.model import Kind
from tests.messages.headers import headers_for

HOSTILE = [
    "=?utf-8?q?=0ABcc:_evil=40x.test?=",
    "=?utf-8?b?CkJjYzogZXZpbEB4LnRlc3Q=?=",
    "a =?utf-8?q?=0D=0ABcc:_evil=40x.test?= b",
    "=?",
    "?= =?utf-8?q?x",
    'He said "quoted", (bracketed); <angled> @ everyone: \\ end',
    "   ",
    " leading and trailing ",
    "two  spaces",
    "🚲 자전거로 출근하는 날 👩‍👩‍👧",
    "제7차 도시철도망 구축계획 공청회를 열고 시민의 의견을 듣습니다 " * 8,
    "x" * 1500,
    "word " * 400 + "end",
    "한" * 500,
    "e\u0301\u200d\u200b",
]
BREAKING = [
    "line\r\nBcc: evil@x.test",
    "line\nBcc: evil@x.test",
    "a\rb",
    "a\0b",
    "a\x0bb\x0cc\x1cd\x85e\u2028f\u2029g",
    "\udc80",
]
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def message(subject: str, **changes: object) -> bytes:
    known = {
        "newsroom": NEWSROOM,
        "language": "ko",
        "sender_name": "대구 뉴스룸",
        "sender_address": "newsroom@daegu.example.org",
        "recipient": "reader@example.org",
        "message_id": "<delivery.17@daegu.example.org>",
        "date": datetime(2021, 5, 24, 15, 30, tzinfo=UTC),
        "kind": Kind.ALERT,
        "unsubscribe_url": "https://news.daegu.example.org/unsubscribe/u.token",
        "manage_url": "https://news.daegu.example.org/manage/m.token",
    }
    return build(headers=headers_for(**{**known, "subject": subject, **changes}), text="text\n", html="<p>text</p>\n")


INTENDED = {
    "from", "to", "subject", "date", "message-id", "list-id", "list-help", "list-archive", "auto-submitted",
    "feedback-id", "content-language", "list-unsubscribe", "list-unsubscribe-post", "mime-version", "content-type",
}  # fmt: skip


def literal(raw: bytes, name: str) -> str:
    """The value as a reader of the older kind sees it."""
    value = BytesParser(policy=policy.compat32).parsebytes(raw)[name]
    return str(make_header(decode_header(re.sub(r"\r?\n(?=[ \t])", "", value))))


@pytest.mark.parametrize("title", HOSTILE)
def test_b34_a_hostile_title_stays_literal_and_adds_no_header(title: str) -> None:
    raw = message(title)
    for reading in (policy.compat32, policy.default):
        names = [name.lower() for name in BytesParser(policy=reading).parsebytes(raw)]
        assert sorted(names) == sorted(INTENDED)
    assert BytesParser(policy=policy.default).parsebytes(raw)["Subject"] == title
    assert literal(raw, "Subject") == title


@pytest.mark.parametrize("title", BREAKING)
def test_b34_what_breaks_a_line_becomes_a_space(title: str) -> None:
    raw = message(title)
    assert sorted(name.lower() for name in BytesParser().parsebytes(raw)) == sorted(INTENDED)
    assert literal(raw, "Subject") == CONTROL.sub(" ", title)


@given(st.text(max_size=200) | st.sampled_from(HOSTILE + BREAKING))
def test_any_text_reads_back_as_it_was_and_adds_no_header(text: str) -> None:
    raw = b"Subject: " + encode_header(text).encode("ascii") + b"\r\nTo: reader@example.org\r\n\r\n"
    expected = CONTROL.sub(" ", text)
    for reading in (policy.compat32, policy.default):
        assert BytesParser(policy=reading).parsebytes(raw).keys() == ["Subject", "To"]
    assert literal(raw, "Subject") == expected
    assert BytesParser(policy=policy.default).parsebytes(raw)["Subject"] == expected


@given(st.text(max_size=300))
def test_every_folded_line_is_short_seven_bit_and_begins_with_a_blank(text: str) -> None:
    first, *others = f"Subject: {encode_header(text)}".split("\r\n")
    assert all(line.startswith(" ") and line.strip() for line in others)
    assert all(len(line) <= 76 and line.isascii() and line.isprintable() for line in (first, *others))


@given(st.text(min_size=1, max_size=60) | st.sampled_from(HOSTILE))
def test_a_sender_name_of_any_kind_leaves_one_address(name: str) -> None:
    raw = f"From: {mailbox(name, 'newsroom@daegu.example.org')}\r\n\r\n".encode("ascii")
    (only,) = BytesParser(policy=policy.default).parsebytes(raw)["From"].addresses
    assert only.addr_spec == "newsroom@daegu.example.org"
    shown, _, address = literal(raw, "From").rpartition(" ")
    assert address == "<newsroom@daegu.example.org>"
    assert shown == CONTROL.sub(" ", name)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "reader",
        "a@b\r\nBcc: c@d.test",
        "a@b.test, c@d.test",
        "a b@example.org",
        "a<b@example.org",
        "a>b@example.org",
        "a@evil.test)b@city.test",
        "독 자@example.org",
        "독자\u200f@example.org",
        "독자\u2028@example.org",
        "a@예.test",
        "a@b@example.org",
        "=?utf-8?q?=0ABcc=3a_x?=@example.org",
        "a" * 65 + "@example.org",
    ],
)
def test_an_unchecked_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="not a plain address") as refusal:
        mailbox("Reader", address)
    assert not address or address not in str(refusal.value), "B103: an address appears in no log"


def test_list_mail_can_be_left_with_one_click() -> None:
    mail = BytesParser(policy=policy.default).parsebytes(message("x"))
    assert mail["List-Unsubscribe"] == "<https://news.daegu.example.org/unsubscribe/u.token>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["List-Id"] == "대구 뉴스룸 <newsroom.daegu.example.org>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Feedback-ID"] == "alert:daegu.example.org"
    assert mail["Precedence"] is None


def test_who_cannot_click_may_leave_by_mail() -> None:
    mail = BytesParser(policy=policy.default).parsebytes(message("x", leave_address="leave+7.abc@b.daegu.example.org"))
    assert mail["List-Unsubscribe"] == (
        "<https://news.daegu.example.org/unsubscribe/u.token>, "
        "<mailto:leave+7.abc@b.daegu.example.org?subject=unsubscribe>"
    )
    with pytest.raises(ValueError, match="not a plain address"):
        message("x", leave_address="x@y.test>, <https://evil.test")


def test_f62_letters_beyond_ascii_stand_in_the_recipient_and_nowhere_else() -> None:
    raw = message("x", recipient="독자@example.org")
    assert b"\r\nTo: " + "독자@example.org".encode() + b"\r\n" in raw
    assert raw.replace("독자".encode(), b"").isascii()
    with pytest.raises(ValueError, match="not encoded"):
        build(headers=[("Subject", "독자")], text="", html="")


def test_the_date_is_in_the_city_s_zone() -> None:
    assert BytesParser().parsebytes(message("x"))["Date"] == "Tue, 25 May 2021 00:30:00 +0900"


@pytest.mark.parametrize("kind", [Kind.CONFIRMATION, Kind.MANAGE_LINK])
def test_a_mail_that_was_asked_for_has_nothing_to_leave(kind: Kind) -> None:
    mail = BytesParser().parsebytes(message("x", kind=kind))
    assert mail["List-Unsubscribe"] is None
    assert mail["List-Unsubscribe-Post"] is None


@pytest.mark.parametrize(
    "url", ["https://a.test/\r\nBcc: x", "https://a.test/>,<https://b.test", "javascript:x", "/path"]
)
def test_a_link_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="address of the web"):
        message("x", unsubscribe_url=url)


@pytest.mark.parametrize("message_id", ["", "17@x.test", "<17@x.test>\r\nBcc: y", "<=?utf-8?q?=0A?=@x.test>"])
def test_a_message_id_that_is_none_is_refused(message_id: str) -> None:
    with pytest.raises(ValueError, match="Message-ID"):
        message("x", message_id=message_id)
