"""Bytes of a page as text, or a reason why they are none. Never a replacement sign, never a wrong alphabet."""

import codecs
import re

from feeds.errors import PageRefused

MAX_BYTES = 5 * 1024 * 1024

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_DECLARED = re.compile(rb"<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.I)
_IN_MEDIA_TYPE = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.I)
_KOREAN = {"euc-kr", "euckr", "euc_kr", "cp949", "ms949", "uhc", "windows-949", "ks_c_5601-1987", "ksc5601", "korean"}
_LATIN = {"iso-8859-1", "iso8859-1", "latin1", "latin-1", "windows-1252", "cp1252", "us-ascii", "ascii"}
_TYPOGRAPHY = frozenset(b"\x80\x82\x84\x85\x91\x92\x93\x94\x95\x96\x97\x99\xa0")
_NOT_TEXT = "the file is not text: {0}"
_LOOKED_AT = 65_536
_FEW = 20


def demand_text(head: bytes) -> None:
    """PageRefused, with what it seems to be and how to save it, for the beginning of a file that is no text."""
    if head.startswith((_BOMS[1][0], _BOMS[2][0])):
        return
    nulls = head[:_LOOKED_AT].count(b"\x00")
    if nulls * 100 <= min(len(head), _LOOKED_AT):
        return
    even, odd = (head[start:_LOOKED_AT:2].count(b"\x00") for start in (0, 1))
    # Spaces and line ends alone are one character in eight.
    if nulls * 16 >= min(len(head), _LOOKED_AT) and min(even, odd) * 10 <= max(even, odd):
        order = "little" if odd > even else "big"
        seems = f"it seems to be in UTF-16 ({order}-endian) without the mark that says so: save it as UTF-8"
        raise PageRefused((f"the file is not text in UTF-8 or CP949: {seems}",))
    raise PageRefused((_NOT_TEXT.format("it holds NUL characters: save it as text in UTF-8"),))


def text_of(page: bytes, media_type: str | None = None, *, limit: int = MAX_BYTES) -> str:
    """The text of `page`; PageRefused where it is empty, too big, binary, or in no character set we can be sure of.

    A byte order mark decides, then UTF-8 where the bytes can hardly be anything else, then what is declared (in
    `media_type` or in the page), then CP949. A declaration that does not fit the bytes is not believed.
    """
    if len(page) > limit:
        raise PageRefused((f"the page is bigger than {limit // 1024 // 1024} MB",))
    if not page.strip():
        raise PageRefused(("the file is empty",))
    text = _decoded(page, _declared(page, media_type))
    if "\x00" in text:
        raise PageRefused((_NOT_TEXT.format("it holds NUL characters"),))
    controls = sum(1 for sign in text if sign < " " and sign not in "\t\n\r\x0b\x0c")
    if controls > 2 + len(text) // 100:
        raise PageRefused((_NOT_TEXT.format("it is full of control characters"),))
    if not text.strip("\ufeff \t\r\n\xa0\u3000"):
        raise PageRefused(("the file is empty",))
    return text


def _decoded(page: bytes, declared: str | None) -> str:
    for mark, encoding in _BOMS:
        if page.startswith(mark):
            text = _strictly(page[len(mark) :], encoding)
            if text is None:
                raise PageRefused((_NOT_TEXT.format(f"its mark says {encoding}, its bytes do not"),))
            return text
    if b"\x00" in page:
        demand_text(page)
        raise PageRefused((_NOT_TEXT.format("it holds NUL characters"),))
    if declared and declared.replace("_", "-").startswith("utf-7"):
        raise PageRefused(("the page declares UTF-7, which no page should use",))
    for text in _candidates(page, declared):
        if text is not None:
            return text
    raise PageRefused((_NOT_TEXT.format("its bytes are neither UTF-8 nor CP949"),))


def _candidates(page: bytes, declared: str | None) -> list[str | None]:
    """What the bytes may say, the surest first."""
    utf8, korean = _strictly(page, "utf-8"), _korean(page, is_declared=declared in _KOREAN)
    # Three bytes in a row that are valid UTF-8 by accident do not happen in Korean or Latin text.
    sure_utf8 = utf8 if utf8 is not None and any(sign > "\u07ff" for sign in utf8) else None
    if declared in _KOREAN:
        return [sure_utf8, korean, utf8]
    if declared in _LATIN:
        return [sure_utf8, korean, utf8, _strictly(page, "cp1252")]
    other = _strictly(page, declared) if declared and declared not in {"utf-8", "utf8"} else None
    only_typography = all(byte < 0x80 or byte in _TYPOGRAPHY for byte in page)
    return [sure_utf8, other, utf8, korean, _strictly(page, "cp1252") if only_typography else None]


def _korean(page: bytes, *, is_declared: bool) -> str | None:
    """CP949, unless too many of the syllables are such as nobody writes: then the bytes were something else. A page
    that says itself that it is Korean is believed: a dish or a nickname may be all the Korean it has."""
    text = _strictly(page, "cp949")
    if text is None:
        return None
    foreign = [sign for sign in text if sign > "\x7f"]
    rare = sum(1 for sign in foreign if not _in_ks_x_1001(sign))
    hangul = sum(1 for sign in foreign if "가" <= sign <= "힣")
    is_strange = rare * 2 > len(foreign) > _FEW if is_declared else rare * 10 > len(foreign)
    return text if not is_strange and (hangul or not foreign or _is_typography(foreign)) else None


def _in_ks_x_1001(sign: str) -> bool:
    try:
        return len(sign.encode("euc_kr")) == 2
    except UnicodeEncodeError:
        return False


def _is_typography(signs: list[str]) -> bool:
    return all(sign in "“”‘’·…–—―○●□■◆◇▲△▼▽※〈〉《》「」『』【】㎡㎞℃→←↑↓♥☎ ×÷°" for sign in signs)


def _strictly(page: bytes, encoding: str) -> str | None:
    try:
        return page.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def _declared(page: bytes, media_type: str | None) -> str | None:
    in_type = _IN_MEDIA_TYPE.search(media_type or "")
    if in_type:
        return in_type[1].lower()
    in_page = _DECLARED.search(page[:4096])
    return in_page[1].decode("ascii").lower() if in_page else None
