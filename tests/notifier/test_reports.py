"""What a mail that came back says, whoever wrote it; and that nobody can keep us busy with one."""

import base64
from email.header import Header

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifier import received, reports
from notifier.reports import Report, Sort
from tests.notifier.returned import KOREAN, QMAIL, complaint, delivery_status, plain

TO = "bounce+1.x@bounces.riverton.example.org"


@pytest.mark.parametrize(
    ("status", "diagnostic", "expected"),
    [
        ("5.1.1", "smtp; 550 no", "5.1.1"),
        ("5.0.0", "smtp; 550 5.1.1 user unknown", "5.1.1"),
        ("5.0.0", "smtp; 452 4.2.2 full", "5.0.0"),
        ("5.2.2 (mailbox full)", "smtp; 552 5.2.2", "5.2.2"),
        (None, "smtp; 550-5.1.1 user unknown", "5.1.1"),
        (None, "smtp; 550 no", ""),
        ("five", "x", ""),
        ("5.1.1.9", "x", ""),
    ],
)
def test_b81_the_code_of_a_delivery_status_is_the_one_that_says_most(
    status: str | None, diagnostic: str, expected: str
) -> None:
    report = reports.read(delivery_status(TO, status=status, diagnostic=diagnostic))
    assert (report.sort, report.formal, report.status) == (Sort.FAILURE, True, expected)
    assert report.recipients == {"a@example.org"}
    assert report.whence.addressed == (TO,)


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
def test_b83_what_is_only_late_or_has_arrived_is_no_failure(action: str) -> None:
    assert reports.read(delivery_status(TO, status="4.4.1", action=action)).sort is Sort.AUTOMATIC


def test_a_report_may_be_encoded_and_stand_within_another_part() -> None:
    inner = delivery_status(TO)
    head, _, rest = inner.partition(b"\r\n\r\n")
    kind = head[head.index(b"Content-Type") :]
    wrapped = (
        b"To: " + TO.encode() + b'\r\nContent-Type: multipart/mixed; boundary="B"\r\n\r\n'
        b"--B\r\n" + kind + b"\r\n\r\n" + rest + b"\r\n--B\r\nContent-Type: text/plain\r\n\r\nscanned\r\n--B--\r\n"
    )
    assert reports.read(wrapped).status == "5.1.1"
    fields = base64.encodebytes(
        b"Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; A@example.org\nAction: failed\nStatus: 5.2.2\n"
    )
    encoded = (
        b'Content-Type: multipart/report; boundary="B"\r\n\r\n--B\r\nContent-Type: message/delivery-status\r\n'
        b"Content-Transfer-Encoding: base64\r\n\r\n" + fields + b"\r\n--B--\r\n"
    )
    assert (reports.read(encoded).status, reports.read(encoded).recipients) == ("5.2.2", {"a@example.org"})


def test_whom_we_wrote_to_counts_beside_whom_the_last_server_knew() -> None:
    raw = delivery_status(TO, recipient="b@elsewhere.test").replace(
        b"Action: failed", b"Original-Recipient: rfc822; reader+2Bnews@example.org\r\nAction: failed"
    )
    assert {"b@elsewhere.test", "reader+news@example.org"} <= reports.read(raw).recipients


@pytest.mark.parametrize(
    "raw",
    [
        plain(TO, QMAIL),
        plain(TO, KOREAN, subject="[반송] 메일이 전송되지 않았습니다", sender="postmaster@mail.example.org"),
        plain(
            TO,
            KOREAN,
            subject=Header("메일 발송 실패 안내", "euc-kr").encode(),
            charset="euc-kr",
            sender="x@y.example.org",
        ),
        plain(TO, KOREAN, subject="메일 반송 안내", charset="ks_c_5601-1987", sender="m@portal.example.org"),
        plain(TO, "mail to a@example.org: mailbox is full", subject="Undeliverable: news"),
        plain(TO, "gone", subject="Returned mail", extra="X-Failed-Recipients: a@example.org\r\n", sender="x@y.test"),
        plain(TO, "user unknown", subject="x", extra="Auto-Submitted: auto-replied\r\n"),
    ],
    ids=["qmail", "korean", "korean encoded", "korean portal", "full", "exim", "automatic by a server"],
)
def test_b82_a_bounce_in_words_is_a_failure_and_never_a_formal_one(raw: bytes) -> None:
    report = reports.read(raw)
    assert (report.sort, report.formal) == (Sort.FAILURE, False)


@pytest.mark.parametrize(
    "raw",
    [
        plain(TO, "I am away.", subject="Out of office: news", sender="a@example.org"),
        plain(TO, "휴가 중입니다.", subject="부재중 자동 응답", sender="a@example.org"),
        plain(TO, "휴가입니다.", subject=Header("자동 회신: 소식", "utf-8").encode(), sender="a@example.org"),
        plain(TO, "x", subject="news", sender="a@example.org", extra="Auto-Submitted: auto-replied; owner=a\r\n"),
        plain(TO, "user unknown", subject="x", sender="a@example.org", extra="X-Autoreply: yes\r\n"),
        plain(TO, "x", subject="x", sender="a@example.org", extra="Precedence: auto_reply\r\n"),
        complaint(TO, kind="not-spam"),
        complaint(TO, kind="auth-failure"),
    ],
)
def test_b83_an_automatic_answer_is_one(raw: bytes) -> None:
    assert reports.read(raw).sort is Sort.AUTOMATIC


def test_a_person_who_writes_is_neither() -> None:
    raw = plain(TO, "Please tell me more about the buses.", subject="Re: buses", sender="a@example.org")
    assert reports.read(raw).sort is Sort.OTHER
    no = plain(TO, "x", subject="x", sender="a@example.org", extra="Auto-Submitted: no\r\n")
    assert reports.read(no).sort is Sort.OTHER


def test_b84_a_complaint_brings_the_addresses_of_the_mail_it_is_about() -> None:
    report = reports.read(complaint("complaints@x.test", mail_from="one@x.test", leave="mailto:two@x.test"))
    assert (report.sort, report.said) == (Sort.COMPLAINT, "abuse")
    assert any("one@x.test" in value for value in report.whence.returned)
    assert any("two@x.test" in value for value in report.whence.returned)


def test_b87_what_a_server_said_is_one_clean_line() -> None:
    raw = delivery_status(TO, diagnostic="smtp; \x1b[31m<script>\x07 no\x7f " + "x" * 5000)
    said = reports.read(raw).said
    assert said.isprintable()
    assert said.startswith("smtp; [31m<script> no x")
    assert len(said) == 300


def _nested(depth: int) -> bytes:
    parts = [f'Content-Type: multipart/mixed; boundary="b{n}"\r\n\r\n--b{n}\r\n' for n in range(depth)]
    return "".join(parts).encode()


HOSTILE = {
    "3,000 nested parts": _nested(3000),
    "3,000 nested in a report": delivery_status(TO).replace(b"Subject: Night", _nested(3000) + b"Subject: Night"),
    "100k of <": plain(TO, "<" * 100_000),
    "100k of ( in the subject": plain(TO, "x", subject="(" * 100_000),
    "100k of a@": plain(TO, "a@" * 100_000),
    "100k lines of a@": plain(TO, "a@\n" * 100_000),
    "200k spaces": plain(TO, " " * 200_000 + "x"),
    "200k spaces in a field": plain(TO, "x", subject=" " * 200_000 + "x"),
    "20k encoded words": plain(TO, "x", subject="\r\n ".join(["=?utf-8?b?7ZWc?="] * 20_000)),
    "20k encoded words that are none": plain(TO, "x", subject="=?utf-8?b?" * 20_000),
    "100k of < in an address": delivery_status(TO, recipient="<" * 100_000),
    "100k header fields": b"X: y\r\n" * 100_000 + plain(TO, "x"),
    "a header of 1 MB": b"X: " + b"y" * 1_000_000,
    "a thousand parts": b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n' + b"--b\r\n\r\nx\r\n" * 1000,
    "boundaries within boundaries": b'Content-Type: multipart/mixed; boundary="-"\r\n\r\n' + b"--" * 300_000,
    "25 MB": b"x" * (25 << 20),
    "an address without end": plain("bounce+1." + "a" * 100_000, "x"),
    "our addresses without end": plain(TO * 10_000, "x"),
    "1 MB of blank lines": b"\r\n" * 500_000,
    "NUL": delivery_status(TO) + b"\0",
    "a charset of none": plain(TO, "x").replace(b"charset=utf-8", b"charset=zlib"),
    "base64 that is none": plain(TO, "====").replace(b"8bit", b"base64"),
    "a report of nobody": delivery_status(TO)
    .replace(b"Final-", b"Last-")
    .replace(b"Action", b"A")
    .replace(b"Status:", b"S:"),
}
PARKED = {
    "3,000 nested parts",
    "100k header fields",
    "a header of 1 MB",
    "20k encoded words",
    "our addresses without end",
    "a thousand parts",
    "25 MB",
    "NUL",
    "a charset of none",
    "base64 that is none",
    "a report of nobody",
}


@pytest.mark.timeout(10)  # a pattern that runs away takes minutes
@pytest.mark.parametrize("name", HOSTILE)
def test_b85_b86_a_hostile_mail_is_read_at_once_or_parked(name: str) -> None:
    report = reports.read(HOSTILE[name])
    assert (report.sort is Sort.UNDECIDABLE) == (name in PARKED), report
    assert report.said.isprintable()


@settings(max_examples=50)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_without_an_error(raw: bytes) -> None:
    assert isinstance(reports.read(raw), Report)
    assert isinstance(reports.read(b"Content-Type: multipart/report; boundary=b\n\n--b\n" + raw + b"\n--b--\n"), Report)


@given(st.text(max_size=200))
def test_a_header_reads_back_as_it_was_written(text: str) -> None:
    clean = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    assert received.words(Header(clean, "utf-8").encode(linesep="")) == clean[:300].rstrip()
