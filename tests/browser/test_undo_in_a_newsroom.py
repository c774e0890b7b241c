"""After a publication the page counts down until its mails go out, and stops them; in Chromium."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, expect

from feeds.model import City, State
from feeds.staff import SHELL
from feeds.store import articles, reading
from feeds.store.articles import Filing
from tests.browser.newsroom import Desk, apart, opened
from tests.browser.test_mails_in_a_newsroom import sound
from tests.builders import content

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, city: City) -> Iterator[Desk]:
    with opened(tmp_path_factory.mktemp("undo"), city, timedelta(seconds=60)) as made:
        yield made


def published(desk: Desk, title: str) -> int:
    """A release that is just out."""

    def publish() -> int:
        with desk.parts.database.write() as session:
            filing = Filing(division="climate")
            authority = "riverton.example.org,2026"
            one = articles.add(session, content(title), filing=filing, authority=authority, now=desk.clock())
            return desk.parts.desk.publish(session, SHELL, one.id, expected=one.version, mail=True).id

    return apart(publish)


@pytest.mark.parametrize(
    ("language", "width", "scheme", "button", "left", "done"),
    [
        ("en", 1280, "light", "Do not mail this", "seconds.", "Nobody is mailed about it."),
        ("ko", 390, "dark", "메일 보내지 않기", "초 남았습니다.", "이 내용은 메일로 보내지 않습니다."),
        ("en", 390, "dark", "Do not mail this", "seconds.", "Nobody is mailed about it."),
        ("ko", 1280, "light", "메일 보내지 않기", "초 남았습니다.", "이 내용은 메일로 보내지 않습니다."),
    ],
)
def test_b96_an_editor_sees_the_seconds_go_and_stops_the_mails(
    browser: Browser, desk: Desk, language: str, width: int, scheme: str, button: str, left: str, done: str
) -> None:
    number = published(desk, "Night buses run later")
    page = desk.enter(browser, "writer", viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.goto(f"/newsroom/articles/{number}?lang={language}")
    countdown = page.locator(".undo .left")
    expect(countdown).to_contain_text(left)
    shown = countdown.inner_text()
    expect(countdown).not_to_have_text(shown)
    sound(page)
    page.get_by_role("button", name=button).click()
    expect(page.get_by_text(done)).to_be_visible()
    expect(page.locator(".undo")).to_have_count(0)
    sound(page)
    before = len(desk.mailbox.to("resident@example.org"))
    desk.clock.forward(minutes=2)
    desk.tick()
    assert len(desk.mailbox.to("resident@example.org")) == before
    with desk.parts.database.read() as session:
        assert reading.get(session, number).state is State.PUBLISHED
    page.context.close()
