"""The pages at the newsroom's door in Chromium: nothing axe objects to, nothing too wide, nothing from elsewhere.

Signing in, out and in anew is done as a person would, with JavaScript switched off.
"""

from dataclasses import dataclass

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from feeds.staff import Role
from tests.browser.conftest import Shown

pytestmark = pytest.mark.browser

PASSWORD = "correct horse battery"
PAGES = {
    "staff": "/newsroom/staff",
    "audit log": "/newsroom/audit",
    "topics": "/newsroom/topics",
    "topic": "/newsroom/topics/summit",
    "password": "/newsroom/password",
    "nothing": "/newsroom/staff/999",
}


@dataclass
class Newsroom:
    """The site with an operator, whose password is PASSWORD, and a person to look at."""

    address: str
    person: int


@pytest.fixture(scope="module")
def newsroom(shown: Shown) -> Newsroom:
    accounts = shown.parts.accounts
    operator = accounts.add("shell", "operator-a", role=Role.OPERATOR, password="a first password")
    shown.parts.entrance.change_password(operator.person.id, "a first password", PASSWORD)
    editor = accounts.add("shell", "editor-a", role=Role.EDITOR, divisions=("roads",))
    return Newsroom(shown.address, editor.person.id)


def _check(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "wider than the screen"
    found = Axe().run(page).response["violations"]
    assert not found, [(one["id"], one["nodes"][0]["html"][:200]) for one in found]


def _sign_in(page: Page, password: str = PASSWORD) -> None:
    page.fill("#name", "operator-a")
    page.fill("#password", password)
    page.click("main button")


@pytest.mark.parametrize(
    ("language", "width", "scheme"),
    [("en", 1280, "light"), ("ko", 1280, "dark"), ("ko", 390, "light"), ("en", 390, "dark"), ("en", 320, "light")],
)
def test_every_page_at_the_door_is_accessible_and_fits(
    browser: Browser, newsroom: Newsroom, language: str, width: int, scheme: str
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, locale=language)  # type: ignore[arg-type]
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{newsroom.address}/newsroom/audit")
    _check(page)
    _sign_in(page, "wrong horse battery")
    assert page.locator("[role=alert]").count() == 1
    _check(page)
    _sign_in(page)
    assert page.url == f"{newsroom.address}/newsroom/audit"
    for path in (*PAGES.values(), f"/newsroom/staff/{newsroom.person}"):
        page.goto(newsroom.address + path)
        assert page.evaluate("document.documentElement.lang") == language
        _check(page)
    page.goto(f"{newsroom.address}/newsroom/staff/{newsroom.person}")
    page.click("button[value=reset]")
    assert page.locator("main code").inner_text().count("-") == 3
    _check(page)
    assert all(url.startswith((newsroom.address, "data:")) for url in asked), asked
    context.close()


def test_without_script_nothing_that_was_written_is_lost_when_ones_stay_has_ended(
    browser: Browser, newsroom: Newsroom
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page, other = context.new_page(), context.new_page()
    page.goto(f"{newsroom.address}/newsroom/topics")
    _sign_in(page)
    for name, value in (("name-en", "Night buses"), ("name-ko", "밤버스"), ("slug", "night-buses")):
        page.fill(f"#{name}", value)
    other.goto(f"{newsroom.address}/newsroom/password")
    other.click("header form button")
    page.click(".panel button")
    assert page.locator("h1").inner_text() == "You are signed out"
    other.goto(f"{newsroom.address}/newsroom/sign-in")
    _sign_in(other)
    page.reload()
    assert page.locator("h1").inner_text() == "You signed in anew meanwhile"
    page.click("main form button")
    assert page.url == f"{newsroom.address}/newsroom/topics?done=added#done"
    assert page.evaluate("document.activeElement.id") == "done"
    assert page.locator("table").inner_text().count("night-buses") == 1
    context.close()


def test_a_keyboard_alone_signs_in_and_out(browser: Browser, newsroom: Newsroom) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en")
    page = context.new_page()
    page.goto(f"{newsroom.address}/newsroom/topics")
    # The browser moves the focus there when it has drawn the page: what is typed before goes nowhere.
    page.wait_for_selector("#name:focus")
    page.keyboard.type("operator-a")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{newsroom.address}/newsroom/topics")
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == "Sign out":
            break
    page.keyboard.press("Enter")
    page.wait_for_url(f"{newsroom.address}/newsroom/sign-in?out=1")
    context.close()
