"""What the editor's own script does, in Chromium: a preview that keeps its place, a clean paste, nothing lost."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from feeds.model import City
from feeds.store import desk_list
from tests.browser.newsroom import Desk, apart, opened
from tests.browser.test_newsroom_in_a_browser import check, write
from tests.media.test_kept_files import shot

pytestmark = pytest.mark.browser
PASTES = Path(__file__).parents[1] / "intake" / "pastes"
LONG = "\n\n".join(f"Paragraph {number} of a long text." for number in range(60))


@pytest.fixture
def desk(tmp_path: Path, city: City) -> Iterator[Desk]:
    with opened(tmp_path, city) as made:
        yield made


@pytest.fixture
def page(browser: Browser, desk: Desk) -> Iterator[Page]:
    """An editor's page; nothing may go wrong in its script, and nothing is asked of another site."""
    made = desk.enter(browser, "writer", viewport={"width": 1280, "height": 900})
    wrong: list[str] = []
    made.on("pageerror", lambda error: wrong.append(str(error)))
    made.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    made.on("request", lambda one: None if one.url.startswith((desk.address, "data:")) else wrong.append(one.url))
    yield made
    # A link that is pressed in the preview is stopped by the frame around it, which Chromium reports.
    assert not [one for one in wrong if not one.startswith("Blocked opening ")]
    made.context.close()


def kept(page: Page, of: str) -> None:
    """Wait until the browser keeps a copy of what this person wrote. The page's policy lets no test wait inside it."""
    for _ in range(50):
        if page.evaluate("(of) => Object.keys(localStorage).some((name) => name.includes(of))", f":{of}:"):
            return
        page.wait_for_timeout(100)
    pytest.fail("no copy is kept")


def paste(page: Page, html: str, plain: str = "plain") -> None:
    """Press Ctrl+V with this on the clipboard."""
    page.get_by_label("Text", exact=True).focus()
    page.evaluate(
        """([html, plain]) => {
            const data = new DataTransfer();
            data.setData("text/html", html);
            data.setData("text/plain", plain);
            document.activeElement.dispatchEvent(
                new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        }""",
        [html, plain],
    )


@pytest.mark.parametrize("source", ["word", "docs", "hwp", "page"])
def test_what_is_copied_from_another_program_is_pasted_clean_and_can_be_undone(page: Page, source: str) -> None:
    write(page, "A paste", "Before.")
    page.get_by_label("Text", exact=True).press("Control+End")
    paste(page, (PASTES / f"{source}.html").read_text(encoding="utf-8"))
    said = page.locator("#paste-said")
    expect(said).to_contain_text("Pasted and cleaned.")
    text = page.get_by_label("Text", exact=True).input_value()
    assert text.startswith("Before.")
    assert not re.search(r"mso|<span|style=|class=|data:|file:", text)
    assert len(text) > 40
    page.get_by_label("Text", exact=True).press("Control+z")
    expect(page.get_by_label("Text", exact=True)).to_have_value("Before.")


def test_a_picture_in_a_paste_is_no_weight_and_is_said(page: Page) -> None:
    write(page, "A paste", "")
    paste(page, f"<p><b>Bold</b><img src='data:image/png;base64,{'A' * 4_000_000}'></p>")
    expect(page.locator("#paste-said")).to_contain_text("Pictures were left out")
    expect(page.get_by_label("Text", exact=True)).to_have_value("**Bold**")


def test_b36_what_is_too_large_to_clean_is_pasted_as_plain_text(page: Page) -> None:
    write(page, "A paste", "")
    paste(page, "<p>" + "가" * 700_000, plain="only this")
    expect(page.locator("#paste-said")).to_contain_text("as plain text")
    expect(page.get_by_label("Text", exact=True)).to_have_value("only this")


def test_the_preview_keeps_its_tab_and_its_place_and_leaves_the_way_back_alone(page: Page, desk: Desk) -> None:
    write(page, "Buses run later", LONG)
    steps = page.evaluate("history.length")
    glass = page.frame_locator("iframe[name=glass]")
    expect(glass.frame_locator(".of-page iframe").get_by_text("Paragraph 59")).to_be_attached()
    glass.get_by_text("The mail", exact=True).first.click()
    mail = glass.frame_locator(".of-mail iframe").first
    expect(mail.get_by_text("Paragraph 59")).to_be_attached()
    expect(glass.locator(".of-page")).to_be_hidden()
    mail.locator("body").evaluate("(body) => { body.ownerDocument.scrollingElement.scrollTop = 700; }")

    page.get_by_label("Title", exact=True).fill("Buses run much later")
    expect(mail.get_by_role("heading", name="Buses run much later")).to_be_attached()
    expect(glass.get_by_role("radio", name="The mail")).to_be_checked()
    expect(glass.locator(".of-page")).to_be_hidden()
    assert mail.locator("body").evaluate("(body) => body.ownerDocument.scrollingElement.scrollTop") == 700
    assert page.evaluate("history.length") == steps
    assert page.locator("#glass iframe").count() == 1
    expect(page.get_by_label("Title", exact=True)).to_be_focused()
    with desk.parts.database.read() as session:
        assert not desk_list.listing(session), "a preview stores nothing"


def test_a_link_in_the_preview_leads_nowhere(page: Page) -> None:
    write(page, "Buses run later", "Read [this](https://example.org/elsewhere).")
    shown = page.frame_locator("iframe[name=glass]").frame_locator(".of-page iframe")
    pages = len(page.context.pages)
    shown.get_by_role("link", name="this", exact=True).click()
    shown.get_by_role("link", name="Releases").click()
    expect(shown.get_by_role("heading", name="Buses run later")).to_be_visible()
    assert len(page.context.pages) == pages


def test_on_a_phone_the_preview_is_made_when_it_is_looked_at(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url) if one.url.endswith("/preview") else None)
    write(page, "Buses run later", "At night.")
    kept(page, "writer")
    assert not asked
    page.locator("#glass").scroll_into_view_if_needed()
    glass = page.frame_locator("iframe[name=glass]")
    expect(glass.frame_locator(".of-page iframe").get_by_role("heading", name="Buses run later")).to_be_visible()
    check(page)


def sign_in(page: Page, desk: Desk, name: str) -> None:
    """Somebody signs in where another's stay has ended."""
    page.goto("/newsroom/sign-in")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password", exact=True).fill(desk.passwords[name])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/newsroom")


def test_a_copy_is_kept_for_its_writer_alone_and_gone_when_it_is_saved(page: Page, desk: Desk) -> None:
    write(page, "Mine alone", "Not yet saved.")
    kept(page, "writer")
    page.context.clear_cookies(name="newsroom")  # the stay ends of itself
    sign_in(page, desk, "second")
    page.goto("/newsroom/articles/new")
    expect(page.get_by_role("button", name="Bring it back")).to_have_count(0)
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in**")
    sign_in(page, desk, "writer")
    page.goto("/newsroom/articles/new")
    page.get_by_role("button", name="Bring it back").click()
    expect(page.get_by_label("Text", exact=True)).to_have_value("Not yet saved.")
    expect(page.get_by_label("Text", exact=True)).to_be_focused()
    page.get_by_role("button", name="Save the draft").last.click()
    expect(page.get_by_text("The draft is saved.")).to_be_visible()
    page.goto("/newsroom/articles/new")
    expect(page.get_by_role("button", name="Bring it back")).to_have_count(0)
    assert page.evaluate("Object.keys(localStorage).length") == 0


def test_whoever_signs_out_leaves_no_copy(page: Page) -> None:
    write(page, "Mine alone", "Not yet saved.")
    kept(page, "writer")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in**")
    expect(page.get_by_label("Name")).to_be_focused()
    assert page.evaluate("Object.keys(localStorage).length") == 0


def test_a_copy_brings_back_the_pictures_that_were_uploaded_and_says_when_it_was_made(
    page: Page, tmp_path: Path
) -> None:
    hall, plan = tmp_path / "hall.jpg", tmp_path / "plan.csv"
    hall.write_bytes(shot())
    plan.write_text("a,b\n", encoding="utf-8")
    write(page, "With a picture", "Not yet saved.")
    page.locator("#new_picture").set_input_files(hall)
    page.get_by_role("button", name="Upload").first.click()
    page.get_by_label("Caption").fill("The hall")
    page.locator("#new_file").set_input_files(plan)
    page.get_by_role("button", name="Upload").last.click()
    expect(page.get_by_label("Name that readers see")).to_be_focused()
    page.close(run_before_unload=False)

    again = page.context.new_page()
    again.clock.set_fixed_time("2026-05-20T15:30:00Z")
    again.goto("/newsroom/articles/new")
    again.evaluate(
        """() => {
            const [name] = Object.keys(localStorage);
            const kept = JSON.parse(localStorage.getItem(name));
            localStorage.setItem(name, JSON.stringify({ ...kept, at: Date.now() }));
        }"""
    )
    again.reload()
    expect(again.get_by_text("A text that was not saved is kept")).to_contain_text("2026-05-21 00:30")
    again.get_by_role("button", name="Bring it back").click()
    expect(again.get_by_label("Caption")).to_have_value("The hall")
    expect(again.get_by_label("Name that readers see")).to_have_value("plan.csv")
    again.get_by_role("button", name="Save the draft").last.click()
    expect(again.get_by_text("The draft is saved.")).to_be_focused()
    expect(again.get_by_text("The hall").first).to_be_visible()


def test_whoever_fills_in_a_time_has_chosen_the_hour(page: Page) -> None:
    write(page, "Buses run later", "At night.")
    page.get_by_role("button", name="Save and go on to publication").click()
    expect(page.get_by_label("Now", exact=True)).to_be_checked()
    hour = page.get_by_role("group", name=re.compile("On this day and time"))
    hour.get_by_label("Time", exact=True).fill("23:30")
    expect(page.get_by_role("radio", name="On this day and time")).to_be_checked()


def test_a_button_that_is_pressed_twice_stores_one_draft(page: Page, desk: Desk) -> None:
    write(page, "Once", "Text.")
    page.evaluate(
        """() => {
            const save = [...document.querySelectorAll("button[value=save]")].pop();
            save.click();
            save.click();
        }"""
    )
    expect(page.get_by_text("The draft is saved.")).to_be_visible()

    def count() -> int:
        with desk.parts.database.read() as session:
            return len(desk_list.listing(session))

    assert apart(count) == 1


def test_whoever_leaves_with_something_unsaved_is_asked(page: Page) -> None:
    write(page, "Do not lose me", "Text.")
    asked: list[str] = []

    def stay(dialog: object) -> None:
        asked.append(dialog.type)  # type: ignore[attr-defined]
        dialog.dismiss()  # type: ignore[attr-defined]

    page.on("dialog", stay)
    page.get_by_role("link", name="Releases").click(no_wait_after=True)
    page.wait_for_timeout(500)
    assert asked == ["beforeunload"]
    expect(page.get_by_label("Title", exact=True)).to_have_value("Do not lose me")


def test_a_long_title_is_read_whole_on_a_phone_and_enter_saves_it_as_one_line(browser: Browser, desk: Desk) -> None:
    page = desk.enter(browser, "writer", viewport={"width": 390, "height": 800})
    long = "The river walk between the two old bridges opens again, and stays open until ten in the evening"
    write(page, long, "From Monday on.")
    title = page.get_by_label("Title", exact=True)
    assert title.evaluate("field => field.clientHeight > 80 && field.scrollHeight <= field.clientHeight + 1")
    title.press("Enter")
    expect(page.get_by_text("The draft is saved.")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text(long)
