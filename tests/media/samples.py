"""Pictures and files that tests upload."""

import io
import struct
import zipfile
import zlib

from PIL import Image
from PIL.ExifTags import Base

SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
PDF = b"%PDF-1.7\n1 0 obj << >> endobj"


def shot(width: int = 1200, height: int = 800, form: str = "JPEG", mode: str = "RGB", **saved: object) -> bytes:
    """A picture with a gradient, so that its sides are told apart."""
    return written(Image.linear_gradient("L").resize((width, height)).convert(mode), form, **saved)


def written(picture: Image.Image, form: str, **saved: object) -> bytes:
    """The bytes of a picture."""
    file = io.BytesIO()
    picture.save(file, form, **saved)
    return file.getvalue()


def with_a_place() -> bytes:
    """A photograph as a telephone makes it: lying on its side, with the place where it was taken."""
    exif = Image.Exif()
    exif[Base.Orientation.value] = 6
    exif[Base.Make.value] = "A telephone"
    exif.get_ifd(0x8825)[2] = (35.0, 52.0, 17.0)
    return shot(exif=exif, comment=b"taken at home", icc_profile=b"no profile at all")


def packed(*members: tuple[str, bytes]) -> bytes:
    """A ZIP archive."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return file.getvalue()


def stated_size(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose head states a size."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(b"\0" * 100)), chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def chunk(kind: bytes, data: bytes) -> bytes:
    """A piece of a PNG (PNG specification, section 5.3)."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
