"""Somebody whose mail has stopped sees that and why on the manage page, and can ask for it again."""

import pytest

from notifier.bounces import Reason
from notifier.ledger import suppressions
from notifier.model import Kind
from notifier.tokens import Purpose
from tests.builders import NOW
from tests.web.conftest import Site

READER = "reader@example.org"


def suppress(site: Site, reason: str) -> None:
    with site.database.write() as session:
        key = site.parts.tokens.address_hashes(READER)[0]
        suppressions.add(session, key, reason=reason, source="test", now=NOW)


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("reason", [*Reason, "a reason of another version"])
def test_the_manage_page_says_that_and_why_mail_stopped(site: Site, reason: str, language: str) -> None:
    person = site.follow(READER, "climate")
    page = site.browser.get(site.link(Purpose.MANAGE, person.id))
    assert 'class="halt"' not in page.text
    suppress(site, reason)
    page = site.browser.get(site.link(Purpose.MANAGE, person.id) + f"?lang={language}")
    said = page.between('<section class="halt"', "</section>")
    words = site.parts.words[language]
    alike = {Reason.UNASKED: "complaint", Reason.NOWHERE: "hard_bounce"}
    known = alike.get(reason, reason) if reason in list(Reason) else "operator"  # type: ignore[call-overload]
    assert words(f"manage.stopped.{known}", date="@").partition("@")[2] in said
    assert ("2026" in said) == ("@" in words(f"manage.stopped.{known}", date="@"))
    assert words("manage.stopped.restart") in said


def test_who_asks_again_gets_a_mail_to_confirm_and_nothing_before(site: Site) -> None:
    person = site.follow(READER, "climate")
    suppress(site, Reason.HARD)
    link = site.link(Purpose.MANAGE, person.id)
    answer = site.browser.post(link, {"form_token": site.form_token(), "action": "restart"})
    assert site.parts.words["en"]("manage.notice.asked") in answer.text
    assert 'class="halt"' in answer.text
    (wish,) = site.dump()["signup"]
    assert READER in wish
    assert Kind.CONFIRMATION in str(site.dump()["mailing"])
    confirm = site.link(Purpose.CONFIRM, 1)
    site.browser.post(confirm, {"form_token": site.form_token()})
    assert 'class="halt"' not in site.browser.get(link).text
    assert len(site.parts.following.followed(person.id)[1]) == 1


def test_who_was_not_stopped_asks_for_nothing(site: Site) -> None:
    person = site.follow(READER, "climate")
    link = site.link(Purpose.MANAGE, person.id)
    site.browser.post(link, {"form_token": site.form_token(), "action": "restart"})
    assert site.dump()["signup"] == []


def test_who_follows_nothing_any_more_is_shown_the_way_to_sign_up(site: Site) -> None:
    person = site.follow(READER, "climate")
    site.parts.following.stop(person.id, reason="complaint")
    suppress(site, Reason.COMPLAINT)
    page = site.browser.get(site.link(Purpose.MANAGE, person.id))
    said = page.between('<section class="halt"', "</section>")
    assert "<form" not in said
    assert 'href="/subscribe' in page.text
