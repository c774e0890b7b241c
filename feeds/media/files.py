"""What a file is, told by its bytes: its name and what a browser says of it prove nothing. Nothing is unpacked."""

import codecs
import io
import re
import zipfile
from dataclasses import dataclass

from feeds.media.refusal import MediaRefused


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file that we keep."""

    extension: str
    media_type: str


_OOXML = "application/vnd.openxmlformats-officedocument"
_ODF = "application/vnd.oasis.opendocument"
PDF = Kind("pdf", "application/pdf")
HWP = Kind("hwp", "application/x-hwp")
ZIP = Kind("zip", "application/zip")
_OFFICE = {
    "word/": Kind("docx", f"{_OOXML}.wordprocessingml.document"),
    "xl/": Kind("xlsx", f"{_OOXML}.spreadsheetml.sheet"),
    "ppt/": Kind("pptx", f"{_OOXML}.presentationml.presentation"),
}
_STATED = {
    b"application/hwp+zip": Kind("hwpx", "application/hwp+zip"),
    f"{_ODF}.text".encode(): Kind("odt", f"{_ODF}.text"),
    f"{_ODF}.spreadsheet".encode(): Kind("ods", f"{_ODF}.spreadsheet"),
    f"{_ODF}.presentation".encode(): Kind("odp", f"{_ODF}.presentation"),
}
_OLD_OFFICE = {
    "WordDocument": Kind("doc", "application/msword"),
    "Workbook": Kind("xls", "application/vnd.ms-excel"),
    "PowerPoint Document": Kind("ppt", "application/vnd.ms-powerpoint"),
}
TYPES = {
    **{kind.extension: kind.media_type for kind in (PDF, HWP, ZIP)},
    **{kind.extension: kind.media_type for kinds in (_OFFICE, _STATED, _OLD_OFFICE) for kind in kinds.values()},
    **{"txt": "text/plain", "csv": "text/csv", "mp4": "video/mp4"},
    **{"jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp", "gif": "image/gif"},
}
"""The type of a file by the ending of its name, where nothing better is known of it: that of another site's file."""
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MARKUP = re.compile(rb"^[\s\xef\xbb\xbf]*<[!?a-zA-Z/]")
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
# Tables of Korean offices come as CP949, which browsers know under the older name (Encoding standard, section 4.2).
_CHARSETS = (("utf-8", "utf-8"), ("euc-kr", "cp949"))
_MEMBER = b"PK\x01\x02"
_MOST_MEMBERS = 20_000


def kind_of(content: bytes, file_name: str) -> Kind:
    """The kind of a file. MediaRefused for what we do not keep: programs, macros, web pages and the unknown.

    Only between a text and a table does the name decide: their bytes are alike.
    """
    if content.startswith(b"%PDF-"):
        return PDF
    if content.startswith(b"HWP Document File"):
        return HWP
    if content.startswith(_OLE):
        return _compound(content)
    if content.startswith(b"PK\x03\x04"):
        return _package(content)
    if b"<svg" in content[:4096].lower():
        raise MediaRefused("media.svg")
    return _text(content, file_name)


def _compound(content: bytes) -> Kind:
    """A file of Hangul or of an older office program: a small file system whose names are UTF-16."""
    if b"HWP Document File" in content:
        return HWP
    if "_VBA_PROJECT".encode("utf-16-le") in content:
        raise MediaRefused("media.macros")
    found = next((kind for name, kind in _OLD_OFFICE.items() if name.encode("utf-16-le") in content), None)
    if found is None:
        raise MediaRefused("media.type")
    return found


def _package(content: bytes) -> Kind:
    """What a ZIP archive holds by the names in it; nothing but the short member that states its type is read."""
    if content.count(_MEMBER) > _MOST_MEMBERS:
        raise MediaRefused("media.members")  # counted first: its list alone could fill the memory
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            names = [member.filename for member in members]
            stated = b""
            if names and names[0] == "mimetype" and members[0].file_size <= 100:
                stated = archive.read(members[0]).strip()
    except Exception as error:  # a broken archive raises errors of every kind
        raise MediaRefused("media.broken") from error
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise MediaRefused("media.macros")
    if stated in _STATED:
        return _STATED[stated]
    if "[Content_Types].xml" in names:
        return next((kind for start, kind in _OFFICE.items() if any(n.startswith(start) for n in names)), ZIP)
    return ZIP


def _text(content: bytes, file_name: str) -> Kind:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise MediaRefused("media.text_encoding")
    if not content.strip() or _MARKUP.match(content) or _CONTROLS.search(content):
        raise MediaRefused("media.type")
    charset = next((name for name, codec in _CHARSETS if _is(content, codec)), None)
    if charset is None:
        raise MediaRefused("media.text_encoding")
    extension, kind = ("csv", "csv") if file_name.lower().endswith(".csv") else ("txt", "plain")
    return Kind(extension, f"text/{kind}; charset={charset}")


def _is(content: bytes, codec: str) -> bool:
    try:
        content.decode(codec)
    except UnicodeDecodeError:
        return False
    return True
