"""Every page in Chromium: nothing that axe objects to, nothing wider than the screen, nothing asked from elsewhere."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from config.demo.story import JOURNALIST, RESIDENT
from feeds.scope import Scope
from notifier.ledger import renewals, subscribers
from notifier.links import Links
from notifier.model import Cadence
from notifier.tokens import Purpose
from tests.browser.conftest import Shown

pytestmark = pytest.mark.browser

PAGES = {
    "home": "/",
    "bureau": "/divisions/environment-water",
    "division": "/divisions/roads",
    "article": "/articles/17",
    "korean article": "/articles/1",
    "feeds": "/feeds",
    "feed": "/feeds/roads",
    "feed of a choice": "/feeds/select?division=bus-operations&division=roads&q=버스",
    "sign-up for a choice": "/subscribe?division=roads&board=media-news&q=버스&releases_in=ko",
    "search": "/search?q=버스&language=ko&from=2026-01-01",
    "nothing found": "/search?q=zeppelin&division=roads",
    "sign-up for one article": "/subscribe?article=17",
    "sign-up": "/subscribe?division=roads",
    "sent": "/subscribe/sent",
    "link form": "/manage",
    "not found": "/nothing/here",
    "mails": "/dev/mail",
}


def _check(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "wider than the screen"
    found = Axe().run(page).response["violations"]
    assert not found, [(one["id"], one["nodes"][0]["html"][:200]) for one in found]


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("name", PAGES)
def test_every_page_is_accessible_and_fits(browser: Browser, shown: Shown, name: str, language: str) -> None:
    path = PAGES[name]
    address = f"{shown.address}{path}{'&' if '?' in path else '?'}lang={language}"
    for width, scheme in ((1280, "light"), (390, "dark"), (320, "light")):
        context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
        page = context.new_page()
        asked: list[str] = []
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == (404 if name == "not found" else 200)
        assert page.evaluate("document.documentElement.lang") == language
        _check(page)
        assert all(url.startswith((shown.address, "data:")) for url in asked), asked
        context.close()


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("ko", 390)])
def test_a_resident_signs_up_changes_and_leaves_in_the_browser(
    browser: Browser, shown: Shown, language: str, width: int
) -> None:
    """With JavaScript switched off: nothing on these pages needs it."""
    email = f"browser.{language}@example.org"
    context = browser.new_context(viewport={"width": width, "height": 800}, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{shown.address}/divisions/roads?lang={language}")
    if width < 900:
        page.click("section.follow summary")
    page.fill("#follow-email", email)
    page.check("#follow-weekly", force=True)
    shown.take_a_moment()
    page.click("section.follow button")
    assert page.url.startswith(f"{shown.address}/subscribe/sent")
    page.goto(shown.link(email, "confirm"))
    page.click("main form button")
    page.goto(f"{shown.address}/manage?lang={language}")
    page.fill("main input[type=email]", email)
    shown.take_a_moment()
    page.click("main form button")
    manage = shown.link(email, "manage")
    page.goto(manage)
    with shown.parts.database.read() as session:
        assert session.exec_driver_sql(
            "SELECT s.cadence FROM subscription s JOIN subscriber p ON p.id = s.subscriber_id"
            " WHERE p.address = ? AND s.ended_at IS NULL",
            (email,),
        ).all() == [("weekly",)]
    page.locator("main form button[value=stop_all], main form:has(input[value=stop_all]) button").last.click()
    with shown.parts.database.read() as session:
        assert session.exec_driver_sql(
            "SELECT s.end_reason FROM subscription s JOIN subscriber p ON p.id = s.subscriber_id WHERE p.address = ?",
            (email,),
        ).all() == [("manage page",)]
    context.close()


def test_a_button_puts_the_address_of_a_feed_on_the_clipboard(browser: Browser, shown: Shown) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"{shown.address}/feeds?lang=en")
    for button in (page.locator(".address button").nth(1), page.locator(".ways button").last):
        address = button.get_attribute("data-copy")
        button.press("Enter")
        page.wait_for_function("document.getElementById('copied').textContent.startsWith('Copied')")
        assert page.evaluate("navigator.clipboard.readText()") == address
        assert page.evaluate("document.activeElement.dataset.copy") == address
        assert address is not None
        assert address.startswith(f"{shown.address}/feeds/")
    context.close()


def test_without_script_no_button_promises_what_it_cannot_do(browser: Browser, shown: Shown) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{shown.address}/feeds/roads?lang=en")
    assert page.locator("button[data-copy]:visible").count() == 0
    assert page.locator(".address input").first.input_value() == f"{shown.address}/feeds/roads.rss"
    assert page.locator(".address input").first.is_visible()
    context.close()


@pytest.mark.parametrize("kind", ["confirm", "confirmed", "follows", "manage", "erase", "unsubscribe"])
def test_pages_behind_a_mailed_link_are_accessible(browser: Browser, shown: Shown, kind: str) -> None:
    if kind == "confirm":
        shown.parts.following.ask("undecided@example.org", Scope(("roads",)), Cadence.DAILY, language="en")
        link = shown.link("undecided@example.org", "confirm")
    elif kind == "confirmed":
        link = shown.link(RESIDENT, "confirm")
    elif kind in ("manage", "erase"):
        with shown.parts.database.read() as session:
            person = subscribers.find(session, JOURNALIST)
        assert person is not None
        links = Links(shown.parts.newsroom, shown.parts.tokens)
        link = links.to(Purpose.MANAGE, person.id, now=shown.clock())
    else:
        link = shown.link(JOURNALIST, kind)
    for width, scheme in ((1280, "dark"), (390, "light")):
        context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(link)
        if kind == "erase":
            page.click("button[value=erase]")
        assert (page.locator("main form").count() > 0) is (kind != "confirmed")
        _check(page)
        assert link.rpartition("/")[2] not in page.title()
        context.close()


def test_everything_that_a_mailed_link_leads_to_is_accessible_and_fits(browser: Browser, shown: Shown) -> None:
    """From a passed-on mail to the erasure, with a pause, an end, its undoing and a new address."""
    email, later, language = "walker@example.org", "walked@example.org", "ko"
    person = shown.parts.following.add(email, Scope(words="버스"), Cadence.DAILY, language=language)
    today = shown.clock().date()
    with shown.parts.database.write() as session:
        agreed = renewals.agreed_at(session, person.id)
        assert agreed is not None
        asked = renewals.Person(id=person.id, address=email, language=language, agreed_at=agreed)
        renewals.ask(session, [asked], until=[today + timedelta(days=30)], on=today, now=shown.clock())
    links = Links(shown.parts.newsroom, shown.parts.tokens)

    def to(purpose: Purpose, *, days: int = 0, subject: int = person.id) -> str:
        return links.to(purpose, subject, now=shown.clock() - timedelta(days=days))

    context = browser.new_context(viewport={"width": 390, "height": 800}, color_scheme="dark", locale=language)
    context.set_default_timeout(10_000)
    page = context.new_page()
    manage = to(Purpose.MANAGE)

    def see(address: str, *buttons: str, status: int = 200) -> None:
        answer = page.goto(address)
        for value in buttons:
            with page.expect_navigation() as navigation:
                page.click(f"button[value={value}], button[name={value}]")
            answer = navigation.value
        assert answer is not None
        assert answer.status == status, address
        assert page.evaluate("document.documentElement.lang") == language
        _check(page)

    see(to(Purpose.FOLLOWS), "link")
    see(to(Purpose.CONFIRM, days=3), status=410)
    page.goto(to(Purpose.MAIL, subject=_copied(shown)))
    _check(page)
    see(to(Purpose.RENEW))
    page.click("main form button")
    _check(page)
    see(f"{manage}/wish?subscription={shown.parts.following.followed(person.id)[1][0].id}", "preview")  # type: ignore[index]
    see(manage, "timing")
    page.goto(manage)
    page.fill("#until", (today + timedelta(days=9)).isoformat())
    page.click("button[value=pause]")
    _check(page)
    see(manage, "stop_all")
    shown.parts.following.add(email, Scope(("roads",)), Cadence.DAILY, language=language)
    page.goto(to(Purpose.UNSUBSCRIBE))
    page.click("main form button")
    _check(page)
    shown.parts.personal.ask_to_move(person.id, later)
    page.goto(shown.link(later, "confirm"))
    _check(page)
    page.click("main form button")
    _check(page)
    see(shown.link(email, "undo"))
    page.click("main form button")
    _check(page)
    see(manage, "erase", "erase_all")
    context.close()


def _copied(shown: Shown) -> int:
    """A digest that has a copy on the web."""
    with shown.parts.database.read() as session:
        return int(session.exec_driver_sql("SELECT max(id) FROM mailing WHERE kind = 'digest'").scalar_one())


def test_divisions_are_found_while_typing_and_by_the_button_without_script(browser: Browser, shown: Shown) -> None:
    for script in (True, False):
        context = browser.new_context(java_script_enabled=script, viewport={"width": 390, "height": 800})
        page = context.new_page()
        page.goto(f"{shown.address}/subscribe?lang=en")
        page.fill("#email", "kept@example.org")
        page.fill("#find", "budget")
        if not script:
            page.click("button[name=finding]")
        names = page.locator("input[name=division]:visible + span").all_inner_texts()
        assert names
        assert all("budget" in name.lower() or name == "All of its divisions" for name in names)
        assert page.input_value("#email") == "kept@example.org"
        if script:
            _check(page)
        context.close()
