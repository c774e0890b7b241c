"""The pictures that we keep, as HTML."""

from html import unescape

import pytest
from lxml import html as lxml_html

from feeds import words
from feeds.figures import credited, figure, with_figures
from feeds.model import Picture

NAME = "ab" * 32 + ".jpg"
WORDS = words.load("feeds")["en"]
KOREAN = words.load("feeds")["ko"]


def shown(**changes: object) -> Picture:
    given: dict[str, object] = {"caption": "The hall", "credit": "City", "alt": "A crowd", "media": NAME}
    return Picture(**(given | {"width": 2000, "height": 1000} | changes))  # type: ignore[arg-type]


def parsed(picture: Picture, **options: object) -> lxml_html.HtmlElement:
    return lxml_html.fragment_fromstring(
        figure(picture, url=lambda path: f"https://a.test{path}", say=WORDS, **options)
    )  # type: ignore[arg-type]


def test_every_width_is_offered_and_the_place_is_kept_before_it_is_loaded() -> None:
    image = parsed(shown()).find("img")
    stem = f"https://a.test/media/{'ab' * 32}"
    assert image is not None
    assert image.get("srcset") == f"{stem}-480.jpg 480w, {stem}-960.jpg 960w, {stem}-1600.jpg 1600w, {stem}.jpg 2000w"
    assert image.get("src") == f"{stem}-960.jpg"
    assert (image.get("width"), image.get("height"), image.get("alt")) == ("960", "480", "A crowd")


def test_a_narrow_picture_is_shown_as_it_is() -> None:
    image = parsed(shown(width=300, height=200)).find("img")
    assert image is not None
    assert (image.get("src"), image.get("srcset")) == (f"https://a.test/media/{NAME}", None)
    assert (image.get("width"), image.get("height")) == ("300", "200")


def test_a_mail_gets_one_address_and_the_width_of_its_column() -> None:
    image = parsed(shown(), several=False, widest=560).find("img")
    assert image is not None
    assert (image.get("srcset"), image.get("width"), image.get("height")) == (None, "560", "280")


def test_a_decorative_picture_is_silent() -> None:
    image = parsed(shown(alt="left over", decorative=True)).find("img")
    assert image is not None
    assert image.get("alt") == ""


def test_b09_what_is_said_of_a_picture_is_text() -> None:
    evil = '"><script>alert(1)</script> & <b>'
    html = figure(shown(caption=evil, credit=evil, alt=evil), url=lambda path: path, say=WORDS)
    assert "<script" not in html
    assert "<b>" not in html
    assert unescape(html).count(evil) == 3


def test_the_credit_stands_apart_from_the_caption_and_says_what_it_is() -> None:
    caption = parsed(shown(caption="The hall at night.")).find("figcaption")
    assert caption is not None
    assert "".join(caption.itertext()) == "The hall at night.\nPhoto: City"
    assert [one.tag for one in caption] == ["br", "small"]
    assert "<small>사진: 대구시</small>" in figure(shown(credit="대구시"), url=lambda path: path, say=KOREAN)


@pytest.mark.parametrize(
    "credit", ["Photo: Kim", "photo by Kim", "Drawing by Kim: Lee", "사진=대구시", "© City", "[사진 제공: 시]"]
)
def test_a_credit_that_says_what_it_is_is_not_told_twice(credit: str) -> None:
    assert credited(credit, WORDS) == credit


def test_a_picture_without_words_has_no_empty_caption() -> None:
    assert "figcaption" not in figure(shown(caption="", credit=None), url=lambda path: path, say=WORDS)


def test_the_first_picture_leads_the_text_and_the_others_follow_it() -> None:
    pictures = [shown(caption=caption) for caption in ("one", "two", "three")]
    html = with_figures("<p>text</p>", pictures, url=lambda path: path, say=WORDS)
    places = [html.index(piece) for piece in (">one<", "<p>text</p>", ">two<", ">three<")]
    assert places == sorted(places)
    assert html.count('loading="lazy"') == 2
    assert "lazy" not in html.partition("<p>text</p>")[0]


def test_a_picture_that_only_its_source_shows_is_no_figure() -> None:
    elsewhere = Picture(caption="Far away", address="https://pictures.test/a.jpg")
    assert with_figures("<p>text</p>", [elsewhere], url=lambda path: path, say=WORDS) == "<p>text</p>"
