"""What of a picture is kept: its dots, upright and in the colours of a screen, and nothing else."""

import io
import zipfile
import zlib

import pytest
from PIL import Image, ImageCms

from feeds.media import pictures
from feeds.media.pictures import KEPT_PIXELS, Made
from feeds.media.refusal import MediaRefused
from tests.media.samples import chunk, packed, shot, stated_size, with_a_place, written


def shown(made: Made) -> Image.Image:
    return Image.open(io.BytesIO(made.content))


def dot(picture: Image.Image, x: int, y: int) -> tuple[int, ...]:
    found = picture.convert("RGBA").getpixel((x, y))
    assert isinstance(found, tuple)
    return tuple(int(one) for one in found)


def gifs_screen(width: int, height: int) -> bytes:
    """A GIF of 35 bytes whose screen has this size."""
    size = width.to_bytes(2, "little") + height.to_bytes(2, "little")
    return b"GIF89a" + size + b"\x00\x00\x00,\x00\x00\x00\x00" + size + b"\x00\x02\x02D\x01\x00;"


def test_b58_the_place_of_a_photograph_is_gone_and_its_turn_is_carried_out() -> None:
    given = with_a_place()
    assert b"A telephone" in given
    made = pictures.make(given)
    kept = shown(made)
    assert dict(kept.getexif()) == {}
    assert set(kept.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "progressive", "progression"}
    assert kept.size == (made.width, made.height) == (800, 1200)
    assert dot(kept, 10, 600)[0] > dot(kept, 790, 600)[0]
    for content in (made.content, *made.smaller.values()):
        for told in (b"A telephone", b"taken at home", b"no profile", b"Exif"):
            assert told not in content


@pytest.mark.parametrize("form", ["WEBP", "AVIF", "PNG"])
def test_b58_other_pictures_lose_their_place_too(form: str) -> None:
    exif = Image.Exif()
    exif[0x010F] = "A telephone"
    given = shot(60, 40, form, exif=exif, xmp=b"<x:xmpmeta>a place</x:xmpmeta>") if form != "PNG" else _png_with(exif)
    assert b"A telephone" in given
    made = pictures.make(given)
    assert b"A telephone" not in made.content
    assert b"a place" not in made.content


def _png_with(exif: Image.Exif) -> bytes:
    given = shot(60, 40, "PNG", exif=exif)
    notes = chunk(b"tEXt", b"Comment\0a place") + chunk(b"zTXt", b"Where\0\0" + zlib.compress(b"a place"))
    return given[:33] + notes + given[33:]


def test_b58_what_follows_a_picture_is_gone() -> None:
    given = written(Image.new("RGBA", (10, 10), (0, 0, 0, 0)), "PNG", icc_profile=b"PROFILE-OF-MINE", dpi=(72, 72))
    made = pictures.make(given + b"<script>alert(1)</script>")
    assert made.media_type == "image/png"
    for told in (b"PROFILE-OF-MINE", b"script", b"pHYs"):
        assert told not in made.content


def test_b58_a_picture_that_is_also_an_archive_comes_out_as_a_picture() -> None:
    both = shot() + packed(("evil.html", b"<script>alert(1)</script>"))
    assert zipfile.is_zipfile(io.BytesIO(both))
    assert not zipfile.is_zipfile(io.BytesIO(pictures.make(both).content))


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (stated_size(50_000, 50_000), "media.too_many_pixels"),
        (stated_size(6_000, 5_000), "media.too_many_pixels"),
        (stated_size(30_001, 1), "media.too_many_pixels"),
        (gifs_screen(65_535, 65_535), "media.too_many_pixels"),
        (stated_size(100, 100), "media.broken"),
        (shot()[:-200], "media.broken"),
        (shot(600, 400, "WEBP")[:-200], "media.broken"),
        (shot(600, 400, "PNG")[:-60], "media.broken"),
        (b"\xff\xd8\xff\xe0 this is no picture", "media.broken"),
        (b"\x89PNG\r\n\x1a\n", "media.broken"),
        (b"GIF89a", "media.broken"),
    ],
)
def test_b58_a_bomb_and_a_broken_picture_are_refused(content: bytes, word: str) -> None:
    assert pictures.is_picture(content)
    with pytest.raises(MediaRefused) as refused:
        pictures.make(content)
    assert refused.value.word == word


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF", "AVIF"])
def test_a_picture_has_smaller_ones_below_its_own_width(form: str) -> None:
    given = shot(1200, 800, form)
    assert pictures.is_picture(given)
    made = pictures.make(given)
    assert (made.width, made.height, tuple(made.smaller)) == (1200, 800, (480, 960))
    for width, content in made.smaller.items():
        assert Image.open(io.BytesIO(content)).size == (width, round(width * 2 / 3))


def test_a_narrow_picture_has_none() -> None:
    assert pictures.make(shot(480, 320)).smaller == {}


def test_the_same_picture_gives_the_same_bytes() -> None:
    assert pictures.make(with_a_place()) == pictures.make(with_a_place())


def test_a_large_photograph_is_kept_as_large_as_print_needs_and_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    made = pictures.make(shot(6000, 4000, exif=exif))
    assert made.width < made.height
    assert 0.98 * KEPT_PIXELS < made.width * made.height <= KEPT_PIXELS
    assert abs(made.width / made.height - 2 / 3) < 0.001


def test_a_long_chart_keeps_its_width() -> None:
    made = pictures.make(written(Image.new("RGB", (900, 12_000), "white"), "PNG"))
    assert (made.width, made.height, tuple(made.smaller)) == (900, 12_000, (480,))


def test_a_drawing_stays_sharp_and_a_photograph_that_came_as_png_does_not_stay_heavy() -> None:
    drawing = Image.new("RGB", (1000, 600), "white")
    drawing.paste("navy", (100, 100, 500, 400))
    assert pictures.make(written(drawing, "PNG")).media_type == "image/png"
    noise = Image.effect_noise((1000, 600), 50)
    photograph = written(Image.merge("RGB", (noise, noise.rotate(90), noise.rotate(180))), "PNG")
    made = pictures.make(photograph)
    assert made.media_type == "image/jpeg"
    assert len(made.content) < len(photograph) / 2


def test_what_is_seen_through_stays_so() -> None:
    made = pictures.make(written(Image.new("RGBA", (600, 400), (200, 0, 0, 100)), "WEBP", lossless=True))
    assert made.media_type == "image/png"
    assert dot(shown(made), 5, 5) == (200, 0, 0, 100)


def test_a_photograph_that_is_seen_through_does_not_grow_heavy() -> None:
    noise = Image.effect_noise((1000, 600), 50)
    given = written(Image.merge("RGBA", (noise, noise, noise, noise)), "WEBP", quality=50)
    made = pictures.make(given)
    assert made.media_type == "image/webp"
    assert len(made.content) < 4 * len(given)
    assert shown(made).mode == "RGBA"


@pytest.mark.parametrize("form", ["GIF", "WEBP", "AVIF", "PNG"])
def test_an_animation_keeps_its_first_frame(form: str) -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    given = written(frames[0], form, save_all=True, append_images=frames[1:])
    kept = shown(pictures.make(given))
    assert getattr(kept, "n_frames", 1) == 1
    assert dot(kept, 5, 5)[0] > 200
    assert dot(kept, 5, 5)[2] < 60


def test_the_second_picture_that_a_telephone_hides_behind_the_first_is_gone() -> None:
    behind = Image.new("RGB", (60, 40), "blue")
    given = written(Image.new("RGB", (60, 40), "red"), "MPO", save_all=True, append_images=[behind])
    made = pictures.make(given)
    assert made.content.count(b"\xff\xd8\xff") == 1
    assert dot(shown(made), 5, 5)[0] > 200


def test_a_print_shops_colours_become_those_of_a_screen() -> None:
    assert shown(pictures.make(shot(100, 100, "JPEG", "CMYK"))).mode == "RGB"


def test_sixteen_bits_become_eight_and_nothing_turns_white() -> None:
    deep = Image.new("I;16", (256, 1))
    for x in range(256):
        deep.putpixel((x, 0), x * 257)
    kept = shown(pictures.make(written(deep, "PNG")))
    assert [dot(kept, x, 0)[0] for x in (0, 10, 128, 255)] == [0, 10, 128, 255]


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_the_colours_that_a_profile_asks_for_are_carried_out(mode: str) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    # A profile in which red is what others call green, and the other way round.
    swapped = profile.replace(b"rXYZ", b"????", 1).replace(b"gXYZ", b"rXYZ", 1).replace(b"????", b"gXYZ", 1)
    colour = (255, 0, 0, 120)[: len(mode)]
    kept = shown(pictures.make(written(Image.new(mode, (20, 20), colour), "PNG", icc_profile=swapped)))
    red, green, blue, alpha = dot(kept, 5, 5)
    assert green > 250
    assert max(red, blue) < 5
    assert alpha == (120 if mode == "RGBA" else 255)
