"""A release with pictures in Chromium: they load, fit, are told to who cannot see them, and files keep their names."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from feeds.media import keeper
from feeds.store import articles
from feeds.store.articles import Filing
from feeds.store.media import Kept
from tests.browser.conftest import Shown
from tests.builders import NOW, content
from tests.media.samples import PDF, shot

pytestmark = pytest.mark.browser


def _publish(shown: Shown) -> int:
    """A release with a wide picture, a high one, a narrow one, and a file with a Korean name."""

    def keep(given: bytes) -> Kept:
        prepared = shown.parts.media.prepare(given, file_name="a")
        with shown.parts.database.write() as session:
            return shown.parts.media.keep(session, prepared, by="editor")

    kept = [keep(given) for given in (shot(2000, 1200), shot(700, 2500, "PNG"), shot(200, 100))]
    pictures = tuple(keeper.picture(one, caption="A hall", credit="City", alt="A crowd in a hall") for one in kept)
    text = content("A hall opens", pictures=pictures, attachments=(keeper.attachment(keep(PDF), "시각표.pdf"),))
    with shown.parts.database.write() as session:
        filing = Filing(division="roads")
        number = articles.store(session, text, filing=filing, authority="riverton.example.org,2026", now=NOW)
        articles.publish(session, number, fallback_division="roads", now=NOW, quiet=True)
    return number


def test_the_pictures_of_a_release_load_fit_and_are_told(browser: Browser, shown: Shown) -> None:
    with ThreadPoolExecutor(1) as apart:
        number = apart.submit(_publish, shown).result()
    chosen = {}
    for width, scheme in ((1280, "light"), (390, "dark"), (320, "light")):
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(f"{shown.address}/articles/{number}?lang=ko")
        images = page.locator(".text figure img")
        for at in range(images.count()):
            images.nth(at).scroll_into_view_if_needed()
        page.wait_for_load_state("networkidle")
        assert images.evaluate_all("all => all.map(one => one.complete && one.naturalWidth > 0)") == [True] * 3
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "wider than the screen"
        chosen[width] = images.first.evaluate("one => one.currentSrc").rpartition("-")[2]
        assert not Axe().run(page).response["violations"]
        with page.expect_download() as download:
            page.click("ul.files a")
        assert download.value.suggested_filename == "시각표.pdf"
        context.close()
    assert chosen == {1280: "960.jpg", 390: "480.jpg", 320: "480.jpg"}
