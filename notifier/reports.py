"""What a mail that came back says: a delivery status, a complaint, a bounce in plain words, or none of these. Pure.

RFC 3462 and 3464 (delivery status), RFC 6533 (the same in UTF-8), RFC 5965 (complaints), RFC 3834 (automatic answers).
Whether it may be believed is decided in `notifier.bounces`; nothing of it is ever answered.
"""

import re
from dataclasses import dataclass, replace
from email.message import Message
from enum import StrEnum

from flufl.bounce import all_failures

from notifier import received
from notifier.received import Part, Undecidable, one_line, words


class Sort(StrEnum):
    """What kind of mail it is."""

    FAILURE = "failure"
    COMPLAINT = "complaint"
    AUTOMATIC = "automatic"
    OTHER = "other"
    UNDECIDABLE = "undecidable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Whence:
    """Header values of a mail in which addresses stand: who sent it, whom it was sent to, and those of the message that
    came back with it.
    """

    senders: tuple[str, ...] = ()
    addressed: tuple[str, ...] = ()
    returned: tuple[str, ...] = ()
    message_ids: tuple[str, ...] = ()
    """Those of the message that came back with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One mail, read.

    `status` is the enhanced code of a failure (RFC 3463), empty where it is not stated; `formal` whether a delivery
    status stated it, and not only plain words. `said` is one clean line of at most 300 characters. `recipients` are
    the addresses that a delivery status names, in lower case.
    """

    sort: Sort
    whence: Whence = Whence()
    status: str = ""
    formal: bool = False
    said: str = ""
    recipients: frozenset[str] = frozenset()


_ADDRESSED = ("to", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to")
_SENDERS = ("from", "return-path", "sender", "resent-from")
_RETURNED = ("return-path", "list-unsubscribe", "x-original-mail-from")
_STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_TYPED = re.compile(r"(?:[a-z0-9-]{1,20}\s*;)?\s*<?([^<>;\s]{1,320})>?", re.IGNORECASE)
_XTEXT = re.compile(r"\+([0-9A-F]{2})")
_DAEMON = re.compile(r"mailer[-_]?daemon|mail[-_ ]?daemon|postmaster|mail delivery (sub)?system", re.IGNORECASE)
_AWAY = re.compile(
    r"out of (the )?office|automatic(ally)? (reply|generated reply)|auto[- ]?(reply|response)|\bvacation\b|away from"
    r"|부재\s*중|부재\s*안내|자동\s*(응답|회신)|휴가",
    re.IGNORECASE,
)
_FAILED = re.compile(
    r"undeliver|not (be )?deliver|deliver(y|ed)? (has )?fail|returned (mail|to sender)|failure notice|user unknown"
    r"|no such (user|mailbox|recipient)|mailbox (is )?(full|unavailable|not found)|over ?quota|does not exist"
    r"|반송|(배달|전송|전달|발송)(되지|하지|할 수 없| ?실패|에 실패)|수신자를 찾을 수 없"
    r"|(존재하지|없는|유효하지) ?(않는 )?(사용자|계정|메일 ?주소|수신자)"
    r"|(메일함|편지함|용량)[이가을를]? ?(가득|초과|꽉)",
    re.IGNORECASE,
)
_STATUS_TYPES = ("message/delivery-status", "message/global-delivery-status")
_RETURNED_TYPES = ("message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers")
_LONG_TEXT = 16_000
_LONG_LINE = 400
_MANY_LINES = 300


def read(raw: bytes) -> Report:
    """What a mail says, in time that grows with its length alone."""
    try:
        whole = received.read(raw)
        return _told(whole, received.leaves(whole))
    except Undecidable as reason:
        return Report(sort=Sort.UNDECIDABLE, said=str(reason))


def _told(whole: Part, parts: list[Part]) -> Report:
    by_type: dict[str, Part] = {}
    for part in parts:
        by_type.setdefault(part.media_type, part)
    returned = next((received.head_of(by_type[one].octets) for one in _RETURNED_TYPES if one in by_type), Part())
    whence = Whence(
        senders=tuple(whole.values(*_SENDERS)),
        addressed=tuple(whole.values(*_ADDRESSED)),
        returned=tuple(returned.values(*_RETURNED)),
        message_ids=tuple(returned.values("message-id")[:1]),
    )
    status = next((by_type[one] for one in _STATUS_TYPES if one in by_type), None)
    if "message/feedback-report" in by_type:
        return _complaint(by_type["message/feedback-report"], whence)
    if status is not None:
        return _delivery_status(status, whence)
    if "message/disposition-notification" in by_type:
        return Report(sort=Sort.AUTOMATIC, said="a receipt", whence=whence)
    return _in_words(whole, parts, whence)


def _complaint(part: Part, whence: Whence) -> Report:
    """RFC 5965, section 3. Who says that a mail was no spam, or that a signature failed, does not complain."""
    fields = received.head_of(part.octets)
    kind = one_line(fields.first("feedback-type").lower(), 40)
    sort = Sort.AUTOMATIC if kind in ("not-spam", "auth-failure", "dmarc") else Sort.COMPLAINT
    named = (*whence.returned, *fields.values("original-mail-from"))
    return Report(sort=sort, said=kind or "a complaint", whence=replace(whence, returned=named))


def _delivery_status(part: Part, whence: Whence) -> Report:
    """RFC 3464, section 2.3: the first recipient that failed; a delay or a success is only noted."""
    blocks = [received.head_of(block) for block in part.octets.replace(b"\r\n", b"\n").split(b"\n\n")[:20]]
    groups = [one for one in blocks if one.values("final-recipient", "action", "status")]
    if not groups:
        raise Undecidable("its delivery status names no recipient")
    for group in groups:
        status, action = _status_of(group), group.first("action").strip().lower()
        if action == "failed" or (not action and not status.startswith("2.")):
            return Report(
                sort=Sort.FAILURE,
                status=status,
                formal=True,
                said=words(group.first("diagnostic-code") or group.first("status")),
                recipients=_recipients(group),
                whence=whence,
            )
    return Report(sort=Sort.AUTOMATIC, said=f"only {one_line(groups[0].first('action'), 20)}", whence=whence)


def _status_of(group: Part) -> str:
    """The enhanced code: where Status says only that something failed, the diagnosis may say what."""
    stated, explained = (_STATUS.search(group.first(name)) for name in ("status", "diagnostic-code"))
    if stated and explained and stated[2] == "0" and stated[1] == explained[1]:
        return explained[0]
    found = stated or explained
    return found[0] if found else ""


def _recipients(group: Part) -> frozenset[str]:
    """Whom it names: whom the last server knew, and whom we wrote to, which is written in xtext (RFC 3461, 4)."""
    named = group.values("final-recipient", "original-recipient")
    named += [_XTEXT.sub(lambda sign: chr(int(sign[1], 16)), value) for value in group.values("original-recipient")]
    found = [_TYPED.fullmatch(value.strip()) for value in named]
    return frozenset(one[1].lower() for one in found if one)


def _in_words(whole: Part, parts: list[Part], whence: Whence) -> Report:
    """A mail without a formal report. Only a mail server's own words make a failure of it, and never a certain one."""
    subject = words(whole.first("subject"))
    sender = words(whole.first("from"))
    by_daemon = bool(_DAEMON.search(sender) or whole.values("x-failed-recipients"))
    automatic = (
        whole.first("auto-submitted").partition(";")[0].strip().lower() not in ("", "no")
        or bool(whole.values("x-autoreply", "x-autorespond", "x-autoresponder"))
        or whole.first("precedence").strip().lower() in ("auto_reply", "bulk", "junk", "list")
    )
    if _AWAY.search(subject) or (automatic and not by_daemon):
        return Report(sort=Sort.AUTOMATIC, said=one_line(subject), whence=whence)
    text = _bounded(next((part.text for part in parts if part.media_type == "text/plain"), ""))
    if not text:
        text = _bounded(re.sub(r"<[^<>]{0,200}>", " ", _bounded(parts[0].text if parts else "")))
    temporary, permanent = _recognised(whole, subject, text)
    if temporary and not permanent:
        return Report(sort=Sort.AUTOMATIC, said="only delayed", whence=whence)
    if permanent or (by_daemon and (_FAILED.search(subject) or _FAILED.search(text))) or _korean(subject, text):
        code = _STATUS.search(text)
        said = next((line for line in text.splitlines() if _FAILED.search(line)), subject)
        return Report(sort=Sort.FAILURE, status=code[0] if code else "", said=one_line(said), whence=whence)
    return Report(sort=Sort.OTHER, said=one_line(subject), whence=whence)


def _korean(subject: str, text: str) -> bool:
    """Korean portals write their bounces from an address like any other, but never without these words in both."""
    found = _FAILED.search(subject), _FAILED.search(text)
    return all(one is not None and not one[0].isascii() for one in found)


def _bounded(text: str) -> str:
    """So much of a text as a search may go through: bounces say it at their beginning."""
    lines = text[:_LONG_TEXT].split("\n")[:_MANY_LINES]
    return "\n".join(line[:_LONG_LINE].rstrip() for line in lines)


def _recognised(whole: Part, subject: str, text: str) -> tuple[bool, bool]:
    """Whether flufl.bounce knows these words of a mail server: (as a delay, as a failure).

    It is given a plain mail made of what is bounded here, for its patterns were not written against an enemy.
    """
    plain = Message()
    plain["Subject"] = subject
    plain["From"] = one_line(whole.first("from")) or "nobody@invalid"
    for value in whole.values("x-failed-recipients")[:5]:
        plain["X-Failed-Recipients"] = one_line(value)
    plain.set_payload(text.encode("ascii", errors="replace").decode("ascii"))
    try:
        temporary, permanent = all_failures(plain)
    except Exception:  # whatever its patterns stumble over is a mail that nobody recognises
        return False, False
    return bool(temporary), bool(permanent)
