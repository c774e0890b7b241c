"""Operators look at any mail of any subscriber; that they looked is noted, and no address is."""

from dataclasses import replace
from pathlib import Path

from feeds.model import Advertising, City
from feeds.staff import Role
from notifier.model import Kind
from tests.builders import publish
from tests.web.conftest import Site, site_in
from tests.web.desk import ENVIRONMENT, deeds, enters, written
from tests.web.newsroom import Staff, signed_in

MAILS = "/newsroom/mails"


def operator(site: Site, language: str = "en") -> Staff:
    return signed_in(site, "operator", role=Role.OPERATOR, language=language)


def test_an_operator_sees_the_mail_in_both_parts_and_it_is_noted_without_the_address(site: Site) -> None:
    person = site.follow(cadence="immediate")
    number = publish(site.database, "Trees", now=site.clock()).article_id
    inside = operator(site)
    page = inside.post(MAILS, {"kind": "alert", "email": "Reader@example.org", "article": str(number)})
    assert page.status == 200
    assert '<h2 id="mail">Trees</h2>' in page.text
    assert "Trees from Monday on." in page.between("<pre", "</pre>")
    assert "srcdoc=" in page.text
    assert deeds(site)[-1] == ("operator", "rehearse")
    log = inside.get("/newsroom/audit").text
    assert f"alert, {person.id}" in log or "Trees" in log
    assert "reader@example.org" not in log
    assert site.parts.sender.run().states == {}


def test_every_kind_can_be_looked_at(site: Site) -> None:
    site.follow()
    publish(site.database, "Trees", now=site.clock())
    inside = operator(site, "ko")
    for kind in Kind:
        page = inside.post(MAILS, {"kind": kind, "email": "reader@example.org", "article": ""})
        assert page.status == 200, kind
        assert "srcdoc=" in page.text, kind


def test_looking_is_for_operators_alone(site: Site) -> None:
    site.follow()
    for member in (enters(site, ENVIRONMENT), signed_in(site, "chief", role=Role.CHIEF)):
        assert member.get(MAILS).status == 403
        assert member.post(MAILS, {"kind": "welcome", "email": "reader@example.org"}).status == 403
    assert site.browser.get(MAILS).status == 303
    assert site.browser.post(MAILS, {"kind": "welcome"}).status == 403


def test_what_cannot_be_shown_is_said_in_a_sentence(site: Site) -> None:
    site.follow(cadence="immediate")
    draft = written(site, "Not yet")
    inside = operator(site)
    for fields, said in (
        ({"email": "nobody@example.org"}, "Nobody follows us under this address."),
        ({"email": "no address"}, "Enter an e-mail address like"),
        ({"email": "reader@example.org"}, "There is no such release, or none that this person would get."),
        ({"email": "reader@example.org", "article": "999"}, "There is no such release"),
        ({"email": "reader@example.org", "article": "x' OR 1"}, "There is no such release"),
        ({"email": "reader@example.org", "kind": "poem"}, "There is no such release"),
    ):
        page = inside.post(MAILS, {"kind": "alert", "article": "", **fields})
        assert page.status == 422, fields
        assert said in page.text, fields
    page = inside.post(MAILS, {"kind": "alert", "email": "reader@example.org", "article": str(draft.id)})
    assert "Not yet" in page.text


def test_an_address_stands_in_no_address(site: Site) -> None:
    page = operator(site).get(MAILS)
    form = page.text.partition('action="/newsroom/mails"')[0].rpartition("<form")[2]
    assert 'method="post"' in form


def test_a_digest_that_is_sent_as_two_is_shown_as_two(tmp_path: Path, prepared_file: Path, city: City) -> None:
    marked = Advertising(divisions=("transport",), addresses={"en": "1 River Street, Riverton"})
    site = site_in(tmp_path, prepared_file, replace(city, advertising=marked))
    site.follow(cadence="daily")
    for title, division in (("Trees", "climate"), ("Trams for less", "transport")):
        publish(site.database, title, division=division, now=site.clock())
    page = operator(site).post(MAILS, {"kind": "digest", "email": "reader@example.org", "article": ""})
    assert page.text.count("srcdoc=") == 2
    assert '<h2 id="mail">Riverton' in page.text
    assert '<h2 id="mail-2">(광고) ' in page.text
    assert "It comes as two mails" in page.text
    site.database.close()
