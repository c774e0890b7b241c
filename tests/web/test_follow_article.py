"""From an article's page to a mail on its correction: the form for one article, and for none that is not public."""

import pytest

from feeds.scope import Scope
from notifier.model import Cadence
from notifier.tokens import Purpose
from tests.builders import correct, draft, publish, withdraw
from tests.web.conftest import Site


def published(site: Site) -> int:
    return publish(site.database, now=site.clock()).article_id


def test_the_article_page_leads_to_a_form_that_names_it_and_asks_for_no_cadence(site: Site) -> None:
    number = published(site)
    page = site.browser.get(site.browser.get(f"/articles/{number}").headers["location"])
    assert f'href="/subscribe?article={number}"' in page.text
    form = site.browser.get(f"/subscribe?article={number}")
    assert "Night buses run later" in form.between('action="/subscribe"', "</form>")
    assert f'name="article" value="{number}"' in form.text
    assert 'name="cadence"' not in form.text
    assert "<script" not in form.between("<main", "</main>")


def test_the_form_says_how_many_mails_to_expect_and_whether_there_was_a_correction(site: Site) -> None:
    number = published(site)
    before = site.browser.get(f"/subscribe?article={number}").text
    assert "Less than one mail a week." in before
    assert "So far this release has not been corrected." in before
    correct(site.database, number, "Night buses run until one", now=site.clock())
    after = site.browser.get(f"/subscribe?article={number}").text
    assert "This release was last corrected on 20 May 2026." in after
    assert "So far" not in after


def test_a_wish_is_confirmed_like_any_other_and_stands_on_the_manage_page(site: Site) -> None:
    number = published(site)
    answer = site.sign_up(article=str(number), cadence="")
    assert (answer.status, answer.headers["location"]) == (303, "/subscribe/sent")
    path = site.link(Purpose.CONFIRM, 1)
    assert "Corrections of “Night buses run later”" in site.browser.get(path).text
    assert "corrected or withdrawn" in site.browser.post(path, {"form_token": site.form_token()}).text
    manage = site.browser.get(site.link(Purpose.MANAGE, 1)).text
    assert "Corrections of “Night buses run later”" in manage
    assert 'value="change"' not in manage


def test_a_correction_between_the_wish_and_its_confirmation_is_shown_where_it_is_confirmed(site: Site) -> None:
    number = published(site)
    site.clock.forward(minutes=1)
    site.sign_up(article=str(number), cadence="")
    path = site.link(Purpose.CONFIRM, 1)
    assert "It has been corrected since you asked." not in site.browser.get(path).text
    site.clock.forward(minutes=1)
    correct(site.database, number, "Night buses run earlier", now=site.clock())
    for page in (site.browser.get(path), site.browser.post(path, {"form_token": site.form_token()})):
        assert "It has been corrected since you asked." in page.text
        assert f'href="/articles/{number}/night-buses-run-earlier"' in page.text
    site.clock.forward(minutes=1)
    correct(site.database, number, "Night buses run at nine", now=site.clock())
    assert site.parts.alerts.run().planned == 1


def test_b11_the_answer_is_the_same_for_an_address_that_follows_it_already(site: Site) -> None:
    number = published(site)
    scope = Scope(article=number)
    site.parts.following.add("reader@example.org", scope, Cadence.IMMEDIATE, language="en")
    known, new = (site.sign_up(article=str(number), email=f"{who}@example.org") for who in ("reader", "stranger"))
    assert (known.status, known.headers["location"], known.text) == (new.status, new.headers["location"], new.text)


@pytest.mark.parametrize("named", ["99", "0", "-1", "x", "", "9" * 40, "١"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_what_is_no_article_cannot_be_followed_and_never_becomes_a_wish_for_everything(
    site: Site, named: str, method: str
) -> None:
    before = site.dump()
    answer = site.browser.get(f"/subscribe?article={named}") if method == "get" else site.sign_up(article=named)
    assert answer.status == 404
    assert site.dump() == before


def test_hidden_and_withdrawn_articles_answer_as_their_own_pages_do(site: Site) -> None:
    hidden, gone = draft(site.database).id, published(site)
    withdraw(site.database, gone, now=site.clock())
    before = site.dump()
    for number, status in ((hidden, 404), (gone, 410)):
        assert site.browser.get(f"/articles/{number}").status == status
        assert site.browser.get(f"/subscribe?article={number}").status == status
        assert site.sign_up(article=str(number)).status == status
    assert site.dump() == before


def test_a_link_to_confirm_says_so_where_the_article_is_withdrawn_meanwhile(site: Site) -> None:
    number = published(site)
    site.sign_up(article=str(number))
    withdraw(site.database, number, now=site.clock())
    path = site.link(Purpose.CONFIRM, 1)
    for answer in (site.browser.get(path), site.browser.post(path, {"form_token": site.form_token()})):
        assert answer.status == 410
        assert "This release is withdrawn" in answer.text
    assert site.dump()["subscription"] == []


def test_b13_a_fault_is_shown_on_the_same_form(site: Site) -> None:
    number = published(site)
    answer = site.sign_up(article=str(number), email="no address", language="tlh")
    assert answer.status == 422
    assert f'name="article" value="{number}"' in answer.text
    assert 'id="email-fault"' in answer.text


def test_no_feed_is_of_one_article(site: Site) -> None:
    number = published(site)
    assert site.browser.get(f"/feeds/select.rss?article={number}").status == 404
    both = site.browser.get(f"/feeds/select.rss?article={number}&division=climate")
    assert both.headers["location"] == "/feeds/climate.rss"
