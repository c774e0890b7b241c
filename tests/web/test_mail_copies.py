"""The web copies of mails: one address for everybody who got it, and what was taken back is not on it."""

import re
from datetime import timedelta

import pytest

from notifier.ledger import deliveries, mailings
from notifier.links import Links
from notifier.tokens import Purpose
from tests.builders import correct, publish, withdraw
from tests.web.conftest import Site


def alerted(site: Site, title: str = "Night buses run later") -> int:
    """A release that somebody was alerted of; answers its number. The mailing is the first of this database."""
    site.follow(cadence="immediate")
    change = publish(site.database, title, now=site.clock())
    site.parts.alerts.run()
    return change.article_id


def digested(site: Site, number: int) -> list[int]:
    """So many releases in one digest; answers their numbers."""
    site.follow()
    told = [publish(site.database, f"Release {n}", now=site.clock()).article_id for n in range(number)]
    site.clock.forward(days=1)
    assert sum(run.planned for run in site.parts.digests.run()) == 1
    return told


def test_an_alert_stands_on_the_web_without_anybodys_links(site: Site) -> None:
    alerted(site)
    page = site.browser.get(site.link(Purpose.MAIL, 1))
    assert page.status == 200
    assert "Night buses run later from Monday on." in page.text
    assert "web copy of a mail sent on Wednesday 20 May 2026" in page.text
    assert not re.search("/manage/|/unsubscribe/|/confirm/|reader@|\ufdd0", page.text)
    assert page.headers["content-language"] == "en"


def test_an_alert_of_several_releases_stands_on_the_web_without_what_was_withdrawn(site: Site) -> None:
    site.follow(cadence="immediate")
    minute = timedelta(seconds=60)
    first, second = (publish(site.database, title, now=site.clock(), undo=minute) for title in ("A bench", "A tree"))
    site.clock.forward(seconds=60)
    assert site.parts.alerts.run().planned == 1
    page = site.browser.get(site.link(Purpose.MAIL, 1)).text
    assert "A bench from Monday on." in page
    assert "A tree from Monday on." in page
    assert not re.search("/manage/|/unsubscribe/|/confirm/|reader@|\ufdd0", page)
    withdraw(site.database, first.article_id, now=site.clock())
    page = site.browser.get(site.link(Purpose.MAIL, 1)).text
    assert "A bench" not in page
    assert "One release of this mail has been withdrawn" in page
    withdraw(site.database, second.article_id, now=site.clock())
    assert "A tree" not in site.browser.get(site.link(Purpose.MAIL, 1)).text


def test_a_copy_is_kept_by_no_cache_and_found_by_no_search_engine_and_tells_no_other_site(site: Site) -> None:
    alerted(site)
    headers = site.browser.get(site.link(Purpose.MAIL, 1)).headers
    assert headers["cache-control"] == "no-store"
    assert headers["x-robots-tag"] == "noindex, nofollow"
    assert headers["referrer-policy"] == "no-referrer"
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script" not in policy


def test_the_link_in_a_mail_leads_to_its_copy_and_is_the_same_for_everybody(site: Site) -> None:
    site.follow("other@example.org", cadence="immediate")
    alerted(site)
    copies = set()
    with site.database.write() as session:
        for one in deliveries.claim(session, owner="a test", now=site.clock(), limit=9):
            links = Links(site.parts.newsroom, site.parts.tokens).shared(one.mailing_id, now=site.clock())
            copies.add(links["copy"])
    assert copies == {site.parts.newsroom.base_url + site.link(Purpose.MAIL, 1)}


def test_a_copy_shows_the_release_as_it_stands_today(site: Site) -> None:
    number = alerted(site, "Night buses run till four")
    correct(site.database, number, "Night buses run till five", note="It is five.", now=site.clock())
    page = site.browser.get(site.link(Purpose.MAIL, 1)).text
    assert "till four" not in page
    assert "It is five." in page


def test_the_copy_of_an_alert_of_a_withdrawn_release_is_its_page_that_says_so(site: Site) -> None:
    number = alerted(site)
    withdraw(site.database, number, now=site.clock())
    answer = site.browser.get(site.link(Purpose.MAIL, 1))
    assert answer.status == 303
    assert answer.headers["location"].startswith(f"/articles/{number}/")
    assert site.browser.get(answer.headers["location"]).status == 410


def test_the_copy_of_a_digest_shows_all_of_it_and_counts_what_was_withdrawn(site: Site) -> None:
    told = digested(site, 60)
    withdraw(site.database, told[7], now=site.clock())
    correct(site.database, told[8], "Release eight", note="Its name.", now=site.clock())
    page = site.browser.get(site.link(Purpose.MAIL, 1)).text
    assert page.count("<h3") == 59
    assert "Release 7<" not in page
    assert "Release eight" in page
    assert "Its name." in page
    assert "One release of this mail has been withdrawn since and is not shown." in page


def test_a_digest_all_of_whose_releases_were_withdrawn_says_so(site: Site) -> None:
    (told,) = digested(site, 1)
    withdraw(site.database, told, now=site.clock())
    page = site.browser.get(site.link(Purpose.MAIL, 1))
    assert page.status == 200
    assert "Every release of this mail has been withdrawn since." in page.text


def test_only_alerts_and_digests_have_a_copy(site: Site) -> None:
    site.asked()
    with site.database.read() as session:
        assert mailings.mailed(session, 1) is not None
    assert site.browser.get(site.link(Purpose.MAIL, 1)).status == 404


@pytest.mark.parametrize("token", ["1", "x", "WzEsMF0.x", "../1", "%00"])
def test_nobody_guesses_the_address_of_a_copy(site: Site, token: str) -> None:
    alerted(site)
    assert site.browser.get(f"/mail/{token}").status in (400, 404)


def test_a_link_for_another_purpose_opens_no_copy_and_a_copys_opens_nothing_else(site: Site) -> None:
    alerted(site)
    unsubscribe = site.link(Purpose.UNSUBSCRIBE, 1)
    assert site.browser.get(unsubscribe.replace("/unsubscribe/", "/mail/")).status == 404
    assert site.browser.get(site.link(Purpose.MAIL, 1).replace("/mail/", "/unsubscribe/")).status == 404


def test_looking_at_a_copy_changes_nothing(site: Site) -> None:
    alerted(site)
    before = site.dump()
    site.browser.get(site.link(Purpose.MAIL, 1))
    assert site.dump() == before
