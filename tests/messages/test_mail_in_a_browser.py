"""Mails as a browser shows them: readable on the narrowest phone, in the light and in the dark (WCAG 2.2 AA)."""

import re
from base64 import b64decode

import pytest
from axe_playwright_python.sync_playwright import Axe
from mail_samples import LETTERS, VALUES, article, every_kind
from playwright.sync_api import Browser, Page, Route

from feeds.model import Picture
from notifier.placeholders import MailContent, fill

# A mail is shown inside a mail reader's own page, whose landmarks it must not repeat.
WITHOUT_LANDMARKS = {"rules": {"region": {"enabled": False}, "landmark-one-main": {"enabled": False}}}
WIDTHS = (320, 390, 600)
PIXEL = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
STYLE = re.compile(r"<style\b.*?</style>", re.DOTALL)

pytestmark = pytest.mark.browser


def shown(language: str) -> dict[str, MailContent]:
    """Every mail, and one with a picture of ours."""
    kept = Picture(caption="A bus", credit="City", alt="Bus 609", media=f"{'ab' * 32}.jpg", width=2000, height=1000)
    pictured = LETTERS.alert(article(pictures=(kept,)), language=language, kind="published")
    return {**every_kind(language), "pictured": pictured}


def faults(page: Page) -> list[tuple[str, str]]:
    """What axe objects to."""
    found = Axe().run(page, options=WITHOUT_LANDMARKS).response["violations"]
    return [(each["id"], each["nodes"][0]["html"]) for each in found]


def overflow(page: Page) -> int:
    """By how many pixels it is wider than the window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_mail_passes_axe_and_fits_every_width_with_pictures_and_without(
    browser: Browser, language: str, scheme: str
) -> None:
    page = browser.new_page(viewport={"width": 320, "height": 700}, color_scheme=scheme)
    asked: set[str] = set()
    loads = True

    def answer(route: Route) -> None:
        asked.add(route.request.url)
        if loads:
            route.fulfill(body=PIXEL, content_type="image/png")
        else:
            route.abort()

    page.route("**/*", answer)
    for kind, content in shown(language).items():
        loads = kind != "pictured"
        page.set_content(fill(content, VALUES).html)
        assert [(kind, *one) for one in faults(page)] == []
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 700})
            assert overflow(page) <= 0, (kind, width)
    # A picture that is not loaded leaves its words, which stand out from the ground behind them.
    assert page.get_by_alt_text("Bus 609").is_visible()
    ink, ground = page.evaluate("(s => [s.color, s.backgroundColor])(getComputedStyle(document.querySelector('img')))")
    assert contrast(ink, ground) >= 4.5
    assert asked == {f"https://news.daegu.example.org/media/{'ab' * 32}-960.jpg"}
    page.close()


@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_mail_is_as_good_where_a_mail_reader_drops_its_style_block(browser: Browser, language: str) -> None:
    page = browser.new_page(viewport={"width": 320, "height": 700}, offline=True)
    for kind, content in shown(language).items():
        page.set_content(STYLE.sub("", fill(content, VALUES).html))
        assert [(kind, *one) for one in faults(page)] == []
        assert overflow(page) <= 0, kind
        size = page.evaluate("getComputedStyle(document.querySelector('h1')).fontSize")
        assert size == "30px", "what the block says stands at each piece too"
        assert not page.locator("div.preview").is_visible()
    page.close()


def contrast(one: str, other: str) -> float:
    """The contrast of two colours as a browser writes them (WCAG 2.2, 1.4.3)."""

    def luminance(colour: str) -> float:
        parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_counted_as_the_guidelines_count_it() -> None:
    assert contrast("rgb(0, 0, 0)", "rgb(255, 255, 255)") == pytest.approx(21)
    assert contrast("rgb(119, 119, 119)", "rgb(255, 255, 255)") == pytest.approx(4.48, abs=0.01)
