"""Mails that come back, as the servers of the world write them."""

from textwrap import dedent

DOMAIN = "bounces.riverton.example.org"


def _wire(text: str) -> bytes:
    return dedent(text).lstrip("\n").replace("\n", "\r\n").encode()


def delivery_status(
    to: str,
    *,
    status: str | None = "5.1.1",
    action: str | None = "failed",
    recipient: str = "a@example.org",
    diagnostic: str = "smtp; 550 5.1.1 user unknown",
    extra: str = "",
) -> bytes:
    """A report as Postfix writes it (RFC 3464)."""
    lines = [f"Final-Recipient: rfc822; {recipient}"]
    lines += [f"Action: {action}"] if action else []
    lines += [f"Status: {status}"] if status else []
    lines += [f"Diagnostic-Code: {diagnostic}"]
    report = "\r\n".join(lines).encode()
    head = _wire(
        f"""
        From: MAILER-DAEMON@mx.example.org (Mail Delivery System)
        To: {to}
        Subject: Undelivered Mail Returned to Sender
        Auto-Submitted: auto-replied
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=delivery-status;
         boundary="B/mx.example.org"

        This is a MIME-encapsulated message.

        --B/mx.example.org
        Content-Type: text/plain; charset=us-ascii

        I'm sorry to have to inform you that your message could not be delivered.

        --B/mx.example.org
        Content-Type: message/delivery-status

        Reporting-MTA: dns; mx.example.org
        Arrival-Date: Wed, 20 May 2026 12:00:00 +0900

        """
    )
    tail = _wire(
        """

        --B/mx.example.org
        Content-Type: text/rfc822-headers

        Subject: Night buses run later

        --B/mx.example.org--
        """
    )
    return extra.encode() + head + report + b"\r\n" + tail


def complaint(
    to: str, *, mail_from: str = "", leave: str = "", kind: str = "abuse", message_id: str = "<x@mailbox.example.org>"
) -> bytes:
    """A report of a mail service whose reader pressed "unwanted" (RFC 5965)."""
    return _wire(
        f"""
        From: <feedback@mailbox.example.org>
        To: <{to}>
        Subject: FW: Night buses run later
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=feedback-report; boundary="part"

        --part
        Content-Type: text/plain; charset="US-ASCII"

        This is an email abuse report.

        --part
        Content-Type: message/feedback-report

        Feedback-Type: {kind}
        User-Agent: SomeGenerator/1.0
        Version: 1
        Original-Mail-From: <{mail_from}>

        --part
        Content-Type: message/rfc822

        From: newsroom@riverton.example.org
        Message-ID: {message_id}
        List-Unsubscribe: <{leave}>
        Subject: Night buses run later

        Text.
        --part--
        """
    )


def plain(
    to: str,
    text: str,
    *,
    subject: str = "failure notice",
    sender: str = "MAILER-DAEMON@mx.example.org",
    charset: str = "utf-8",
    extra: str = "",
) -> bytes:
    """A mail without parts, in a charset; `extra` are header lines, each with its CRLF."""
    head = f"From: {sender}\r\nTo: {to}\r\nSubject: {subject}\r\n{extra}"
    kind = (
        f"MIME-Version: 1.0\r\nContent-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    )
    return (head + kind).encode() + text.replace("\n", "\r\n").encode("cp949" if "kr" in charset else charset)


QMAIL = """Hi. This is the qmail-send program at mx.example.org.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<a@example.org>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.
"""
KOREAN = """안녕하세요. 메일 시스템입니다.
보내신 메일이 다음과 같은 이유로 전송되지 못했습니다.

받는 사람: a@example.org
사유: 존재하지 않는 사용자입니다.
"""
