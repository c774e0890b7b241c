"""Mails as a browser shows them: readable on the narrowest phone, in the light and in the dark (WCAG 2.2 AA)."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from mail_samples import VALUES, every_kind
from playwright.sync_api import Browser

from notifier.messages import fill

# A mail is shown inside a mail reader's own page, whose landmarks it must not repeat.
WITHOUT_LANDMARKS = {"rules": {"region": {"enabled": False}, "landmark-one-main": {"enabled": False}}}

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_mail_passes_axe_and_fits_a_phone_of_320_pixels(browser: Browser, language: str, scheme: str) -> None:
    for kind, content in every_kind(language).items():
        page = browser.new_page(viewport={"width": 320, "height": 700}, color_scheme=scheme, offline=True)
        asked: list[str] = []
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        page.set_content(fill(content, VALUES).html)
        found = Axe().run(page, options=WITHOUT_LANDMARKS).response["violations"]
        assert [(kind, each["id"], each["nodes"][0]["html"]) for each in found] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, kind
        assert asked == [], kind
        page.close()
