"""What else may happen while somebody writes: others act on the release, documents are pasted, days are typed."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from html import unescape

import pytest

from feeds.model import Article, Attachment, Footnote, Picture, State
from feeds.store import articles, desk_list, topics, twins
from feeds.store.articles import Filing
from feeds.writing import Writing, content_of
from tests.builders import BASE_URL, NOW, content
from tests.web.browser import Answer
from tests.web.conftest import Site
from tests.web.desk import CHIEF, ENVIRONMENT, asked, crowd, edited, enters, published, stored, written
from tests.web.newsroom import Staff
from tests.web.test_newsroom_editor import NEW, fields, form_of, saved

WORD = (
    "<p class=MsoNormal><span style='font-weight:bold'>Bold</span><o:p></o:p></p>"
    "<p style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>1.</span>one</p>"
)


@pytest.fixture
def editor(site: Site) -> Staff:
    return enters(site, ENVIRONMENT)


def send(editor: Staff, one: Article, **values: str) -> Answer:
    """Send the form of an article as it was opened."""
    given = {"revision": str(one.revision)} | values
    return editor.post(f"/newsroom/articles/{one.id}/edit", form_of(one, **given))


def test_enter_in_a_field_publishes_no_correction_even_with_a_note(site: Site, editor: Staff) -> None:
    one = published(site)
    for pressed in ("check", "save", "publish", ""):
        answer = send(editor, one, do=pressed, note="The hour was wrong.")
        assert answer.status == 422
        assert "Choose whether this is a correction or a minor edit." in answer.text
    assert stored(site, one.id).version == one.version


def test_b45_a_release_published_meanwhile_shows_both_versions_and_asks_for_nothing_else(
    site: Site, editor: Staff
) -> None:
    one = written(site)
    with site.database.write() as session:
        site.parts.desk.publish(session, CHIEF, one.id, expected=one.version)
    answer = send(editor, one, title="Mine waits")
    assert answer.status == 409
    assert ">Mine waits</textarea>" in answer.text
    assert "Publish the correction" in answer.text
    assert stored(site, one.id).content.title == one.content.title


def test_a_release_withdrawn_meanwhile_leaves_the_text_to_be_copied(site: Site, editor: Staff) -> None:
    one = published(site)
    with site.database.write() as session:
        articles.withdraw(session, one.id, reason="It was wrong.", now=site.clock())
    answer = send(editor, one, title="Mine waits", text="My own words.", do="correct", note="x")
    assert answer.status == 409
    assert "Nothing can be saved any more." in answer.text
    assert "My own words.</textarea>" in answer.text
    assert 'value="correct"' not in answer.text
    assert stored(site, one.id).state is State.WITHDRAWN


def test_b45_a_conflict_names_everything_that_differs(site: Site, editor: Staff) -> None:
    one = written(site)
    now = edited(site, one.id, "Theirs stands")
    answer = send(editor, one, title="Mine waits", telephone="053-803-2114", division="water", urgent="yes")
    rows = dict(re.findall(r'<th scope="row">([^<]+)</th>.*?<td[^>]*>[^<]*</td><td[^>]*>([^<]*)</td>', answer.text))
    assert rows == {"Division": "Water", "Telephone for questions": "053-803-2114", "Urgent": "yes"}
    assert "<del>" in answer.text
    assert "<ins>" in answer.text
    assert f'name="version" value="{now.version}"' in answer.text


def test_a_stale_form_keeps_the_footnotes_and_pictures_that_it_was_made_with(site: Site, editor: Staff) -> None:
    """Its rows name places in the text of its own revision, whatever stands in the present one."""
    pictures = tuple(Picture(caption=name, address=f"https://city.example.org/{name}.jpg") for name in "ab")
    one = written(site, pictures=pictures, footnotes=(Footnote(mark="*", term="x", note="y"),))
    edited(site, one.id, "Without pictures")
    row = {"picture-0-media": "", "picture-0-origin": "1", "picture-0-caption": "b"}
    page = send(editor, one, **row)
    assert page.status == 409
    version = re.search(r'name="version" value="(\d+)"', page.text)
    revision = re.search(r'name="revision" value="(\d+)"', page.text)
    assert version is not None
    assert revision is not None
    assert send(editor, one, version=version[1], revision=revision[1], **row).status == 303
    after = stored(site, one.id).content
    assert [one.address for one in after.pictures] == ["https://city.example.org/b.jpg"]
    assert after.footnotes == one.content.footnotes


@pytest.mark.parametrize("day", ["2026-13-01", "yesterday", "1066-10-14", "9999-12-31", "0000-00-00", "2026-5-1"])
def test_a_day_of_registration_that_cannot_be_is_said(site: Site, editor: Staff, day: str) -> None:
    answer = editor.post(NEW, fields(registered_on=day))
    assert answer.status == 422
    assert "Choose a day between 1900 and two years from now" in answer.text
    assert f'value="{day}"' in answer.text
    with site.database.read() as session:
        assert not desk_list.listing(session)


def test_a_day_of_registration_is_kept_changed_and_taken_away(site: Site, editor: Staff) -> None:
    one = saved(site, editor.post(NEW, fields(registered_on="2019-03-02")).headers["location"])
    assert one.registered_on == date(2019, 3, 2)
    assert 'value="2019-03-02"' in editor.get(f"/newsroom/articles/{one.id}/edit").text
    send(editor, one)
    one = stored(site, one.id)
    assert one.registered_on == date(2019, 3, 2)
    send(editor, one, registered_on="")
    assert stored(site, one.id).registered_on is None
    today = site.clock().astimezone(site.parts.newsroom.city.zone).date()
    send(editor, stored(site, one.id), registered_on=today.isoformat())
    assert stored(site, one.id).registered_on == today
    assert send(editor, stored(site, one.id), registered_on=(today + timedelta(days=3 * 366)).isoformat()).status == 422


def test_a_release_that_is_to_come_out_on_a_later_day_is_edited_and_corrected_with_that_day(
    site: Site, editor: Staff
) -> None:
    later = site.clock().astimezone(site.parts.newsroom.city.zone).date() + timedelta(days=5)
    one = saved(site, editor.post(NEW, fields(registered_on=later.isoformat())).headers["location"])
    assert send(editor, one, title="Buses run later").status == 303
    one = stored(site, one.id)
    assert (one.registered_on, one.content.title) == (later, "Buses run later")


def test_what_word_writes_is_put_in_order_when_it_is_saved_as_html(site: Site, editor: Staff) -> None:
    one = saved(site, editor.post(NEW, fields(text=WORD, form="html")).headers["location"])
    assert one.content.body_html == "<p><strong>Bold</strong></p><ol><li>one</li></ol>"


def test_html_that_was_stored_is_saved_as_it_was(site: Site, editor: Staff) -> None:
    html = '<p lang="ko">가 <a href="https://example.org/">x</a></p>\n<table><tbody><tr><th>a</th></tr></tbody></table>'
    one = written(site, body_html=html)
    assert send(editor, one, text=html, form="html").status == 303
    assert stored(site, one.id).content.body_html == html


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("# One\n\n## Two", "<h3>One</h3>\n<h4>Two</h4>"),
        ("## Two\n\n##### Five", "<h3>Two</h3>\n<h4>Five</h4>"),
        ("#### Four", "<h4>Four</h4>"),
    ],
)
def test_every_heading_of_markdown_is_one_below_the_title(text: str, wanted: str) -> None:
    assert (
        content_of(Writing(language="en", title="t", text=text), languages=("en",), base=BASE_URL).body_html == wanted
    )


def test_a_language_that_a_twin_has_cannot_be_taken(site: Site, editor: Staff) -> None:
    one, other = written(site), written(site, "심야버스", language="ko")
    with site.database.write() as session:
        twins.link(session, one.id, other.id, now=NOW)
    answer = send(editor, stored(site, one.id), language="ko")
    assert answer.status == 422
    assert "There is a release in that language already" in answer.text
    assert stored(site, one.id).content.language == "en"


def test_what_a_scheduled_release_lacks_is_said_where_it_can_be_written(site: Site, editor: Staff) -> None:
    one = written(site)
    with site.database.write() as session:
        at = site.clock() + timedelta(hours=2)
        one = site.parts.desk.schedule(session, CHIEF, one.id, at=at, expected=one.version)
    page = editor.get(f"/newsroom/articles/{one.id}/edit").text
    assert "It is scheduled and keeps its hour." in page
    answer = send(editor, one, text="")
    assert answer.status == 422
    assert '<a href="#text">It has no text.</a>' in answer.text
    assert stored(site, one.id).version == one.version


def test_a_picture_that_lacks_something_is_named_and_the_way_leads_to_that_very_field(
    site: Site, editor: Staff
) -> None:
    sound = Picture(caption="The hall", credit="City", alt="A crowd", media=f"{'a' * 64}.jpg")
    bare = replace(sound, caption=" ", media=f"{'b' * 64}.jpg")
    one = written(site, pictures=(sound, bare), attachments=(Attachment(name="", address="/media/x.pdf"),))
    wanted = ("picture-1-caption", "Picture 2 has no caption."), ("file-0-name", "File 1 has no name.")
    here = f"/newsroom/articles/{one.id}"
    for path, to in ((here, f"{here}/edit"), (f"{here}/publish", f"{here}/edit"), (f"{here}/edit", "")):
        page = editor.get(path).text
        assert re.findall(r'<li><a href="([^"]*)">((?:Picture|File) \d has[^<]*)</a>', page) == [
            (f"{to}#{field}", sentence) for field, sentence in wanted
        ]
    form = editor.get(f"{here}/edit").text
    assert all(f' id="{field}"' in form for field, _ in wanted)


def test_whoever_has_changed_it_in_another_window_is_told_that_it_was_they(site: Site, editor: Staff) -> None:
    one = written(site)
    assert send(editor, one, text="In one window.").status == 303
    answer = send(editor, one, text="In the other.")
    assert answer.status == 409
    assert "You have changed this release meanwhile, in another window" in answer.text
    assert "You changed it there on 2026-05-20 12:00." in answer.text
    assert "Somebody else" not in answer.text


def test_a_conflict_over_what_was_taken_in_names_no_person(site: Site, editor: Staff) -> None:
    with site.database.write() as session:
        filing = Filing(division="climate")
        one = articles.add(session, content(), filing=filing, authority="riverton.example.org,2026", now=NOW)
    answer = send(editor, one, version=str(one.version + 1))
    assert answer.status == 409
    assert "Intake changed it on 2026-05-20 12:00." in answer.text


def test_divisions_stand_under_their_bureau(site: Site) -> None:
    page = enters(site, CHIEF).get("/newsroom/articles/new").text
    bureau = page.partition('<optgroup label="Environment')[2].partition("</optgroup>")[0]
    assert '<option value="climate">Climate</option>' in bureau


def test_whoever_edits_what_waits_for_approval_is_told_that_the_request_is_void_then(site: Site, editor: Staff) -> None:
    one = asked(site)
    assert "What you save voids the request" in editor.get(f"/newsroom/articles/{one.id}/edit").text
    assert send(editor, one, urgent="yes").status == 303
    assert stored(site, one.id).approval is None


def test_the_consequence_of_a_correction_stands_before_its_button(site: Site, editor: Staff) -> None:
    crowd(site, 2)
    one = published(site)
    site.parts.alerts.run()
    page = editor.get(f"/newsroom/articles/{one.id}/edit").text
    told = "A correction is mailed at once to 2 people: those who were alerted of this release, or follow it alone."
    assert page.index(told) < page.index('value="correct"')


def test_a_preview_of_a_correction_shows_its_note_on_the_page_and_in_the_mail(site: Site, editor: Staff) -> None:
    one = published(site)
    given = form_of(one, note="The <hour> was wrong.") | {"article": str(one.id)}
    shown = unescape(editor.post("/newsroom/preview", given).text)
    assert shown.count("The &lt;hour&gt; was wrong.") >= 3
    assert f"/articles/{one.id}/" in shown
    assert one.guid in shown


def test_a_preview_shows_what_the_form_only_refers_to(site: Site, editor: Staff) -> None:
    elsewhere = Picture(caption="At the source", address="https://city.example.org/1.jpg")
    one = written(site, pictures=(elsewhere,), footnotes=(Footnote(mark="*", term="P4G", note="a partnership"),))
    row = {"picture-0-media": "", "picture-0-origin": "0", "picture-0-caption": "At the source"}
    shown = unescape(editor.post("/newsroom/preview", form_of(one, **row) | {"article": str(one.id)}).text)
    assert "At the source" in shown
    assert "a partnership" in shown


def test_b94_a_preview_tells_nothing_of_another_divisions_draft(site: Site, editor: Staff) -> None:
    with site.database.write() as session:
        topics.add(session, "summit", {"en": "Summit", "ko": "정상회의"})
    hidden = written(site, by=CHIEF, division="transport", footnotes=(Footnote(mark="*", term="x", note="secret"),))
    answer = editor.post("/newsroom/preview", fields(article=str(hidden.id)))
    assert answer.status == 404
    assert "secret" not in answer.text


def test_a_live_preview_shows_one_of_three_at_a_time(editor: Staff) -> None:
    page = editor.post("/newsroom/preview", fields(live="yes")).text
    assert page.count('type="radio" name="show"') == 3
    assert page.count("srcdoc=") == 3
    assert "<script" not in page


def test_nothing_in_a_preview_leads_away_or_runs(editor: Staff) -> None:
    answer = editor.post("/newsroom/preview", fields())
    assert answer.text.count('sandbox="allow-same-origin"') == 3
    assert answer.text.count("&lt;base target=_blank&gt;") == 3
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "form-action 'none'" in policy
    assert "script-src" not in policy


def test_b36_a_paste_is_bounded(editor: Staff) -> None:
    assert editor.post("/newsroom/paste", {"html": "가" * 250_000, "form": "html"}).status == 413
    assert editor.post("/newsroom/paste", {"html": "", "form": "poetry"}).text == ""
    assert editor.post("/newsroom/paste", {"html": "<p>a", "form": "html"}, proof="wrong").status == 403


def test_problems_are_told_in_the_order_of_the_form(editor: Staff) -> None:
    answer = editor.post(NEW, fields(registered_on="x", telephone="call me", title=""))
    assert re.findall(r'<li><a href="#(\w+)">', answer.text) == ["title", "telephone", "registered_on"]


def test_the_form_asks_nothing_that_is_settled(site: Site, editor: Staff) -> None:
    """Whether a public release is urgent was settled by two people; a scheduled one has its hour."""
    public = published(site)
    form = editor.get(f"/newsroom/articles/{public.id}/edit").text
    assert 'name="urgent"' not in form
    assert "A second person has to approve it." not in form
    waiting = asked(site)
    with site.database.write() as session:
        alarm = site.parts.desk.approve(session, CHIEF, waiting.id, expected=waiting.version)
    form = editor.get(f"/newsroom/articles/{alarm.id}/edit").text
    assert 'type="checkbox" name="urgent"' not in form
    assert "It is marked urgent." in form
    assert send(editor, alarm, title="Boil the water", do="amend").status == 303
    assert stored(site, alarm.id).urgent
    draft = written(site)
    with site.database.write() as session:
        at = site.clock() + timedelta(hours=2)
        later = site.parts.desk.schedule(session, ENVIRONMENT, draft.id, at=at, expected=draft.version)
    form = editor.get(f"/newsroom/articles/{later.id}/edit").text
    assert ">Save, keep the hour</button>" in form
    assert ">Save and change the hour</button>" in form


def test_one_form_that_is_sent_twice_makes_one_draft(site: Site, editor: Staff) -> None:
    sent = fields(telephone="120")
    first, again = editor.post(NEW, sent), editor.post(NEW, sent)
    assert (first.status, again.status) == (303, 303)
    assert again.headers["location"] == first.headers["location"]
    other = editor.post(NEW, sent | {"title": "Night buses run earlier"})
    assert other.headers["location"] != first.headers["location"], (
        "what was changed since is another draft, and not lost"
    )
    with site.database.read() as session:
        assert len(desk_list.listing(session)) == 2


def test_one_form_that_is_sent_twice_at_once_makes_one_draft(site: Site, editor: Staff) -> None:
    editor.csrf  # noqa: B018 - read before the threads need it
    with ThreadPoolExecutor(4) as executor:
        answers = list(executor.map(lambda _: editor.post(NEW, fields()), range(4)))
    assert {one.status for one in answers} == {303}
    assert len({one.headers["location"] for one in answers}) == 1


def test_the_same_text_of_another_person_or_of_another_hour_is_another_draft(site: Site, editor: Staff) -> None:
    first = editor.post(NEW, fields()).headers["location"]
    assert enters(site, CHIEF).post(NEW, fields()).headers["location"] != first
    site.clock.forward(minutes=11)
    assert editor.post(NEW, fields()).headers["location"] != first
