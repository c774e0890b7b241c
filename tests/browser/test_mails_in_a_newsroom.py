"""The newsroom's pages about mails in Chromium: whom a withdrawal is told, any mail of any subscriber, how sending
stands."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from feeds.model import City
from tests.browser.newsroom import Desk, apart, opened
from tests.builders import publish

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, city: City) -> Iterator[Desk]:
    with opened(tmp_path_factory.mktemp("mails"), city) as made:
        apart(lambda: publish(made.parts.database, "Night buses run later", now=made.clock()))
        made.tick()
        yield made


def sound(page: Page) -> None:
    """Nothing axe objects to, and not wider than the window."""
    found = Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize(("language", "width", "scheme"), [("en", 1280, "light"), ("ko", 390, "dark")])
def test_an_operator_looks_at_a_mail_and_an_editor_decides_whom_a_withdrawal_is_told(
    browser: Browser, desk: Desk, language: str, width: int, scheme: str
) -> None:
    viewport = {"width": width, "height": 900}
    operator = desk.enter(browser, "operator", viewport=viewport, color_scheme=scheme)
    operator.goto(f"/newsroom/mails?lang={language}")
    operator.locator("#email").fill("resident@example.org")
    sound(operator)
    operator.locator("main form button").click()
    frame = operator.frame_locator(".rehearsed iframe")
    expect(frame.get_by_role("heading", name="Night buses run later")).to_be_visible()
    sound(operator)
    operator.context.close()

    editor = desk.enter(browser, "writer", viewport=viewport, color_scheme=scheme)
    editor.goto(f"/newsroom/articles/1/withdraw?lang={language}")
    expect(editor.locator("input[name=mail][value=no]")).to_be_checked()
    sound(editor)
    editor.context.close()


@pytest.mark.parametrize(
    ("language", "width", "scheme", "stop", "going"),
    [
        ("en", 390, "light", "Stop all sending", "Sending goes on"),
        ("ko", 1280, "dark", "모든 발송 멈추기", "발송 중입니다"),
    ],
)
def test_an_operator_stops_sending_and_looks_an_address_up(
    browser: Browser, desk: Desk, language: str, width: int, scheme: str, stop: str, going: str
) -> None:
    viewport = {"width": width, "height": 900}
    page = desk.enter(browser, "operator", viewport=viewport, color_scheme=scheme)
    page.goto(f"/newsroom/sending?lang={language}")
    page.get_by_text(stop, exact=True).click()
    sound(page)
    page.locator("#reason").fill("wrong text went out")
    page.locator(".switch form button").click()
    expect(page.locator(".switch blockquote")).to_have_text("wrong text went out")
    sound(page)
    page.locator(".switch form button").click()
    expect(page.get_by_role("heading", name=going)).to_be_visible()
    expect(page.locator(".plot")).to_be_visible()
    page.locator("#email").fill("resident@example.org")
    page.locator(".panel form button").click()
    expect(page.get_by_text("Night buses run later")).to_be_visible()
    sound(page)
    page.context.close()
