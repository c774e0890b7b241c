"""The sign-up form takes any scope that a feed has, is filled in by its address, and says what it will follow."""

from html import escape

import pytest

from feeds.addresses import feed_page_path, subscribe_path
from feeds.scope import MAX_VALUES, Scope
from feeds.store import topics
from notifier.tokens import Purpose
from tests.builders import publish
from tests.web.conftest import Site

WISH = Scope(("climate", "water"), "ko", topics=("summit",), boards=("news",), words="night buses")
FIELDS = [
    ("division", "climate"),
    ("division", "water"),
    ("topic", "summit"),
    ("board", "news"),
    ("q", "night buses"),
    ("releases_in", "ko"),
]


@pytest.fixture
def tagged(site: Site) -> Site:
    with site.database.write() as session:
        topics.add(session, "summit", {"en": "Summits", "ko": "정상회의"})
        topics.add(session, "over", {"en": "Over", "ko": "끝남"})
        topics.change(session, "over", names={"en": "Over", "ko": "끝남"}, retired=True)
    return site


def kept(site: Site) -> list[object]:
    return [row[2] for row in site.dump()["signup"]]


def test_a_link_to_follow_a_scope_fills_the_form_in_and_says_what_it_is(tagged: Site) -> None:
    page = tagged.browser.get(subscribe_path(WISH))
    said = page.between('<dl class="facts wished">', "</dl>")
    assert "Climate or Water" in said
    assert "Summits" in said
    assert "“buses night”" in said
    assert "Korean" in said
    for marked in ('value="climate" checked', 'value="summit" checked', 'value="buses night"', 'value="ko" checked'):
        assert marked in page.text
    assert page.text.count('href="/feeds/select.rss?') == 1
    by_reader = f'<a href="{escape(feed_page_path(WISH))}">The same in a feed reader, without an email address</a>'
    assert by_reader in page.text
    assert '<a href="/feeds/all">The same in a feed reader' in tagged.browser.get("/subscribe").text


@pytest.mark.parametrize("language", ["en", "ko"])
def test_no_mail_carries_a_sentence_of_who_entered_the_address_but_the_page_behind_its_link_shows_it(
    tagged: Site, language: str
) -> None:
    sentence = [("q", '"your account is locked call 555 0100"'), ("language", language)]
    tagged.browser.post("/subscribe", [*tagged.form(email="stranger@example.org").items(), *sentence][::-1])
    (mail,) = [row for row in tagged.dump()["mailing"] if "confirmation" in row]
    assert not any(word in str(mail) for word in ("account", "locked", "555", "0100"))
    page = tagged.browser.get(tagged.link(Purpose.CONFIRM, 1))
    assert "your account is locked call 555 0100" in page.text


def test_what_the_form_holds_is_what_the_confirmation_mail_and_the_subscription_say(tagged: Site) -> None:
    answer = tagged.browser.post("/subscribe", [*tagged.form().items(), *FIELDS])
    assert answer.status == 303
    assert kept(tagged) == [str(WISH)]
    (mail,) = [row for row in tagged.dump()["mailing"] if "confirmation" in row]
    assert all(any(name in str(part) for part in mail) for name in ("topic Summits", "match a search", "in Korean"))
    person = tagged.parts.following.confirm(1)
    assert person is not None
    followed = tagged.parts.following.followed(person.id)
    assert followed is not None
    assert [one.scope for one in followed[1]] == [WISH]


@pytest.mark.parametrize(
    ("query", "scope"),
    [
        ("topic=summit&topic=over&topic=nowhere", "topic=summit"),
        ("board=gone", ""),
        ("releases_in=tlh", ""),
        ("&".join(f"division=x{n}" for n in range(MAX_VALUES + 1)), ""),
        ("division=climate&lang=ko", "division=climate"),
    ],
)
def test_what_an_address_names_that_is_not_there_is_as_if_it_were_not(tagged: Site, query: str, scope: str) -> None:
    page = tagged.browser.get(f"/subscribe?{query}")
    assert page.status == 200
    assert ("wished" in page.text) is bool(scope)


@pytest.mark.parametrize(
    ("field", "value", "fault"),
    [
        ("topic", "nowhere", "narrow-fault"),
        ("topic", "over", "narrow-fault"),
        ("board", "<script>", "narrow-fault"),
        ("releases_in", "tlh", "narrow-fault"),
        ("q", "!!!", "words-fault"),
        ("q", " ".join(f"w{n}" for n in range(17)), "words-fault"),
    ],
)
def test_b13_what_is_sent_and_is_not_there_is_refused_by_its_name(
    tagged: Site, field: str, value: str, fault: str
) -> None:
    answer = tagged.browser.post("/subscribe", [*tagged.form(division="climate").items(), (field, value)])
    assert answer.status == 422
    assert f'id="{fault}"' in answer.text
    assert 'value="climate" checked' in answer.text
    assert "<script>" not in answer.text
    assert field != "q" or f'name="q" value="{value}"' in answer.text
    assert kept(tagged) == []


@pytest.mark.parametrize(("asked", "said"), [("!!", "no word"), ("+".join(f"w{n}" for n in range(17)), "at most 16")])
def test_b59_an_address_with_words_that_would_be_read_as_others_leads_to_the_form_and_its_sentence(
    tagged: Site, asked: str, said: str
) -> None:
    answer = tagged.browser.get(f"/subscribe?division=climate&q={asked}")
    assert answer.status == 400
    assert said in answer.between('id="words-fault">', "<")
    assert answer.between('name="q" value="', '"') == asked.replace("+", " ")
    assert 'value="climate" checked' in answer.text


def test_a_search_leads_to_its_feed_and_to_the_sign_up_form(tagged: Site) -> None:
    publish(tagged.database, "Night buses run later")
    page = tagged.browser.get("/search?q=buses&language=en").text
    for path in ("/subscribe?q=buses&amp;releases_in=en", "/feeds/select?q=buses&amp;language=en"):
        assert f'href="{path}"' in page
        assert tagged.browser.get(path.replace("&amp;", "&")).status == 200


def test_divisions_are_found_by_a_part_of_their_name_in_any_language_and_nothing_typed_is_lost(site: Site) -> None:
    typed = {"email": "reader@example.org", "division": "climate", "q": "night buses"}
    for looked_for in ("WAT", "물과"):
        page = site.browser.post("/subscribe", site.form(**typed, find=looked_for, finding="yes"))
        assert page.status == 200
        assert 'value="water"' in page.text
        assert 'value="climate" checked' in page.text
        assert 'value="press"' not in page.text
        assert 'value="reader@example.org"' in page.text
        assert 'value="buses night"' in page.text
    assert site.dump()["signup"] == []
    nothing = site.browser.post("/subscribe", site.form(find="<zoo>", finding="yes")).text
    assert "No division has that in its name" in nothing
    assert "&lt;zoo&gt;" in nothing
    assert 'value="press"' in site.browser.post("/subscribe", site.form(find="wat", found="wat", finding="all")).text
    assert 'value="press"' not in site.browser.get("/subscribe?find=water").text


def test_enter_in_the_field_for_finding_signs_nobody_up_but_what_was_found_before_holds_nobody_back(site: Site) -> None:
    assert site.sign_up(find="water", found="").status == 200
    assert site.dump()["signup"] == []
    assert site.sign_up(find="water", found="water").status == 303


def test_a_bureau_of_the_name_is_found_with_all_its_divisions(site: Site) -> None:
    page = site.browser.get("/subscribe?find=environment").text
    assert 'value="environment"' in page
    assert 'value="climate"' in page
