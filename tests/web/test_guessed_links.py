"""Who guesses links is slowed down; who has one of ours never is."""

import pytest
from structlog.testing import capture_logs

from config.site import WRONG_LINKS
from feeds.web.api.buckets import Buckets
from notifier.tokens import Purpose
from tests.web.conftest import Site

PAGES = ["confirm", "manage", "unsubscribe", "undo", "renew", "mail"]


def guess(site: Site, times: int) -> list[int]:
    return [site.browser.get(f"/{PAGES[n % len(PAGES)]}/guess{n}.x").status for n in range(times)]


def test_b27_wrong_links_are_limited_over_all_pages_together(site: Site) -> None:
    before = site.dump()
    with capture_logs() as logs:
        statuses = guess(site, WRONG_LINKS.count + 20)
    assert statuses == [404] * WRONG_LINKS.count + [429] * 20
    assert site.dump() == before
    assert "guess" not in str([{name: said for name, said in line.items() if name != "event"} for line in logs])
    answer = site.browser.post("/unsubscribe/guess", {"List-Unsubscribe": "One-Click"})
    assert (answer.status, answer.headers["retry-after"], answer.headers["cache-control"]) == (429, "1", "no-store")
    site.clock.forward(seconds=1)
    assert guess(site, 2) == [404, 429]


@pytest.mark.parametrize("page", PAGES)
def test_b27_a_guesser_cannot_keep_a_good_link_closed(site: Site, page: str) -> None:
    person = site.follow()
    good = site.link(Purpose.UNSUBSCRIBE, person.id)
    for number in range(WRONG_LINKS.count + 1):
        site.browser.get(f"/{page}/guess{number}")
    assert site.browser.get(good).status == 200
    assert site.browser.post(good, {"List-Unsubscribe": "One-Click"}).status == 200
    assert site.parts.following.followed(person.id) == (person, [])


def test_b27_those_who_guess_from_elsewhere_have_their_own_measure() -> None:
    guesses = Buckets(WRONG_LINKS)
    for _ in range(WRONG_LINKS.count):
        assert guesses.take("198.51.100.1", 0.0).granted
    assert not guesses.take("198.51.100.1", 0.0).granted
    assert guesses.take("203.0.113.1", 0.0).granted
