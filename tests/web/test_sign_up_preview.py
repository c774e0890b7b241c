"""Before anybody signs up, the form says what would come: the last five releases, and about how many mails a week."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.model import Cadence
from notifier.windows import WEEKS, mails_a_week
from tests.builders import NOW, publish
from tests.web.browser import Answer
from tests.web.conftest import Site

SEOUL = ZoneInfo("Asia/Seoul")


def look(site: Site, **fields: str) -> Answer:
    return site.browser.post("/subscribe", site.form(preview="yes", email="", **fields))


def test_the_last_five_that_match_are_shown_the_newest_first_and_nothing_is_kept(site: Site) -> None:
    for number in range(7):
        publish(site.database, f"Of climate {number}", now=NOW - timedelta(days=10 - number), division="climate")
    publish(site.database, "Of water", now=NOW, division="water")
    before = site.dump()
    answer = look(site, division="climate", cadence="immediate")
    assert answer.status == 200
    shown = answer.between('id="expected"', "</ol>")
    assert [part[0] for part in shown.split("Of climate ")[1:]] == ["6", "5", "4", "3", "2"]
    assert "Of water" not in shown
    assert "About 2 mails a week." in shown
    assert site.dump() == before


def test_what_was_filled_in_stays_filled_in(site: Site) -> None:
    answer = look(site, division="climate", cadence="weekly", language="ko", hour="18")
    for kept in ('value="climate" checked', 'value="weekly" checked', 'value="ko" checked', 'value="18" checked'):
        assert kept in answer.text
    assert 'class="fault"' not in answer.text, "who only looks is not told of an empty address"


@pytest.mark.parametrize("fields", [{"division": "nowhere"}, {"q": "!!"}, {"topic": "gone"}])
def test_a_wish_that_cannot_be_is_told_so(site: Site, fields: dict[str, str]) -> None:
    answer = look(site, **fields)
    assert answer.status == 422
    assert 'id="expected"' not in answer.text


def test_a_wish_that_nothing_met_is_told_so(site: Site) -> None:
    publish(site.database, now=NOW - timedelta(days=400))
    answer = look(site, q="zeppelin")
    assert "Less than one mail a week." in answer.text
    assert "No release of the last year would have come." in answer.text


def test_a_form_filled_in_by_its_address_shows_it_without_a_press(site: Site) -> None:
    publish(site.database, "Of climate", now=NOW - timedelta(minutes=1), division="climate")
    assert "Of climate" in site.browser.get("/subscribe?division=climate").between('id="expected"', "</ol>")
    assert 'id="expected"' not in site.browser.get("/subscribe").text


INSTANTS = st.lists(st.integers(0, WEEKS * 7 * 24 - 1).map(lambda hours: NOW - timedelta(hours=hours)), max_size=60)


@given(INSTANTS, st.sampled_from(Cadence))
def test_what_is_said_to_come_is_what_would_have_come(instants: list[datetime], cadence: Cadence) -> None:
    days = {at.astimezone(SEOUL).toordinal() for at in instants}
    mails = {
        Cadence.IMMEDIATE: len(instants),
        Cadence.DAILY: len(days),
        Cadence.WEEKLY: len({(day - 1) // 7 for day in days}),
    }[cadence]
    said = mails_a_week(instants, cadence, SEOUL)
    assert abs(said - mails / WEEKS) <= 1
    assert said <= {Cadence.DAILY: 7, Cadence.WEEKLY: 1}.get(cadence, len(instants))
