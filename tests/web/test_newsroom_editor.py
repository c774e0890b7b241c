"""The form in which releases are written: nothing typed is lost, nothing unclean is stored, two editors both see."""

import re
from html import unescape

import pytest

from feeds.documents.entry import entry_of
from feeds.model import Article, ChangeKind, Footnote, Picture, State
from feeds.store import articles, changes, desk_list, topics
from feeds.store.articles import filing_of
from tests.builders import content
from tests.media.test_kept_files import shot
from tests.web.conftest import Site
from tests.web.desk import CHIEF, ENVIRONMENT, TRANSPORT, edited, enters, published, sent_of, stored, written
from tests.web.newsroom import File, Staff

NEW = "/newsroom/articles/new"
HOSTILE = (
    "<svg><style><img src=x onerror=alert(1)></style></svg><math><mtext><script>alert(2)</script></mtext></math>"
    '<a href="javascript:alert(3)">one</a><img src="data:image/svg+xml,x" alt=""><p style="background:url(http://x.test)">'
    'two</p><meta http-equiv=refresh content="0;url=//evil.test">'
    "<form action=//evil.test><input></form><base href=//evil.test>"
    '<noscript><p title="</noscript><script>alert(4)</script>">three</p></noscript>＜script＞'
)


def fields(**values: str) -> dict[str, str]:
    """A form filled in soundly, but for what the test is about."""
    sound = {"version": "0", "language": "en", "title": "Night buses run later", "text": "From *Monday* on.\n\n- one\n"}
    return sound | {"form": "markdown", "division": "climate", "do": "save"} | values


def form_of(article: Article, **values: str) -> dict[str, str]:
    return fields(**({"version": str(article.version), "title": article.content.title} | values))


@pytest.fixture
def editor(site: Site) -> Staff:
    return enters(site, ENVIRONMENT)


def saved(site: Site, answer_location: str) -> Article:
    number = re.search(r"/articles/(\d+)", answer_location)
    assert number is not None, answer_location
    return stored(site, int(number[1]))


def test_a_release_is_written_in_markdown_and_stored_clean(site: Site, editor: Staff) -> None:
    answer = editor.post(NEW, fields(summary="  In short.  ", subtitle="A line"))
    assert answer.status == 303
    one = saved(site, answer.headers["location"])
    assert one.state is State.DRAFT
    assert one.division == "climate"
    assert one.content.markdown == "From *Monday* on.\n\n- one\n"
    assert "<em>Monday</em>" in one.content.body_html
    assert "<li>one</li>" in one.content.body_html
    assert (one.content.subtitle, one.content.summary) == ("A line", "In short.")
    assert "saved=new" in answer.headers["set-cookie"]
    page = editor.get(answer.headers["location"])
    assert "The draft is saved." in page.text


def test_the_form_opens_as_it_was_saved(site: Site, editor: Staff) -> None:
    one = saved(site, editor.post(NEW, fields(text="# Big\n\n<b>x</b> & y")).headers["location"])
    page = editor.get(f"/newsroom/articles/{one.id}/edit").text
    assert "# Big\n\n&lt;b&gt;x&lt;/b&gt; &amp; y</textarea>" in page
    assert 'value="markdown" checked' in page
    assert f'name="version" value="{one.version}"' in page


def test_a_summary_that_follows_from_the_text_goes_on_following_it(site: Site, editor: Staff) -> None:
    one = saved(site, editor.post(NEW, fields()).headers["location"])
    assert one.content.summary == "From Monday on."
    assert 'maxlength="1000" lang="en" aria-describedby="summary-hint"></textarea>' in editor.get(
        f"/newsroom/articles/{one.id}/edit"
    ).text.replace("\n", "")
    editor.post(f"/newsroom/articles/{one.id}/edit", form_of(one, text="From Friday on."))
    assert stored(site, one.id).content.summary == "From Friday on."


def test_an_article_that_was_taken_in_opens_as_html(site: Site, editor: Staff) -> None:
    one = written(site, body_html="<p>A <strong>board</strong> page.</p>")
    page = editor.get(f"/newsroom/articles/{one.id}/edit").text
    assert "&lt;p&gt;A &lt;strong&gt;board&lt;/strong&gt; page.&lt;/p&gt;</textarea>" in page
    assert 'value="html" checked' in page


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"title": "  "}, "Write a title."),
        ({"title": "x" * 301}, "Write a title of at most 300 characters."),
        ({"text": "x" * 200_001}, "at most 200,000 characters"),
        ({"telephone": "call me"}, "Write a telephone number"),
        ({"division": ""}, "Choose a division that you write for."),
        ({"division": "transport"}, "Choose a division that you write for."),
        ({"division": "moon"}, "Choose a division that you write for."),
        ({"board": "wall"}, "Choose one of the boards."),
        ({"topic": "moon"}, "Choose one of the topics."),
        ({"picture-0-origin": "", "picture-0-media": "a" * 64 + ".png"}, "Upload it again."),
        ({"text": "![" * 100_000}, "more than 20,000 lines and signs of Markdown"),
        ({"text": "a\n" * 30_000}, "more than 20,000 lines and signs of Markdown"),
        ({"do": "add"}, '<a href="#new_picture">Choose a file first'),
        ({"do": "attach"}, '<a href="#new_file">Choose a file first'),
    ],
)
def test_b36_what_cannot_stand_is_said_and_what_was_typed_stays(
    site: Site, editor: Staff, values: dict[str, str], sentence: str
) -> None:
    answer = editor.post(NEW, fields(subtitle="<kept> & safe", **values))
    assert answer.status == 422
    assert sentence in answer.text
    assert ">&lt;kept&gt; &amp; safe</textarea>" in answer.text
    assert values.get("text", "") in answer.text
    assert 'data-changed="yes"' in answer.text
    assert '<div class="faults" role="alert" tabindex="-1" autofocus>' in answer.text
    with site.database.read() as session:
        assert not desk_list.listing(session)


@pytest.mark.parametrize("form", ["markdown", "html"])
def test_b37_nothing_hostile_reaches_the_page_the_feed_or_the_mail(site: Site, editor: Staff, form: str) -> None:
    one = saved(site, editor.post(NEW, fields(text=HOSTILE, form=form)).headers["location"])
    preview = editor.post("/newsroom/preview", form_of(one, text=HOSTILE, form=form)).text
    entry = entry_of(published_copy(site, one), site.parts.newsroom, site.parts.words).content_html
    page = site.browser.get(f"/articles/{one.id}").headers["location"]
    public = site.browser.get(page).text
    mail = site.parts.letters.alert(stored(site, one.id), language="en", kind="published").html
    for shown in (one.content.body_html, preview, entry, public, mail):
        for hostile in (
            "<script",
            "onerror",
            "javascript:",
            "data:image/svg",
            "evil.test",
            "http-equiv=refresh",
            "url(http",
        ):
            assert hostile not in shown, hostile
    assert "＜script＞" in one.content.body_html


def published_copy(site: Site, one: Article) -> Article:
    with site.database.write() as session:
        return site.parts.desk.publish(session, CHIEF, one.id, expected=one.version)


def test_b41_sixty_thousand_elements_are_bounded(site: Site, editor: Staff) -> None:
    answer = editor.post(NEW, fields(text="<div>" * 39_000, form="html"))
    assert answer.status == 303
    assert saved(site, answer.headers["location"]).content.body_html == ""


def test_a_picture_is_uploaded_without_script_and_keeps_what_was_typed(site: Site, editor: Staff) -> None:
    answer = editor.upload(
        NEW, fields(do="add", title="With a picture"), files=[("new_picture", File("hall.jpg", shot()))]
    )
    assert answer.status == 200
    assert ">With a picture</textarea>" in answer.text
    media = re.search(r'name="picture-0-media" value="([^"]+)"', answer.text)
    assert media is not None
    rows = {
        "picture-0-media": media[1],
        "picture-0-origin": "",
        "picture-0-caption": "The hall",
        "picture-0-credit": "City",
        "picture-0-alt": "People in rows",
    }
    one = saved(site, editor.post(NEW, fields(**rows)).headers["location"])
    (picture,) = one.content.pictures
    assert (picture.caption, picture.credit, picture.alt, picture.media) == (
        "The hall",
        "City",
        "People in rows",
        media[1],
    )
    assert (picture.width, picture.height) == (1200, 800)
    form = editor.get(f"/newsroom/articles/{one.id}/edit").text
    assert 'value="People in rows"' in form
    editor.post(f"/newsroom/articles/{one.id}/edit", form_of(one, **rows, **{"picture-0-remove": "yes"}))
    assert stored(site, one.id).content.pictures == ()


def test_pictures_stand_in_the_order_that_was_asked_for(site: Site, editor: Staff) -> None:
    files = [("new_picture", File(f"{width}.jpg", shot(width, 100))) for width in (500, 600)]
    page = editor.upload(NEW, fields(do="add"), files=files).text
    names = re.findall(r'name="picture-\d-media" value="([^"]+)"', page)
    rows: dict[str, str] = {}
    for row, (name, place) in enumerate(zip(names, ("2", "1"), strict=True)):
        rows |= {f"picture-{row}-media": name, f"picture-{row}-origin": "", f"picture-{row}-place": place}
    one = saved(site, editor.post(NEW, fields(**rows)).headers["location"])
    assert [picture.width for picture in one.content.pictures] == [600, 500]


def test_b58_a_refused_file_is_named_and_the_rest_of_the_form_stays(site: Site, editor: Staff) -> None:
    svg = File("chart.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>")
    answer = editor.upload(NEW, fields(do="save", title="A chart"), files=[("new_picture", svg)])
    assert answer.status == 422
    assert "SVG drawings can hold programs." in answer.text
    assert ">A chart</textarea>" in answer.text


def test_a_file_is_attached_under_the_name_that_readers_see(site: Site, editor: Staff) -> None:
    page = editor.upload(NEW, fields(do="add"), files=[("new_file", File("계획 (최종).pdf", b"%PDF-1.7"))]).text
    media = re.search(r'name="file-0-media" value="([^"]+)"', page)
    assert media is not None
    assert 'value="계획 (최종).pdf"' in page
    rows = {"file-0-media": media[1], "file-0-origin": "", "file-0-name": "계획.pdf"}
    (file,) = saved(site, editor.post(NEW, fields(**rows)).headers["location"]).content.attachments
    assert (file.name, file.media_type, file.length) == ("계획.pdf", "application/pdf", 8)


def test_footnotes_are_lines_of_the_form_and_one_that_is_not_touched_stays_as_it_was(site: Site, editor: Staff) -> None:
    there = (
        Footnote(mark="*", term="P4G: 2030", note="a <partnership>"),
        Footnote(mark="†", term="CO2"),
        Footnote(mark="1)", term="", note="of last year"),
    )
    one = written(site, footnotes=there)
    shown = re.search(r'<textarea id="footnotes"[^>]*>([^<]*)<', editor.get(f"/newsroom/articles/{one.id}/edit").text)
    assert shown is not None
    lines = unescape(shown[1])
    assert lines == "* P4G: 2030: a <partnership>\n† CO2:\n1) of last year"
    change = f"{lines}\r\n\r\n** Net-Zero: the  balance"
    assert editor.post(f"/newsroom/articles/{one.id}/edit", form_of(one, footnotes=change)).status == 303
    assert stored(site, one.id).content.footnotes == (*there, Footnote(mark="**", term="Net-Zero", note="the balance"))
    assert editor.post(f"/newsroom/articles/{one.id}/edit", form_of(stored(site, one.id), footnotes="")).status == 303
    assert stored(site, one.id).content.footnotes == ()


@pytest.mark.parametrize("lines", ["alone", f"* {'x' * 1_000}", "* x\n" * 201, f"{'*' * 21} x"])
def test_what_is_no_footnote_is_told_of(site: Site, editor: Staff, lines: str) -> None:
    one = written(site)
    answer = editor.post(f"/newsroom/articles/{one.id}/edit", form_of(one, footnotes=lines))
    assert answer.status == 422
    assert "Write one note a line" in answer.text


def test_what_the_form_does_not_show_is_kept(site: Site, editor: Staff) -> None:
    elsewhere = Picture(caption="At the source", address="https://city.example.org/1.jpg")
    note = Footnote(mark="*", term="P4G", note="a partnership")
    one = written(site, pictures=(elsewhere,), footnotes=(note,))
    rows = {"picture-0-media": "", "picture-0-origin": "0", "picture-0-caption": "There"}
    editor.post(f"/newsroom/articles/{one.id}/edit", form_of(one, **rows))
    after = stored(site, one.id).content
    assert after.footnotes == (note,)
    assert [(picture.caption, picture.address) for picture in after.pictures] == [
        ("There", "https://city.example.org/1.jpg")
    ]


def test_topics_board_telephone_and_urgency_are_filed(site: Site, editor: Staff) -> None:
    with site.database.write() as session:
        topics.add(session, "summit", {"en": "Summit", "ko": "정상회의"})
    one = saved(
        site,
        editor.post(NEW, fields(topic="summit", board="news", telephone="053-803-2114", urgent="yes")).headers[
            "location"
        ],
    )
    assert (one.topics, one.board, one.telephone, one.urgent) == (("summit",), "news", "053-803-2114", True)
    editor.post(f"/newsroom/articles/{one.id}/edit", form_of(one))
    one = stored(site, one.id)
    assert (one.topics, one.board, one.telephone, one.urgent) == ((), None, None, False)


def test_saving_leads_on_to_publication_where_that_is_asked(site: Site, editor: Staff) -> None:
    answer = editor.post(NEW, fields(do="publish"))
    assert answer.headers["location"].endswith("/publish")
    assert editor.get(answer.headers["location"]).status == 200


def test_b45_a_stale_edit_shows_both_versions_and_loses_neither(site: Site, editor: Staff) -> None:
    one = written(site)
    edited(site, one.id, "Theirs stands")
    answer = editor.post(f"/newsroom/articles/{one.id}/edit", form_of(one, title="Mine waits", text="My own words."))
    assert answer.status == 409
    for shown in ("Theirs stands", "Mine waits", "My own words.", "press-chief"):
        assert shown in answer.text
    assert "press-chief changed it on 2026-05-20 12:00" in answer.text
    assert ">Mine waits</textarea>" in answer.text
    now = stored(site, one.id)
    assert now.content.title == "Theirs stands"
    assert f'name="version" value="{now.version}"' in answer.text
    again = form_of(now, text="My own words.") | {"title": "Mine waits"}
    assert editor.post(f"/newsroom/articles/{one.id}/edit", again).status == 303
    assert stored(site, one.id).content.title == "Mine waits"


def test_a_correction_says_what_changed_and_moves_updated(site: Site, editor: Staff) -> None:
    one = published(site)
    site.clock.forward(hours=1)
    address = f"/newsroom/articles/{one.id}/edit"
    assert "It is public." in editor.get(address).text
    without = editor.post(address, form_of(one, do="correct"))
    assert (without.status, "Say in one sentence what changed" in without.text) == (422, True)
    answer = editor.post(address, form_of(one, do="correct", note="The <hour> was wrong."))
    assert "done=corrected" in answer.headers["location"]
    after = stored(site, one.id)
    assert after.correction_note == "The <hour> was wrong."
    assert after.updated_at is not None
    assert one.updated_at is not None
    assert after.updated_at > one.updated_at


def test_a_minor_edit_tells_nobody(site: Site, editor: Staff) -> None:
    one = published(site)
    answer = editor.post(f"/newsroom/articles/{one.id}/edit", form_of(one, do="amend", title="Night busses"))
    assert "done=amended" in answer.headers["location"]
    with site.database.read() as session:
        last = changes.window(session, 0, changes.head(session))[-1]
    assert (last.kind, last.quiet) == (ChangeKind.EDITED, True)
    assert stored(site, one.id).updated_at == one.updated_at


def test_what_is_sent_unchanged_is_no_correction_and_no_edit(site: Site, editor: Staff) -> None:
    one = published(site)
    address = f"/newsroom/articles/{one.id}/edit"
    same = sent_of(editor.get(address).text)
    refused = editor.post(address, same | {"do": "correct", "note": "Something."})
    assert (refused.status, "Nothing differs from what is published" in refused.text) == (422, True)
    assert "Something." in refused.text
    answer = editor.post(address, same | {"do": "amend"})
    assert "done=unchanged" in answer.headers["location"]
    assert "Nothing was different" in editor.get(answer.headers["location"]).text
    assert stored(site, one.id) == one


def test_enter_in_a_field_of_a_public_release_publishes_nothing_by_itself(site: Site, editor: Staff) -> None:
    one = published(site)
    answer = editor.post(f"/newsroom/articles/{one.id}/edit", form_of(one, do="check"))
    assert answer.status == 422
    assert stored(site, one.id).version == one.version


def test_b94_an_editor_sees_no_form_of_another_divisions_release(site: Site) -> None:
    one = written(site)
    stranger = enters(site, TRANSPORT)
    assert stranger.get(f"/newsroom/articles/{one.id}/edit").status == 404
    assert stranger.post(f"/newsroom/articles/{one.id}/edit", form_of(one)).status == 404
    public = published(site)
    assert stranger.get(f"/newsroom/articles/{public.id}/edit").status == 403
    assert stranger.post(f"/newsroom/articles/{public.id}/edit", form_of(public, do="amend")).status == 403


def test_a_withdrawn_release_is_changed_no_more(site: Site, editor: Staff) -> None:
    one = published(site)
    with site.database.write() as session:
        articles.withdraw(session, one.id, reason="It was wrong.", now=site.clock())
    answer = editor.get(f"/newsroom/articles/{one.id}/edit?lang=ko")
    assert answer.status == 409
    assert "철회된 보도자료입니다" in answer.text
    assert f'href="/newsroom/articles/{one.id}?lang=ko"' in answer.text
    assert "is withdrawn" not in answer.text


def test_a_release_of_no_division_is_a_chiefs(site: Site) -> None:
    with site.database.write() as session:
        one = articles.add(
            session, content(), filing=articles.Filing(), authority="a.example.org,2026", now=site.clock()
        )
    assert enters(site, ENVIRONMENT).get(f"/newsroom/articles/{one.id}/edit").status == 404
    chief = enters(site, CHIEF)
    assert chief.post(f"/newsroom/articles/{one.id}/edit", form_of(one, division="")).status == 303
    assert (
        chief.post(f"/newsroom/articles/{one.id}/edit", form_of(stored(site, one.id), division="water")).status == 303
    )
    assert stored(site, one.id).division == "water"


def test_a_preview_shows_page_entry_and_mail_and_stores_nothing(site: Site, editor: Staff) -> None:
    before = site.dump()
    answer = editor.post("/newsroom/preview", fields(title="Seen before", text="Read **this** first."))
    assert answer.status == 200
    assert answer.text.count("srcdoc=") == 3
    # On the page, in the entry, as the entry's source, and in the mail.
    assert answer.text.count("Read &lt;strong&gt;this&lt;/strong&gt; first.") == 4
    assert "Subject" in answer.text
    assert "script-src" not in answer.headers["content-security-policy"]
    assert site.dump() == before


def test_a_preview_leads_to_what_else_has_its_topics(site: Site, editor: Staff) -> None:
    with site.database.write() as session:
        topics.add(session, "summit", {"en": "Summit", "ko": "정상회의"})
    answer = editor.post("/newsroom/preview", fields(topic="summit"))
    assert answer.status == 200
    assert "/search?topic=summit" in answer.text


def test_a_preview_of_nothing_says_what_is_missing(site: Site, editor: Staff) -> None:
    assert "Write a title" in editor.post("/newsroom/preview", fields(title="")).text
    assert "signs of Markdown" in editor.post("/newsroom/preview", fields(text="[" * 30_000)).text


def test_a_preview_of_a_korean_release_is_a_korean_mail(site: Site, editor: Staff) -> None:
    text = editor.post("/newsroom/preview", fields(language="ko", title="심야버스 연장", text="월요일부터")).text
    assert "심야버스 연장" in text
    assert "lang=&#34;ko&#34;" in text


def test_what_is_pasted_comes_out_clean_in_the_form_of_the_text(editor: Staff) -> None:
    word = '<p class=MsoNormal><b>Bold</b><o:p></o:p><img src="file:///C:/x.png"></p>'
    markdown = editor.post("/newsroom/paste", {"html": word, "form": "markdown"})
    assert (markdown.text.strip(), markdown.headers["x-images-left-out"]) == ("**Bold**", "1")
    assert editor.post("/newsroom/paste", {"html": word, "form": "html"}).text == "<p><strong>Bold</strong></p>"


def test_strangers_get_neither_form_nor_preview(site: Site) -> None:
    for path in (NEW, "/newsroom/articles/1/edit"):
        assert site.browser.get(path).status == 303
    for path in (NEW, "/newsroom/preview", "/newsroom/paste"):
        assert site.browser.post(path, fields()).status == 403


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_form_speaks_the_editors_language_and_weighs_little(site: Site, language: str) -> None:
    one = written(site)
    staff = enters(site, CHIEF, language=language)
    page = staff.get(f"/newsroom/articles/{one.id}/edit")
    assert f'<html lang="{language}">' in page.text
    assert len(page.body) < 60_000


def test_filing_is_kept_through_an_edit(site: Site, editor: Staff) -> None:
    one = written(site)
    editor.post(f"/newsroom/articles/{one.id}/edit", form_of(one))
    assert filing_of(stored(site, one.id)).registered_on == one.registered_on
