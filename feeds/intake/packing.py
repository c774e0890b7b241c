"""Packed files by their first bytes. None is ever opened here."""

_SIGNS = (
    (b"\x1f\x8b", "gzip"),
    (b"PK\x03\x04", "zip, or a spreadsheet: save that as CSV in UTF-8"),
    (b"PK\x05\x06", "zip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "rar"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document: save it as CSV in UTF-8"),
)


def packed_as(head: bytes) -> str | None:
    """How a file is packed that begins so; None if it is not, as far as its beginning tells."""
    named = next((name for sign, name in _SIGNS if head.startswith(sign)), None)
    return named or ("tar" if head[257:262] == b"ustar" else None)
