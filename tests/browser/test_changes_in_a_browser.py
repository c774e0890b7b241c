"""The page of changes in Chromium: accessible, within the screen, and a change is seen without its colour."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from feeds.store import articles, reading
from tests.browser.conftest import Shown
from tests.builders import NOW, content

pytestmark = pytest.mark.browser


def test_the_changes_of_a_release_are_accessible_and_marked_by_lines(browser: Browser, shown: Shown) -> None:
    text = "The hall opens on Monday.\n\nEntry is free."
    with shown.parts.database.write() as session:
        one = reading.newest(session, limit=1)[0]
        for number, note in enumerate(("The hall was named.", "The day was wrong.", None)):
            told = text.replace("Monday", ("Monday", "Tuesday", "Tuesday")[number]) + "\n\nPlease be early." * (
                number > 1
            )
            articles.revise(
                session, one.id, content(one.content.title, body_text=told, body_html="<p>x</p>"), note=note, now=NOW
            )
    for language in ("en", "ko"):
        for width, scheme in ((1280, "light"), (390, "dark"), (320, "light")):
            context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
            page = context.new_page()
            page.goto(f"{shown.address}/articles/{one.id}/x/changes?lang={language}")
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "wider than the screen"
            found = Axe().run(page).response["violations"]
            assert not found, [(each["id"], each["nodes"][0]["html"][:200]) for each in found]
            lines = page.evaluate(
                "['del', 'ins'].map(tag => getComputedStyle(document.querySelector(tag)).textDecorationLine)"
            )
            assert lines == ["line-through", "underline"]
            assert page.locator("ins").first.inner_text().strip() != ""
            context.close()
