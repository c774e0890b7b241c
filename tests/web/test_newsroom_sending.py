"""The newsroom's page on sending: how it stands, the switch that stops it, and what an address got and why not."""

from feeds.staff import Role
from notifier.ledger import holds
from tests.builders import publish
from tests.web.conftest import Site
from tests.web.desk import ENVIRONMENT, deeds, enters
from tests.web.newsroom import Staff, signed_in

SENDING = "/newsroom/sending"


def operator(site: Site, language: str = "en") -> Staff:
    return signed_in(site, "operator", role=Role.OPERATOR, language=language)


def alerted(site: Site) -> None:
    site.follow("reader@example.org", cadence="immediate")
    publish(site.database, "Trees", now=site.clock())
    site.clock.forward(minutes=2)
    site.parts.alerts.run()


def test_f69_an_operator_stops_sending_and_lets_it_go_on_and_both_are_noted(site: Site) -> None:
    alerted(site)
    inside = operator(site)
    assert "Sending goes on" in inside.get(SENDING).text
    assert inside.post(f"{SENDING}/hold", {"reason": " "}).status == 422
    assert inside.post(f"{SENDING}/hold", {"reason": "wrong <b>text</b>"}).status == 303
    assert site.parts.sender.run().states == {}
    page = inside.get(SENDING).text
    assert "wrong &lt;b&gt;text" in page
    assert "Held by: operator, since" in page
    seen = page.partition('name="seen" value="')[2].partition('"')[0]
    site.clock.forward(minutes=1)
    with site.database.write() as session:
        holds.put(session, "servers refuse us", now=site.clock())
    refused = inside.post(f"{SENDING}/release", {"seen": seen})
    assert refused.status == 409
    assert "servers refuse us" in refused.text
    assert "the program itself" in refused.text
    assert inside.post(f"{SENDING}/release", {"seen": "yesterday"}).status == 409
    assert inside.post(f"{SENDING}/release", {"seen": site.clock().isoformat()}).status == 303
    assert deeds(site)[-2:] == [("operator", "hold"), ("operator", "release")]
    with site.database.read() as session:
        assert holds.current(session) is None


def test_the_page_is_for_chief_editors_and_operators_and_its_buttons_for_operators_alone(site: Site) -> None:
    assert enters(site, ENVIRONMENT).get(SENDING).status == 403
    chief = signed_in(site, "chief", role=Role.CHIEF)
    page = chief.get(SENDING)
    assert page.status == 200
    assert "<form" not in page.text.partition("<main")[2]
    for path, fields in (("hold", {"reason": "x"}), ("release", {"seen": ""}), ("address", {"email": "a@b.test"})):
        assert chief.post(f"{SENDING}/{path}", fields).status == 403
    assert site.browser.get(SENDING).status == 303
    assert site.browser.post(f"{SENDING}/hold", {"reason": "x"}).status == 403
    with site.database.read() as session:
        assert holds.current(session) is None


def test_every_mailing_stands_with_its_balance_and_what_waits_with_its_age(site: Site) -> None:
    alerted(site)
    site.clock.forward(minutes=5)
    page = signed_in(site, "chief", role=Role.CHIEF).get(SENDING).text
    line = page.partition('aria-labelledby="mailings"')[2].partition("</section>")[0]
    assert "Trees" in line
    assert 'data-label="Audience">1<' in line
    assert 'data-label="Pending">1<' in line
    assert "5 min" in page.partition('aria-labelledby="waiting"')[2].partition("</section>")[0]
    assert "reader@example.org" not in page
    site.clock.forward(days=8)
    korean = signed_in(site, "second", role=Role.CHIEF, language="ko").get(SENDING).text
    assert "발송 중입니다" in korean


def test_an_operator_learns_what_an_address_got_and_why_not_and_that_is_noted_without_it(site: Site) -> None:
    alerted(site)
    inside = operator(site)
    page = inside.post(f"{SENDING}/address", {"email": "Reader@Example.org"})
    assert page.status == 200
    assert "What reader@example.org got" in page.text
    assert "It gets what it follows." in page.text
    assert "Trees" in page.text
    assert deeds(site)[-1] == ("operator", "look_up")
    assert "reader@example.org" not in inside.get("/newsroom/audit").text
    site.parts.following.stop(1, reason="one click")
    assert "left by one click" in inside.post(f"{SENDING}/address", {"email": "reader@example.org"}).text
    unknown = inside.post(f"{SENDING}/address", {"email": "nobody@example.org"})
    assert "nobody follows us under this address" in unknown.text
    wrong = inside.post(f"{SENDING}/address", {"email": "no address"})
    assert wrong.status == 422
    assert 'value="no address"' in wrong.text


def test_days_of_renewals_are_listed_with_what_came_of_them(site: Site) -> None:
    site.follow()
    site.clock.forward(days=720)
    site.parts.renewals.run()
    page = signed_in(site, "chief", role=Role.CHIEF).get(SENDING).text
    line = page.partition('aria-labelledby="renewals"')[2].partition("</section>")[0]
    assert 'data-label="Asked">1<' in line
    assert "In all: 1 wait for an answer" in line
