"""Pictures made anew: what a camera or a program wrote beside the dots is gone, and so is whatever was hidden there.

A picture is decoded and encoded again, never copied: EXIF with its place, XMP, IPTC, comments and colour profiles go
(the turn and the colours that they ask for are carried out first), and bytes that are a picture and something else at
once come out as a picture. An animation keeps its first frame. SVG is a program and no picture: it is refused.
"""

import io
import math
from dataclasses import dataclass

from PIL import Image, ImageCms, ImageOps

from feeds.figures import WIDTHS, narrower
from feeds.media.refusal import MediaRefused

MAX_PIXELS = 50_000_000
"""What a JPEG may have, as a telephone makes it."""
MAX_PIXELS_OF_OTHERS = 25_000_000
"""What any other picture may have: they are decoded whole, some of them several times over."""
MAX_SIDE = 30_000
KEPT_PIXELS = 16_000_000
"""What is kept of it: enough for a page of print. Counted in area, for a long chart of information is narrow."""
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")
_QUALITY = 85
_LIGHT = 32 * 1024
_WEBP_SIDE = 16_383
_DEEP = ("I", "I;16", "I;16B", "I;16L")
MEDIA_TYPES = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}


@dataclass(frozen=True, slots=True)
class Made:
    """A picture made anew. `smaller` has its bytes by width, only those narrower than it."""

    content: bytes
    extension: str
    media_type: str
    width: int
    height: int
    smaller: dict[int, bytes]


def is_picture(content: bytes) -> bool:
    """Whether the first bytes are those of a picture that we can read."""
    return (
        content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a"))
        or (content.startswith(b"RIFF") and content[8:12] == b"WEBP")
        or (content[4:8] == b"ftyp" and content[8:12] in (b"avif", b"avis"))
    )


def make(content: bytes) -> Made:
    """The picture anew, with its smaller ones. MediaRefused if it is too large, cut off or broken.

    The size that its head states is checked before a single dot is decoded.
    """
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as opened:
            most = MAX_PIXELS if opened.format in ("JPEG", "MPO") else MAX_PIXELS_OF_OTHERS
            if opened.width * opened.height > most or max(opened.size) > MAX_SIDE:
                raise MediaRefused("media.too_many_pixels")
            drawn = opened.format in ("PNG", "GIF")
            picture = _plain(opened)
    except MediaRefused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise MediaRefused("media.too_many_pixels") from error
    except Exception as error:  # a decoder raises whatever the broken bytes bring about
        raise MediaRefused("media.broken") from error
    extension = _extension(picture, drawn=drawn)
    return Made(
        content=_bytes(picture, extension),
        extension=extension,
        media_type=MEDIA_TYPES[extension],
        width=picture.width,
        height=picture.height,
        smaller={width: _bytes(_narrow(picture, width), extension) for width in narrower(picture.width)},
    )


def _plain(opened: Image.Image) -> Image.Image:
    """The dots alone, not too many, upright and in sRGB. Made small first: every step after it holds a copy."""
    scale = math.sqrt(KEPT_PIXELS / (opened.width * opened.height))
    size = (max(1, int(opened.width * scale)), max(1, int(opened.height * scale)))
    if scale < 1:
        opened.draft(None, size)
    # Read before the picture is turned into another mode, which forgets them.
    exif, profile = opened.getexif(), opened.info.get("icc_profile")
    picture = _in_eight_bits(opened)
    if scale < 1 and picture.width > size[0]:
        picture = picture.resize(size, Image.Resampling.LANCZOS)
    picture = _in_srgb(picture, profile)
    picture.info = {}
    picture.getexif()[_ORIENTATION] = exif.get(_ORIENTATION, 1)
    picture = ImageOps.exif_transpose(picture)
    picture.info = {}
    return picture


_ORIENTATION = 0x0112


def _in_eight_bits(opened: Image.Image) -> Image.Image:
    """The picture in one of the modes that know no palette and no depth: L, RGB, RGBA or CMYK."""
    opened.load()
    if opened.mode in _DEEP:
        return opened.point(lambda value: value * (1 / 257)).convert("L")  # other ways cut off what is above 255
    if opened.mode in ("LA", "PA", "La", "RGBa") or "transparency" in opened.info:
        return opened.convert("RGBA")
    return opened if opened.mode in ("L", "RGB", "RGBA", "CMYK") else opened.convert("RGB")


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    mode = "RGBA" if picture.mode == "RGBA" else "RGB"
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            turned = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode=mode)
            if turned is not None:
                return turned
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass  # a profile that cannot be read says nothing about the colours
    return picture.convert(mode)


def _extension(picture: Image.Image, *, drawn: bool) -> str:
    """How it is kept: a photograph as JPEG, or as WebP where it is seen through; a drawing as PNG, which stays sharp.

    What came as PNG, or is seen through, is a drawing unless that makes it heavy and more than twice as large as the
    other way would: a smaller picture of it tells. WebP knows no longer side than 16,383.
    """
    see_through = picture.mode == "RGBA"
    lossy = "webp" if see_through else "jpg"
    if see_through and max(picture.size) > _WEBP_SIDE:
        return "png"
    if not drawn and not see_through:
        return lossy
    sample = _narrow(picture, WIDTHS[1]) if picture.width > WIDTHS[1] else picture
    return "png" if len(_bytes(sample, "png")) <= max(_LIGHT, 2 * len(_bytes(sample, lossy))) else lossy


def _narrow(picture: Image.Image, width: int) -> Image.Image:
    height = max(1, round(picture.height * width / picture.width))
    return picture.resize((width, height), Image.Resampling.LANCZOS)


def _bytes(picture: Image.Image, extension: str) -> bytes:
    written = io.BytesIO()
    if extension == "png":
        picture.save(written, "PNG")
    elif extension == "webp":
        picture.save(written, "WEBP", quality=_QUALITY, method=4)
    else:
        picture.save(written, "JPEG", quality=_QUALITY, progressive=True, optimize=True)
    return written.getvalue()
