"""The labels of a board page's header and the grammar of their values, in English and Korean. Pure text."""

import re
from dataclasses import dataclass
from datetime import date

DIVISION, DATE, TITLE, TELEPHONE, OTHER = "division", "date", "title", "telephone", "other"

_WORDS = {
    DIVISION: ("division name", "division", "department name", "department", "부서명", "담당부서", "작성부서", "부서"),
    DATE: (
        "date of registration",
        "registration date",
        "registered on",
        "등록일자",
        "등록일시",
        "등록일",
        "작성일자",
        "작성일시",
        "작성일",
        "게시일",
    ),
    TITLE: ("title", "subject", "제목"),
    TELEPHONE: ("telephone", "telephone number", "tel", "전화번호", "전화", "연락처"),
    OTHER: (
        "views",
        "hits",
        "view count",
        "writer",
        "author",
        "file",
        "files",
        "attachment",
        "attachments",
        "attached file",
        "attached files",
        "조회수",
        "조회",
        "작성자",
        "첨부파일",
        "첨부",
        "파일",
    ),
}
_FIELD_OF = {word.replace(" ", ""): name for name, words in _WORDS.items() for word in words}
_LONG = (
    *_WORDS[DATE],
    "division name",
    "부서명",
    "담당부서",
    "작성부서",
)
_ANY = sorted((word for words in _WORDS.values() for word in words), key=len, reverse=True)
_SPELT = {word: word.replace(" ", r"\s*") for word in _ANY}
_EXACT = re.compile(rf"({'|'.join(_SPELT[word] for word in _ANY)})\s*[::]?", re.I)
_WITH_COLON = re.compile(rf"(?:^|(?<=[\s|/,)]))({'|'.join(_SPELT[word] for word in _ANY)})\s*[::]", re.I)
_STRONG = re.compile(
    rf"(?:^|(?<=[\s|/,)]))({'|'.join(_SPELT[word] for word in sorted(_LONG, key=len, reverse=True))})"
    r"(?=[\s::|(\d]|$)\s*[::]?",
    re.I,
)

_TELEPHONE = re.compile(
    r"[((]\s*(?:T|Tel|Phone|☎|☏|전화)\s*[.::)]?\s*(?P<number>\+?[\d][\d\s().~\-–]*?)?\s*(?:[))]|$)", re.I
)
_BARE_TELEPHONE = re.compile(r"(?:\b(?:T|Tel)\s*[.::]|☎|☏|전화\s*[::])\s*(?P<number>\+?\d[\d\s()~\-–]*)", re.I)
_DAY = re.compile(
    r"(?<![\d.])(?P<year>\d{4})\s*(?:[-./]|년)\s*(?P<month>\d{1,2})\s*(?:[-./]|월)\s*(?P<day>\d{1,2})(?!\d)\s*(?:일|\.)?"
    r"(?:[T\s]\s*\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?Z?)?"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMED_DAY = re.compile(
    rf"\b(?:(?P<month>(?:{'|'.join(_MONTHS)})[a-z]*)\.?\s+(?P<day>\d{{1,2}}),?\s+(?P<year>\d{{4}})"
    rf"|(?P<day2>\d{{1,2}})\s+(?P<month2>(?:{'|'.join(_MONTHS)})[a-z]*)\.?,?\s+(?P<year2>\d{{4}}))\b",
    re.I,
)
_OFFICE_WORDS = (
    "division|department|dept|bureau|office|team|center|centre|city|committee|headquarters|agency|council|institute|"
    "hall|county|district|corporation|foundation|spokesperson|section|authority"
)
_OFFICE = re.compile(
    rf"(?:{_OFFICE_WORDS})\.?$|^(?:{_OFFICE_WORDS}) (?:of|for) "
    r"|[가-힣](?:과|국|실|팀|단|시|구|군|청|처|부|본부|센터|담당관|대변인|위원회|사업소|연구원|공사|재단|관)$",
    re.I,
)
_SMALL_WORDS = {"of", "and", "for", "the", "in", "to", "on", "&"}
_MAX_NAME = 80


@dataclass(frozen=True, slots=True)
class Value:
    """What a line of values states. `day` is None where it states none or an impossible one; `remarks` say which."""

    name: str = ""
    day: date | None = None
    telephone: str | None = None
    remarks: tuple[str, ...] = ()
    is_formal: bool = False
    """Whether it holds a day or the telephone's form, so that it can be nothing but a line of values."""


def labels_in(line: str) -> list[tuple[str, str]] | None:
    """The fields a line names, each with what follows it; None where the line is no line of labels.

    A line is one if it is a label, or begins with one that a colon or, for the two long ones, a value follows.
    """
    if len(line) > 3 * _MAX_NAME:
        return None
    whole = _EXACT.fullmatch(line)
    if whole:
        return [(_field(whole[1]), "")]
    found = sorted([*_WITH_COLON.finditer(line), *_STRONG.finditer(line)], key=lambda match: match.start())
    if not found or found[0].start() != 0:
        return None
    starts: list[re.Match[str]] = []
    for match in found:
        if not starts or match.start() >= starts[-1].end():
            starts.append(match)
    ends = [match.start() for match in starts[1:]] + [len(line)]
    fields = [
        (_field(match[1]), line[match.end() : end].strip(" |/,")) for match, end in zip(starts, ends, strict=True)
    ]
    return fields if all(_may_follow(text) for _, text in fields) else None


def _field(label: str) -> str:
    return _FIELD_OF["".join(label.lower().split())]


def _may_follow(text: str) -> bool:
    value = value_of(text)
    return not text or value.is_formal or (len(text) <= _MAX_NAME * 2 and not text.endswith((".", "。")))


def value_of(line: str) -> Value:
    """The day, the telephone and what else a line of values states: `Tax Division 2021-05-25 ( T. 120)`."""
    telephone = _TELEPHONE.search(line) or _BARE_TELEPHONE.search(line)
    rest = line[: telephone.start()] + " " + line[telephone.end() :] if telephone else line
    number = " ".join((telephone["number"] or "").split()).strip(" .-~–(") if telephone else ""
    stated = _DAY.search(rest) or _NAMED_DAY.search(rest)
    day, remarks = _day_of(stated) if stated else (None, ())
    if stated:
        rest = rest[: stated.start()] + " " + rest[stated.end() :]
    name = " ".join(rest.split()).strip(" |/·,;:-–—")
    return Value(name, day, number or None, remarks, is_formal=bool(telephone or stated))


def _day_of(stated: re.Match[str]) -> tuple[date | None, tuple[str, ...]]:
    parts = stated.groupdict()
    year = int(parts["year"] or parts["year2"])
    month = parts["month"] or parts["month2"]
    number = int(month) if month.isdigit() else _MONTHS.index(month[:3].lower()) + 1
    try:
        day = date(year, number, int(parts.get("day") or parts["day2"]))
    except ValueError:
        return None, (f"the date of registration “{stated[0].strip()}” does not exist",)
    if not 1990 <= year <= 2100:
        return None, (f"the date of registration “{stated[0].strip()}” is not of our time",)
    return day, ()


def is_office(name: str) -> bool:
    """Whether a name by itself reads as that of an office, and not as a sentence of the text."""
    written_as_name = all(word in _SMALL_WORDS or not word[0].islower() for word in name.split())
    return written_as_name and bool(name) and may_be_name(name) and _OFFICE.search(name) is not None


def may_be_name(name: str) -> bool:
    """Whether what stands before a day or telephone may be a division: short, and no sentence."""
    return not name or (len(name) <= _MAX_NAME and len(name.split()) <= 10 and not _is_sentence(name))


def _is_sentence(text: str) -> bool:
    return text.endswith((".", "!", "?", "。", "다", ":")) or '"' in text or "“" in text
