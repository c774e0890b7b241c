"""Journeys of those who publish, in Chromium: from the first word to the reader, and what became of it after."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from feeds.model import City
from feeds.store import reading
from tests.browser.newsroom import Desk, apart, opened
from tests.media.test_kept_files import shot

pytestmark = pytest.mark.browser
SCREENS = {"en": ((1280, "light"),), "ko": ((320, "dark"),)}
"""Width and scheme in which each page is looked at, by its language."""
WORD = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>p.MsoNormal{}</style></head><body>
<p class=MsoNormal><span style='font-family:"Malgun Gothic"'>The <b>mayor</b> said:<o:p></o:p></span></p>
<h2>Next steps</h2><ul><li>A park</li><li>A bus</li></ul></body></html>"""


@pytest.fixture
def desk(tmp_path: Path, city: City) -> Iterator[Desk]:
    with opened(tmp_path, city) as made:
        yield made


def write(page: Page, title: str, text: str, *, division: str = "climate") -> None:
    page.goto("/newsroom/articles/new")
    page.get_by_label("Title", exact=True).fill(title)
    page.get_by_label("Text", exact=True).fill(text)
    page.get_by_label("Division").select_option(division)


def everything_public(page: Page, desk: Desk) -> str:
    """What a stranger can get at, in one text: pages, feeds, a guessed address, search."""
    paths = ("/", "/divisions/climate", "/divisions/environment", "/feeds/all.rss", "/feeds/climate.atom")
    paths += ("/articles/1", "/articles/1/x/changes", "/search?q=lanterns", "/api/v1/articles", "/api/v1/articles/1")
    paths += ("/feeds/climate.json", "/feeds/select.rss?q=lanterns", "/feeds/select.atom?topic=summit", "/feeds.opml")
    paths += ("/feeds/all/2026-05.atom", "/feeds/climate/2026-05.json", "/api/v1/search?q=lanterns", "/?lang=ko")
    return "".join(page.request.get(desk.address + path).text() for path in paths)


def test_a_release_from_the_first_word_to_the_reader_and_back(browser: Browser, desk: Desk, tmp_path: Path) -> None:
    """Written, previewed, scheduled; the clock moves and it is public everywhere; a correction; a withdrawal."""
    picture = tmp_path / "hall.jpg"
    picture.write_bytes(shot())
    editor = desk.enter(browser, "writer", java_script_enabled=False, viewport={"width": 1280, "height": 900})
    write(editor, "A festival of lanterns", "It opens **on Friday**.\n\n- By the river\n")
    editor.get_by_label("Summit").check()
    editor.locator("#new_picture").set_input_files(picture)
    editor.get_by_role("button", name="Upload").first.click()
    expect(editor.get_by_text("The files are uploaded.")).to_be_visible()
    expect(editor.get_by_label("Caption")).to_be_focused()
    editor.get_by_label("Caption").fill("The river at night")
    editor.get_by_label("Credit").fill("City of Riverton")

    with editor.context.expect_page() as opening:
        editor.get_by_role("button", name="Preview in a new tab").click()
    preview = opening.value
    expect(preview.get_by_role("heading", name="The mail")).to_be_visible()
    shown = preview.frame_locator("iframe").first
    expect(shown.get_by_role("heading", name="A festival of lanterns")).to_be_visible()
    preview.close()

    editor.get_by_role("button", name="Save and go on to publication").click()
    editor.get_by_role("link", name="Picture 1 has no description").click()
    expect(editor.get_by_label("Description")).to_be_focused()
    editor.get_by_label("Description").fill("Lanterns over the water")
    editor.get_by_role("button", name="Save and go on to publication").click()
    expect(editor.get_by_text(re.compile("1 person gets"))).to_be_visible()
    at = (desk.clock() + timedelta(hours=3)).astimezone(desk.parts.newsroom.city.zone)
    editor.get_by_role("radio", name="On this day and time").check()
    editor.locator("#day").fill(at.strftime("%Y-%m-%d"))
    editor.locator("#time").fill(at.strftime("%H:%M"))
    editor.get_by_role("button", name="Publish", exact=True).click()
    expect(editor.get_by_text("It is scheduled.")).to_be_focused()

    reader = browser.new_context(base_url=desk.address).new_page()
    media = editor.locator("img[src*='/media/']").first.get_attribute("src") or ""
    desk.clock.forward(hours=2, minutes=59)
    desk.tick()
    assert "A festival" not in everything_public(reader, desk)
    assert reader.request.get(desk.address + media).status == 404
    assert not desk.mailbox.messages

    desk.clock.forward(minutes=1)
    desk.tick()
    public = everything_public(reader, desk)
    assert public.count("A festival of lanterns") >= 16
    assert reader.request.get(desk.address + media).status == 200
    (mail,) = desk.mailbox.to("resident@example.org")
    assert "A festival of lanterns" in str(mail.message["Subject"])
    reader.goto("/search?q=lanterns")
    reader.get_by_role("main").get_by_role("link", name="A festival of lanterns").click()
    expect(reader.get_by_role("img", name="Lanterns over the water")).to_be_visible()

    desk.clock.forward(hours=1)
    editor.goto("/newsroom/articles/1/edit")
    editor.get_by_label("Text", exact=True).fill("It opens **on Saturday**.\n\n- By the river\n")
    editor.get_by_label("What changed").fill("The day was wrong.")
    editor.get_by_role("button", name="Publish the correction").click()
    expect(editor.get_by_text("The correction is published.")).to_be_visible()
    desk.tick()
    assert len(desk.mailbox.to("resident@example.org")) == 2
    reader.reload()
    expect(reader.get_by_text("The day was wrong.")).to_be_visible()
    reader.get_by_role("link", name="See what was changed").click()
    assert "Friday" in reader.locator("del").all_inner_texts()[0]
    assert "Saturday" in reader.locator("ins").all_inner_texts()[0]

    editor.get_by_role("link", name="Withdraw").click()
    editor.get_by_label("Reason, for readers").fill("The festival is called off.")
    editor.get_by_role("button", name=re.compile("Withdraw")).click()
    expect(editor.get_by_text("It is withdrawn.", exact=True)).to_be_visible()
    gone = reader.goto("/articles/1")
    assert gone is not None
    assert gone.status == 410
    expect(reader.get_by_text("The festival is called off.")).to_be_visible()
    assert "By the river" not in reader.request.get(f"{desk.address}/feeds/all.rss").text()
    assert reader.request.get(desk.address + media).status == 410


def test_what_is_urgent_needs_a_second_person(browser: Browser, desk: Desk) -> None:
    writer = desk.enter(browser, "writer")
    write(writer, "The river is rising", "Leave the banks.")
    writer.get_by_label("Urgent").check()
    writer.get_by_role("button", name="Save and go on to publication").click()
    writer.get_by_role("button", name="Ask a second person to approve").click()
    expect(writer.get_by_text("Approval is asked for.")).to_be_visible()
    expect(writer.get_by_role("link", name="Look and approve")).to_have_count(0)

    second = desk.enter(browser, "second")
    second.goto("/newsroom?state=approve")
    second.get_by_role("link", name="The river is rising").click()
    second.get_by_role("link", name="Look and approve").click()
    second.get_by_role("button", name=re.compile("Approve")).first.click()
    expect(second.get_by_text("It is published.")).to_be_visible()
    desk.tick()
    assert len(desk.mailbox.to("resident@example.org")) == 1


def test_two_editors_of_one_release_both_see_both(browser: Browser, desk: Desk) -> None:
    first, second = desk.enter(browser, "writer"), desk.enter(browser, "second")
    write(first, "Parks stay open", "Until nine.")
    first.get_by_role("button", name="Save the draft").last.click()
    expect(first.get_by_text("The draft is saved.")).to_be_visible()
    for page in (first, second):
        page.goto("/newsroom/articles/1/edit")
    first.get_by_label("Text", exact=True).fill("Until ten.")
    first.get_by_role("button", name="Save the draft").last.click()
    expect(first.get_by_text("The draft is saved.")).to_be_visible()
    second.get_by_label("Text", exact=True).fill("Until eleven.")
    second.get_by_role("button", name="Save the draft").last.click()
    for shown in ("Until ten.", "Until eleven."):
        expect(second.locator(".versions").get_by_text(shown)).to_be_visible()
    check(second)
    second.get_by_role("button", name="Save the draft").last.click()
    expect(second.get_by_text("The draft is saved.")).to_be_visible()
    with desk.parts.database.read() as session:
        assert reading.get(session, 1).content.body_text == "Until eleven."


def test_the_editor_is_better_with_script(browser: Browser, desk: Desk) -> None:
    """A live preview, a paste that comes out clean, and a text that outlives a closed window."""
    page = desk.enter(browser, "writer", viewport={"width": 1440, "height": 900})
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    write(page, "Buses run later", "")
    page.get_by_label("Text", exact=True).focus()
    page.evaluate(
        """(html) => {
            const data = new DataTransfer();
            data.setData("text/html", html);
            data.setData("text/plain", "plain");
            document.getElementById("text").dispatchEvent(
                new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        }""",
        WORD,
    )
    expect(page.get_by_text("Pasted and cleaned.")).to_be_visible()
    assert page.get_by_label("Text", exact=True).input_value().split() == [
        *("The", "**mayor**", "said:", "###", "Next", "steps", "-", "A", "park", "-", "A", "bus")
    ]
    glass = page.frame_locator("iframe[name=glass]")
    expect(glass.frame_locator("iframe").first.get_by_role("heading", name="Buses run later")).to_be_visible()

    page.wait_for_function("Object.keys(localStorage).length > 0")
    context = page.context
    page.close(run_before_unload=False)
    again = context.new_page()
    again.goto("/newsroom/articles/new")
    again.get_by_role("button", name="Bring it back").click()
    expect(again.get_by_label("Title", exact=True)).to_have_value("Buses run later")
    again.get_by_role("button", name="Save the draft").last.click()
    expect(again.get_by_text("The draft is saved.")).to_be_visible()
    again.goto("/newsroom/articles/new")
    expect(again.get_by_role("button", name="Bring it back")).to_have_count(0)
    assert not problems


def test_a_picture_that_is_pasted_is_chosen_for_upload_and_that_is_said(browser: Browser, desk: Desk) -> None:
    page = desk.enter(browser, "writer")
    write(page, "Buses run later", "From Monday on.")
    page.evaluate(
        """() => {
            const data = new DataTransfer();
            data.items.add(new File(["x"], "image.png", { type: "image/png" }));
            document.getElementById("text").dispatchEvent(
                new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        }"""
    )
    expect(page.get_by_role("status").filter(has_text="it is chosen under Pictures below")).to_be_visible()
    assert page.evaluate("document.getElementById('new_picture').files[0].name") == "image.png"
    expect(page.get_by_label("Text", exact=True)).to_have_value("From Monday on.")


def archive(records: int) -> bytes:
    """A dump of an eGovFrame board, half of it in Korean."""
    written = io.StringIO()
    rows = csv.writer(written)
    rows.writerow(["NTT_ID", "BBS_ID", "NTT_SJ", "NTT_CN", "USE_AT", "SECRET_AT", "FRST_REGIST_PNTTM"])
    for number in range(1, records + 1):
        korean = number % 2
        title = f"대구 수출기업 지원 {number}호" if korean else f"Support for exporters, part {number}"
        text = "<p>해외전시회에 참가합니다.</p>" if korean else "<p>They travel to a trade fair.</p>"
        rows.writerow([number, "BBS_1", title, text, "Y", "N", f"2019-03-{number % 28 + 1:02} 09:00:00"])
    return written.getvalue().encode()


def test_an_archive_of_a_thousand_releases_is_found_in_both_languages(
    browser: Browser, desk: Desk, tmp_path: Path
) -> None:
    dump = tmp_path / "board.csv"
    dump.write_bytes(archive(1000))
    taken = apart(lambda: desk.take_in(dump))
    assert taken.returncode == 0, taken.stderr
    desk.tick()
    assert not desk.mailbox.messages, "an archive mails nobody"
    page = browser.new_context(base_url=desk.address, viewport={"width": 390, "height": 800}).new_page()
    for asked, title in (("전시", "대구 수출기업"), ("수출", "대구 수출기업"), ("exporters", "Support for exporters")):
        page.goto("/search")
        page.get_by_role("main").get_by_role("searchbox").fill(asked)
        page.get_by_role("main").get_by_role("button", name="Search", exact=True).click()
        expect(page.get_by_role("main").get_by_role("link", name=re.compile(title)).first).to_be_visible()
        expect(page.get_by_role("heading", name="More than 200 releases found.")).to_be_visible()
        expect(page.locator("mark").first).to_contain_text(asked, ignore_case=True)
        check(page)


def check(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "wider than the screen"
    found = Axe().run(page).response["violations"]
    assert not found, [(one["id"], one["nodes"][0]["html"][:200]) for one in found]


ROOMS = {
    "list": "/newsroom",
    "new": "/newsroom/articles/new",
    "release": "/newsroom/articles/1",
    "edit": "/newsroom/articles/1/edit",
    "publish": "/newsroom/articles/1/publish",
    "discard": "/newsroom/articles/1/discard",
    "approve": "/newsroom/articles/3/approve",
    "many to publish": "/newsroom/articles/many?do=publish&pick=1.1&pick=2.1&pick=3.1",
    "many to file": "/newsroom/articles/many?do=file&pick=1.1",
    "many to destroy": "/newsroom/articles/many?do=discard&pick=1.1",
    "correct": "/newsroom/articles/2/edit",
    "withdraw": "/newsroom/articles/2/withdraw",
    "public release": "/newsroom/articles/2",
    "revision": "/newsroom/articles/2/revisions/1",
    "text taken again": "/newsroom/articles/2/edit?revision=1",
    "staff": "/newsroom/staff",
    "tokens": "/newsroom/tokens",
    "audit": "/newsroom/audit",
    "feeds": "/newsroom/feeds",
    "topics": "/newsroom/topics",
    "topic": "/newsroom/topics/summit",
    "password": "/newsroom/password",
    "search": "/search?q=parks",
    "API": "/api/v1/",
}


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory, city: City, browser: Browser) -> Iterator[tuple[Desk, Page]]:
    """A desk with a draft, a published release and an urgent draft that waits; and an operator who is inside."""
    with opened(tmp_path_factory.mktemp("furnished"), city) as desk:
        page = desk.enter(browser, "operator")
        for title in ("Parks stay open", "Parks close early"):
            write(page, title, "Until nine.\n\n### Where\n\n| park | hour |\n| --- | --- |\n| River | 9 |\n")
            page.get_by_role("button", name="Save the draft").last.click()
        page.goto("/newsroom/articles/2/publish")
        page.get_by_role("button", name="Publish", exact=True).click()
        page.goto("/newsroom/articles/2/edit")
        page.get_by_label("Text", exact=True).fill("Until eight.\n\n### Where\n\n- River\n")
        page.get_by_role("button", name="minor edit").click()
        writer = desk.enter(browser, "writer")
        write(writer, "The river is rising", "Leave the banks.")
        writer.get_by_label("Urgent").check()
        writer.get_by_role("button", name="Save and go on to publication").click()
        writer.get_by_role("button", name="Ask a second person to approve").click()
        expect(writer.get_by_text("Approval is asked for.")).to_be_visible()
        writer.context.close()
        yield desk, page


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("name", ROOMS)
def test_every_room_is_accessible_and_fits(
    browser: Browser, furnished: tuple[Desk, Page], name: str, language: str
) -> None:
    desk, inside = furnished
    kept = inside.context.storage_state()
    path = ROOMS[name]
    for width, scheme in SCREENS[language]:
        context = browser.new_context(
            base_url=desk.address,
            storage_state=kept,
            viewport={"width": width, "height": 800},
            color_scheme=scheme,  # type: ignore[arg-type]
        )
        page = context.new_page()
        asked: list[str] = []
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        answer = page.goto(f"{path}{'&' if '?' in path else '?'}lang={language}")
        assert answer is not None
        assert answer.status == 200
        assert page.evaluate("document.documentElement.lang") == language
        check(page)
        assert all(url.startswith((desk.address, "data:")) for url in asked), asked
        context.close()


@pytest.mark.parametrize("language", ["en", "ko"])
def test_what_the_forms_answer_is_accessible_and_fits(
    browser: Browser, furnished: tuple[Desk, Page], language: str
) -> None:
    """The preview, and the page that says that somebody changed a release meanwhile: no address leads there."""
    desk, inside = furnished
    for width, scheme in SCREENS[language]:
        context = browser.new_context(
            base_url=desk.address,
            storage_state=inside.context.storage_state(),
            viewport={"width": width, "height": 800},
            color_scheme=scheme,  # type: ignore[arg-type]
        )
        page, other = context.new_page(), context.new_page()
        write(page, "Parks get lamps", "They shine **until nine**.")
        page.get_by_role("button", name="Save the draft").last.click()
        expect(page.get_by_text("The draft is saved.")).to_be_visible()
        number = re.findall(r"/articles/(\d+)", page.url)[0]
        page.goto(f"/newsroom/articles/{number}/edit?lang={language}")
        with context.expect_page() as opening:
            page.locator("button[formaction*='/preview']").click()
        preview = opening.value
        expect(preview.locator("#mail")).to_be_visible()
        assert preview.evaluate("document.documentElement.lang") == language
        check(preview)
        page.goto(f"/newsroom/articles/{number}/publish?lang={language}")
        other.goto(f"/newsroom/articles/{number}/edit")
        other.locator("#text").fill("They shine **until ten**.")
        other.locator("button[value=save]").last.click()
        expect(other.locator("#title")).to_have_count(0)
        page.locator("form button.button").first.click()
        expect(page.locator("#changes")).to_be_visible()
        assert page.evaluate("document.documentElement.lang") == language
        check(page)
        context.close()


def go_to(page: Page, there: Locator) -> None:
    """Press Tab until the focus is there."""
    for _ in range(99):
        page.keyboard.press("Tab")
        if there.evaluate("one => one === document.activeElement"):
            return
    raise AssertionError(f"Tab does not lead to {there}")


def test_a_release_is_written_previewed_and_published_with_the_keyboard_alone(browser: Browser, desk: Desk) -> None:
    page = desk.enter(browser, "writer", viewport={"width": 1280, "height": 900})
    press = page.keyboard.press
    go_to(page, page.get_by_role("link", name="New release").first)
    press("Enter")
    page.wait_for_url("**/articles/new")
    go_to(page, page.get_by_label("Division"))
    page.keyboard.type("Climate")
    go_to(page, page.get_by_label("Title", exact=True))
    page.keyboard.type("A festival of lanterns")
    go_to(page, page.get_by_label("Text", exact=True))
    page.keyboard.type("It opens **on Friday**.")
    press("Enter")
    page.keyboard.type("By the river.")
    go_to(page, page.get_by_role("button", name="Preview in a new tab"))
    with page.context.expect_page() as opening:
        press("Enter")
    preview = opening.value
    expect(preview.get_by_role("heading", name="The mail")).to_be_visible()
    go_to(preview, preview.get_by_role("link").last)
    preview.keyboard.press("Enter")
    preview.wait_for_url("**#mail")
    preview.close()
    page.bring_to_front()
    go_to(page, page.get_by_role("button", name="Save and go on to publication"))
    press("Enter")
    page.wait_for_url("**/publish**")
    go_to(page, page.get_by_role("button", name="Publish", exact=True))
    press("Enter")
    expect(page.get_by_text("It is published.")).to_be_focused()
    reader = browser.new_context(base_url=desk.address).new_page()
    reader.goto("/divisions/climate")
    expect(reader.get_by_role("link", name="A festival of lanterns").first).to_be_visible()
