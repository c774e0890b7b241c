"""Many releases at once: what is said before, what is done, and what stays as it is."""

import re

import pytest

from feeds.model import Article, State
from tests.builders import draft
from tests.web.browser import Answer
from tests.web.conftest import Site
from tests.web.desk import (
    CHIEF,
    ENVIRONMENT,
    TRANSPORT,
    asked,
    crowd,
    deeds,
    edited,
    enters,
    published,
    stored,
    told,
    written,
)
from tests.web.newsroom import Staff

MANY = "/newsroom/articles/many"


def chosen(*articles: Article) -> str:
    """What the list's form asks for these."""
    return "&".join(f"pick={one.id}.{one.version}" for one in articles)


def confirmed(member: Staff, page: Answer, **typed: str) -> Answer:
    """Press the button of the page before."""
    fields = re.findall(r'<input type="hidden" name="(do|list|pick)" value="([^"]*)">', page.text)
    return member.post(MANY, [*fields, *typed.items()])


def test_chosen_drafts_are_published_and_nobody_is_mailed(site: Site) -> None:
    crowd(site, 3)
    one, other, third = written(site, "First"), written(site, "Second"), written(site, "Third")
    member = enters(site, ENVIRONMENT)
    page = member.get(f"{MANY}?do=publish&{chosen(one, other)}")
    assert "Publish 2 releases without mail" in page.text
    assert "Nobody is mailed" in page.text
    assert "Third" not in page.text
    assert stored(site, one.id).state is State.DRAFT
    after = confirmed(member, page)
    assert "2 releases are published. Nobody was mailed." in after.text
    assert {stored(site, number).state for number in (one.id, other.id)} == {State.PUBLISHED}
    assert stored(site, third.id).state is State.DRAFT
    assert told(site) == [("published", True), ("published", True)]
    assert deeds(site, one.id)[-1] == ("environment-editor", "publish")
    assert site.browser.get(f"/articles/{one.id}/first").status == 200


def test_the_list_offers_its_drafts_and_all_of_the_page_at_once(site: Site) -> None:
    drafts = [written(site, f"Draft {number}") for number in range(3)]
    written(site, "Theirs", by=TRANSPORT, division="transport")
    public, waiting = published(site, "In public"), asked(site)
    member = enters(site, ENVIRONMENT)
    page = member.get("/newsroom").text
    assert set(re.findall(r'name="pick" value="(\d+)\.\d+"', page)) == {str(one.id) for one in drafts}
    assert f'value="{public.id}.' not in page
    assert f'value="{waiting.id}.' not in page
    all_of_it = re.search(r'name="page" value="([^"]+)"', page)
    assert all_of_it is not None
    query = f"do=discard&all=yes&page={all_of_it[1].replace(' ', '+')}"
    assert "Destroy 3 drafts" in member.get(f"{MANY}?{query}").text
    assert "Destroy one draft" in member.get(f"{MANY}?{query.replace('all=yes&', '')}&{chosen(drafts[0])}").text


def test_a_list_without_drafts_offers_nothing_to_choose(site: Site) -> None:
    published(site)
    page = enters(site, ENVIRONMENT).get("/newsroom").text
    assert "checkbox" not in page
    assert MANY not in page


def test_chosen_drafts_are_filed_under_a_division_with_their_text_untouched(site: Site) -> None:
    one, other = written(site, "First", by=CHIEF, division=None), written(site, "Second", topics=())
    member = enters(site, CHIEF)
    page = member.get(f"{MANY}?do=file&{chosen(one, other)}")
    assert '<optgroup label="Environment Bureau">' in page.text
    missing = confirmed(member, page, division="")
    assert missing.status == 422
    assert 'href="#division"' in missing.text
    assert "2 drafts are filed." in confirmed(member, missing, division="water").text
    for before in (one, other):
        after = stored(site, before.id)
        assert (after.division, after.revision, after.content) == ("water", 1, before.content)
        assert deeds(site, before.id)[-1] == ("press-chief", "file")
    assert "filed under another division" in member.get(f"/newsroom/articles/{one.id}").text


def test_an_editor_files_only_under_their_own_divisions(site: Site) -> None:
    one = written(site)
    member = enters(site, ENVIRONMENT)
    page = member.get(f"{MANY}?do=file&{chosen(one)}")
    assert 'value="transport"' not in page.text
    for elsewhere in ("transport", "nowhere", ""):
        assert confirmed(member, page, division=elsewhere).status == 422
    assert stored(site, one.id).division == "climate"


def test_chosen_drafts_are_destroyed(site: Site) -> None:
    one, other = written(site, "First"), written(site, "Second")
    member = enters(site, ENVIRONMENT)
    after = confirmed(member, member.get(f"{MANY}?do=discard&{chosen(one, other)}"))
    assert "2 drafts are destroyed." in after.text
    assert member.get(f"/newsroom/articles/{one.id}").status == 404


def test_what_cannot_be_done_is_said_before_and_stops_nothing_else(site: Site) -> None:
    fine, stale = written(site, "Fine"), written(site, "Changed")
    left = {
        "It has no text.": written(site, "Bare", body_html="", body_text=""),
        "It is urgent": written(site, "Urgent", urgent=True),
        "It waits for approval": asked(site, "Asked"),
        "after your list was shown": stale,
        "Only a draft": published(site, "In public"),
        "another division": published(site, "Trams", by=TRANSPORT, division="transport"),
        "not there any more": written(site, "Secret", by=TRANSPORT, division="transport"),
    }
    edited(site, stale.id, "Changed meanwhile")
    before = {one.id: stored(site, one.id) for one in left.values()}
    member = enters(site, ENVIRONMENT)
    page = member.get(f"{MANY}?do=publish&{chosen(fine, *left.values())}&pick=999.1")
    assert "Publish one release without mail" in page.text
    reasons = page.text.partition("These stay as they are")[2]
    for said, one in left.items():
        row = next(row for row in reasons.split("<li>") if f"articles/{one.id}" in row or f"Release {one.id}" in row)
        assert said in row
    assert "Release 999" in reasons
    assert "Secret" not in page.text
    confirmed(member, page)
    assert stored(site, fine.id).state is State.PUBLISHED
    # Nor does a form do it that was made by hand.
    after = member.post(MANY, [("do", "publish"), *(("pick", f"{one.id}.{one.version}") for one in left.values())])
    assert "None of these can be published" in after.text
    assert {one.id: stored(site, one.id) for one in left.values()} == before


def test_a_form_that_is_sent_twice_publishes_once(site: Site) -> None:
    one = written(site)
    member = enters(site, ENVIRONMENT)
    page = member.get(f"{MANY}?do=publish&{chosen(one)}")
    confirmed(member, page)
    assert "after your list was shown" in confirmed(member, page).text
    assert told(site) == [("published", True)]


def test_what_is_changed_between_the_look_and_the_deed_stays(site: Site) -> None:
    one, other = written(site, "First"), written(site, "Second")
    member = enters(site, ENVIRONMENT)
    page = member.get(f"{MANY}?do=discard&{chosen(one, other)}")
    edited(site, one.id, "Still wanted")
    assert "One draft is destroyed." in confirmed(member, page).text
    assert stored(site, one.id).content.title == "Still wanted"


def test_a_release_without_a_division_is_said_to_appear_under_the_fallback(site: Site) -> None:
    one = written(site, by=CHIEF, division=None)
    member = enters(site, CHIEF)
    page = member.get(f"{MANY}?do=publish&{chosen(one)}")
    assert "appears under Press Office" in page.text
    confirmed(member, page)
    assert stored(site, one.id).division == "press"


def test_at_most_fifty_are_taken_at_once(site: Site) -> None:
    drafts = [draft(site.database, f"Number {number}") for number in range(52)]
    page = enters(site, CHIEF).get(f"{MANY}?do=discard&{chosen(*drafts)}")
    assert "Destroy 50 drafts" in page.text


def test_the_way_back_leads_to_the_same_list(site: Site) -> None:
    one = written(site)
    page = enters(site, CHIEF).get(f"{MANY}?do=discard&{chosen(one)}&list=state%3Ddraft%26q%3Dbuses%26x%3D%22%3E")
    assert 'href="/newsroom?q=buses&amp;state=draft"' in page.text


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 404),
        ("do=withdraw", 404),
        ("do=publish", 200),
        ("do=publish&pick=", 200),
        ("do=publish&pick=1&pick=x.1&pick=1.x&pick=%EF%BC%91.1", 200),
        ("do=publish&pick=99999999999999999.1&list=%25%ED", 200),
        ("do=file&all=yes", 200),
    ],
)
def test_an_address_that_makes_no_sense_does_nothing(site: Site, query: str, status: int) -> None:
    written(site)
    assert enters(site, CHIEF).get(f"{MANY}?{query}").status == status
