"""A dump of an eGovFrame board: a CSV of the columns of LETTNBBS or COMTNBBS, whatever their order and case.

Of the columns only those named here are read. PASSWORD is not among them, so no post's password passes this border;
nor is NTCR_ID. NTCR_NM, the writer's name, is kept only where it is exactly a division's name.

What is skipped: posts that are deleted (USE_AT), secret (SECRET_AT), or replies (ANSWER_AT, PARNTSCTT_NO, ANSWER_LC);
and posts outside of the days on which the board shows them (NTCE_BGNDE to NTCE_ENDDE, both included, in the city's
zone), because the site does not show them either. One whose time is still to come is taken in when it is read again.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from html import unescape
from zoneinfo import ZoneInfo

from feeds.errors import PageRefused
from feeds.intake.clean import clean_line
from feeds.intake.csv_table import Row, column_names, rows
from feeds.intake.draft import Draft, Identity, Reading, Refused
from feeds.intake.moments import moment, printable, registered
from feeds.intake.posts import content_of_post, markup_of
from feeds.intake.source import Input, Record, Setting, Skipped

NEEDED = ("bbs_id", "ntt_cn", "ntt_id", "ntt_sj")
READ = (
    *NEEDED,
    "answer_at",
    "answer_lc",
    "atch_file_id",
    "frst_regist_pnttm",
    "ntce_bgnde",
    "ntce_endde",
    "ntcr_nm",
    "parntsctt_no",
    "secret_at",
    "use_at",
)
"""Every column that is read at all."""
_NULL = {"", "\\n", "null", "(null)"}
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_IDS = ("bbs_id", "ntt_id")
_NO_BOUND = re.compile(r"[0\s:./-]*")
_WHOLE = re.compile(r"0*([0-9]*)(?:\.0*)?")
_NONE = "0"
_NEVER = 9999


@dataclass(frozen=True, slots=True)
class BoardDump:
    """Posts of boards as a database holds them."""

    name: str = "dump"

    def recognises(self, given: Input) -> bool:
        """By the names of its columns."""
        return given.files is None and {"ntt_id", "ntt_sj"} <= set(column_names(given.head))

    def records(self, given: Input) -> Iterator[Record]:
        """The posts in the order of the file. PageRefused without the host that they are known by."""
        missing = [name.upper() for name in NEEDED if name not in column_names(given.head)]
        if missing:
            raise PageRefused((f"the dump has no column {', '.join(missing)}",))
        if given.setting.site is None:
            raise PageRefused(("a dump does not say whose it is: give the site's host by --site",))
        for row in rows(given, READ):
            yield Record(row.place, _reading(row, given.setting, given.setting.site))


SOURCE = BoardDump()


def _reading(row: Row, setting: Setting, site: str) -> Reading | Skipped:
    if row.fault:
        return Refused(title=None, reasons=(row.fault,))
    # CHAR columns are padded with blanks, and NULL is written in several ways.
    post = {name: "" if value.strip().casefold() in _NULL else value.strip() for name, value in row.values.items()}
    try:
        bounds, faults = _window(post, setting.zone)
        reason = _hidden(post) or _outside(*bounds, setting)
        return Skipped(reason) if reason else _draft(post, faults, setting, site)
    except PageRefused as refusal:
        return Refused(title=clean_line(unescape(post["ntt_sj"]))[:200] or None, reasons=refusal.reasons)


def _hidden(post: Mapping[str, str]) -> str | None:
    """Why nobody sees the post, or why it is no release of its own."""
    if post.get("use_at", "").upper() == "N":
        return "it is deleted (USE_AT is N)"
    if post.get("secret_at", "").upper() == "Y":
        return "it is secret (SECRET_AT is Y)"
    parent, depth, own = (_number(post.get(name, "")) for name in ("parntsctt_no", "answer_lc", "ntt_id"))
    is_reply = post.get("answer_at", "").upper() == "Y" or depth != _NONE or parent not in (_NONE, own)
    return "it is a reply to another post" if is_reply else None


def _number(written: str) -> str:
    """A number of a post as it is compared, however an export writes it: `0012` and `12.0` are 12, nothing is 0.

    What is no number is only what it is.
    """
    match = _WHOLE.fullmatch(written)
    return match[1] or _NONE if match else written or _NONE


def _window(post: Mapping[str, str], zone: ZoneInfo) -> tuple[tuple[datetime | None, datetime | None], tuple[str, ...]]:
    """When the site shows the post, from and until; and what of that nobody can tell."""
    faults: list[str] = []

    def bound(name: str) -> datetime | None:
        written = post.get(name, "")
        if _NO_BOUND.fullmatch(written):
            return None
        found = moment(written, zone, short_year=True)
        if found is None:
            faults.append(f"{name.upper()} is no day, so that nobody can tell whether the post is shown")
            return None
        return found.at or datetime.combine(found.day, time(), zone)

    bounds = bound("ntce_bgnde"), bound("ntce_endde")
    return bounds, tuple(faults)


def _outside(begins: datetime | None, ends: datetime | None, setting: Setting) -> str | None:
    """Why the site does not show the post at this instant."""
    if begins is not None and begins > setting.now:
        return f"it is not shown before {begins.astimezone(setting.zone):%Y-%m-%d %H:%M} (NTCE_BGNDE)"
    if ends is not None and _after(ends, setting.zone) <= setting.now:
        return f"it is not shown after {ends.astimezone(setting.zone):%Y-%m-%d} (NTCE_ENDDE)"
    return None


def _after(ends: datetime, zone: ZoneInfo) -> datetime:
    """The first instant after a window: the day it ends on belongs to it, unless an hour is given."""
    local = ends.astimezone(zone)
    if local.time() != time() or local.year >= _NEVER:
        return ends
    return datetime.combine(local.date() + timedelta(days=1), time(), zone)


def _draft(post: Mapping[str, str], faults: tuple[str, ...], setting: Setting, site: str) -> Draft:
    """The post as a draft. PageRefused with every reason: these faults of its window, its ids, its text."""
    no_ids = (f"{name.upper()} is no id of letters and digits" for name in _IDS if not _ID.fullmatch(post[name]))
    reasons = (*faults, *no_ids)
    title = unescape(post["ntt_sj"])
    try:
        content, remarks = content_of_post(title, markup_of(post["ntt_cn"]), base=setting.site_address)
    except PageRefused as refusal:
        raise PageRefused((*reasons, *refusal.reasons)) from refusal
    if reasons:
        raise PageRefused(reasons)
    written = post.get("frst_regist_pnttm", "")
    since = registered(written, setting.zone, short_year=True)
    writer = clean_line(post.get("ntcr_nm", ""))
    known = setting.is_division(writer)
    remarks += () if known else ("the post names no division",)
    remarks += () if since else ("the post gives no date of registration that can be read",)
    remarks += ("the post has files that are not in the dump",) if post.get("atch_file_id") else ()
    return Draft(
        content=content,
        division=writer if known else "",
        registered_on=since.day if since else None,
        registered_at=since.at if since else None,
        identity=Identity(host=site, board_id=post["bbs_id"], post_id=post["ntt_id"]),
        remarks=remarks,
        unread_date="" if since else printable(written),
    )
