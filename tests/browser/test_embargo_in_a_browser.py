"""A release under embargo in Chromium: accredited, released without a script, read by its address, public by itself."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from feeds.model import City
from feeds.scope import Scope
from feeds.store import articles
from feeds.store.articles import Filing
from notifier.model import Cadence
from tests.browser.newsroom import Desk, apart, opened
from tests.builders import content

pytestmark = pytest.mark.browser
TITLE = "Zeppelin lands at noon"


@pytest.fixture
def desk(tmp_path_factory: pytest.TempPathFactory, city: City) -> Iterator[Desk]:
    with opened(tmp_path_factory.mktemp("embargo"), city) as made:
        yield made


def sound(page: Page) -> None:
    """Nothing axe objects to, and not wider than the window."""
    found = Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize(("language", "width", "scheme"), [("en", 1280, "light"), ("ko", 390, "dark")])
def test_a_release_goes_to_a_journalist_under_embargo_and_to_everybody_at_its_hour(
    browser: Browser, desk: Desk, language: str, width: int, scheme: str
) -> None:
    address = "journalist@example.org"
    journalist = apart(
        lambda: desk.parts.following.add(address, Scope(("environment",)), Cadence.WEEKLY, language=language)
    )
    look = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}

    operator = desk.enter(browser, "operator", **look)
    operator.goto(f"/newsroom/press?lang={language}")
    sound(operator)
    operator.locator("#email").fill(address)
    operator.locator("#last").fill((desk.clock() + timedelta(days=30)).date().isoformat())
    operator.locator("main form button").last.click()
    expect(operator.get_by_role("rowheader", name=address)).to_be_visible()
    sound(operator)
    operator.context.close()

    def write() -> int:
        with desk.parts.database.write() as session:
            return articles.store(
                session,
                content(TITLE),
                filing=Filing(division="climate"),
                authority="riverton.example.org,2026",
                now=desk.clock(),
            )

    number = apart(write)
    writer = desk.enter(browser, "writer", **look, java_script_enabled=False)
    writer.goto(f"/newsroom/articles/{number}/publish?lang={language}")
    writer.locator("input[name=when][value=embargo]").check()
    writer.locator("#until_day").fill("2026-05-20")
    writer.locator("#until_time").fill("13:00")
    writer.locator("form[action*='/publish'] button").first.click()
    expect(writer.locator("#done")).to_be_visible()
    desk.tick()
    (mail,) = desk.mailbox.to(address)
    link = next(one for one in mail.links if "/embargo/" in one and "/articles/" in one)

    reader = browser.new_context(**look).new_page()  # type: ignore[arg-type]
    reader.goto(f"{link}?lang={language}")
    expect(reader.get_by_role("heading", name=TITLE)).to_be_visible()
    expect(reader.locator(".embargo strong")).to_contain_text("13:00 KST")
    sound(reader)
    found = apart(lambda: desk.parts.press.address(journalist.id))
    assert found is not None

    staff = desk.enter(browser, "writer", **look)
    staff.goto(f"/newsroom/articles/{number}?lang={language}")
    expect(staff.get_by_role("rowheader", name=address)).to_have_count(2)
    sound(staff)
    staff.goto(f"/newsroom/articles/{number}/publish?lang={language}")
    sound(staff)
    staff.context.close()

    desk.clock.forward(hours=1)
    desk.tick()
    reader.goto(link)
    assert f"/articles/{number}/" in reader.url
    assert "/embargo/" not in reader.url
    assert len(desk.mailbox.to(address)) == 1
    assert len(desk.mailbox.to("resident@example.org")) == 1
    reader.context.close()
    writer.context.close()
