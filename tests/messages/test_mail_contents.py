"""What each mail says, in both languages, in text and in HTML."""

import itertools
import re
from datetime import UTC, date, datetime
from importlib.resources import files

import pytest
from lxml import html as lxml_html
from mail_samples import LETTERS, NEWSROOM, VALUES, WORDS, alert, article, digest, every_kind

from feeds.model import Picture
from notifier.messages import DigestItem
from notifier.model import Cadence, Kind
from notifier.placeholders import MailContent, fill
from notifier.typesetting import columns

KINDS = list(every_kind("en"))


def tree(source: str) -> lxml_html.HtmlElement:
    return lxml_html.document_fromstring(source)


def test_the_sentences_of_mails_are_the_same_in_every_language() -> None:
    keys = {tag: {key for key in words.sentences if key.startswith("mail.")} for tag, words in WORDS.items()}
    assert keys["en"]
    assert all(each == keys["en"] for each in keys.values())


def test_every_kind_of_mail_is_three_templates() -> None:
    names = {entry.name for entry in files("notifier").joinpath("templates", "mail").iterdir()}
    kinds = {name.removesuffix(".subject") for name in names if name.endswith(".subject")}
    own = {str(kind) for kind in Kind if kind is not Kind.CORRECTION}
    assert kinds == own | {"together"}, "a correction is a marked alert, and an alert of several has a form of its own"
    assert {f"{kind}.{part}" for kind in kinds for part in ("subject", "txt", "html")} <= names


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("kind", KINDS)
class TestEveryMail:
    def test_has_subject_text_and_html(self, kind: str, language: str) -> None:
        mail = every_kind(language)[kind]
        assert mail.subject == " ".join(mail.subject.split()) != ""
        assert len(mail.text) > 200
        assert mail.html.startswith("<!DOCTYPE html>")

    def test_has_text_lines_of_at_most_78_columns_but_for_links(self, kind: str, language: str) -> None:
        lines = fill(every_kind(language)[kind], VALUES).text.splitlines()
        assert [line for line in lines if columns(line) > 78 and not re.fullmatch(r"\s*https://\S+", line)] == []

    def test_says_its_language_and_loads_nothing(self, kind: str, language: str) -> None:
        mail = fill(every_kind(language)[kind], VALUES)
        page = tree(mail.html)
        assert page.get("lang") == language
        assert page.xpath("//div[@role='article']/@lang") == [language]
        assert page.xpath("//script|//img|//link|//iframe|//object|//*[@src]|//*[@background]|//*[@srcset]") == []
        assert not re.search(r"@import|url\(|@font-face", mail.html)

    def test_has_only_links_in_full_that_make_sense_alone(self, kind: str, language: str) -> None:
        links = tree(fill(every_kind(language)[kind], VALUES).html).xpath("//a")
        assert all(re.match(r"https://|tel:", link.get("href")) for link in links)
        assert all(len(link.text_content().strip()) > 2 for link in links)

    def test_has_one_h1_and_headings_in_order(self, kind: str, language: str) -> None:
        page = tree(every_kind(language)[kind].html)
        levels = [int(each.tag[1]) for each in page.iter("h1", "h2", "h3", "h4", "h5", "h6")]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after - before <= 1 for before, after in itertools.pairwise(levels))

    def test_lays_out_with_tables_that_readers_pass_over(self, kind: str, language: str) -> None:
        assert set(tree(every_kind(language)[kind].html).xpath("//table/@role")) == {"presentation"}

    def test_knows_the_dark(self, kind: str, language: str) -> None:
        mail = every_kind(language)[kind].html
        assert '<meta name="color-scheme" content="light dark">' in mail
        assert "@media (prefers-color-scheme: dark)" in mail or "@media (prefers-color-scheme:dark)" in mail

    def test_names_the_sender_and_its_telephone(self, kind: str, language: str) -> None:
        mail = every_kind(language)[kind]
        for part in (mail.text, mail.html):
            assert NEWSROOM.city.name(language) in part
            assert "120" in part

    def test_has_a_hidden_line_for_the_list_of_mails(self, kind: str, language: str) -> None:
        (preview,) = tree(every_kind(language)[kind].html).xpath("//div[@class='preview']")
        assert len(preview.text_content().strip()) > 5
        assert "display:none" in preview.get("style")


LIST_MAIL = ["alert", "correction", "digest", "catch-up", "withdrawal", "welcome", "renewal"]


@pytest.mark.parametrize("kind", LIST_MAIL)
def test_list_mail_says_how_to_leave_and_how_to_change(kind: str) -> None:
    mail = fill(every_kind("en")[kind], VALUES)
    for name in ("manage", "unsubscribe"):
        assert VALUES[name] in mail.text
        assert tree(mail.html).xpath("//a[@href=$url]", url=VALUES[name])


def test_a_confirmation_has_nothing_to_leave_and_offers_manage_only_to_who_follows_already() -> None:
    mails = {name: fill(every_kind("en")[name], VALUES) for name in ("confirmation", "known")}
    assert all(VALUES["confirm"] in mail.text and VALUES["confirm"] in mail.html for mail in mails.values())
    assert all(VALUES["unsubscribe"] not in mail.text + mail.html for mail in mails.values())
    assert VALUES["manage"] not in mails["confirmation"].text
    assert VALUES["manage"] in mails["known"].text
    assert "48 hours" in mails["confirmation"].text


def test_an_alert_says_in_text_what_it_says_in_html() -> None:
    mail = alert()
    seen = " ".join(tree(mail.html).text_content().split())
    told = " ".join(mail.text.split())
    for piece in (
        "Climate Policy",
        "Monday 24 May 2021, 20:40",
        "Night buses on four lines from July",
        "The last one leaves at 00:40",
        "street by street.",
        "A bus at night",
        "from 23:00 on",
        "Timetable.pdf (482 kB)",
        "053-803-5120",
    ):
        assert piece in seen
        assert piece in told
    assert 'href="tel:0538035120"' in mail.html
    assert 'href="https://news.daegu.example.org/files/timetable.pdf"' in mail.html


def test_a_correction_says_first_what_was_wrong() -> None:
    mail = alert("en", "corrected", updated_at=datetime(2021, 5, 25, 15, tzinfo=UTC), correction_note="It is 00:40.")
    assert mail.subject == "Corrected: Night buses on four lines from July"
    assert mail.text.startswith("Corrected on Wednesday 26 May 2021:\nIt is 00:40.")
    assert mail.html.index("It is 00:40.") < mail.html.index("<h1")


def test_urgent_is_a_word_in_the_subject_and_the_mail() -> None:
    mail = alert("ko", urgent=True)
    assert mail.subject == "[긴급] Night buses on four lines from July"
    assert "| 긴급" in mail.text


def test_pieces_of_another_language_say_so() -> None:
    mail = digest(DigestItem(article=article(language="ko", title="뮤지컬", division="culture"), under="All"))
    page = tree(mail.html)
    assert page.xpath("string(//h3[@lang='ko'])") == "뮤지컬"
    assert page.xpath("string(//b[@lang='ko'])") == "문화예술과"
    assert page.xpath("//h2/@lang") == []


def test_a_title_in_another_language_is_never_read_in_the_language_of_the_mail() -> None:
    def heads(mail: MailContent) -> tuple[str | None, str | None]:
        page = tree(mail.html)
        (label,) = page.xpath("//*[@role='article']/@aria-label")
        return page.find(".//title").get("lang"), label

    for language, label in (("en", "Mail from "), ("ko", "에서 보낸 메일")):
        for kind, mail in every_kind(language).items():
            assert label in str(heads(mail)[1]), kind
    foreign = LETTERS.alert(article(language="ko", title="밤 버스"), language="en", kind="published")
    assert heads(foreign)[0] == "ko"
    assert heads(alert("en", title="Night buses"))[0] is None


def test_an_alert_in_another_language_marks_title_and_text() -> None:
    foreign = article(language="ko", title="뮤지컬", division="culture")
    page = tree(every_kind("en")["alert"].html)
    assert page.xpath("//h1/@lang") == []
    mail = tree(LETTERS.alert(foreign, language="en", kind="published").html)
    assert mail.xpath("//h1/@lang") == ["ko"]
    assert mail.xpath("//div[@class='text']/@lang") == ["ko"]
    assert mail.xpath("//p[@class='from']/@lang") == ["ko"]


def test_digest_subjects_count_and_date() -> None:
    item = DigestItem(article=article(), under="All")
    assert digest(item, item, item).subject == "Daegu Newsroom: 3 releases, Tuesday 25 May"
    assert digest(item).subject == "Daegu Newsroom: 1 release, Tuesday 25 May"
    assert digest(item, item, item, language="ko").subject == "대구 뉴스룸: 새 보도자료 3건, 5월 25일 화요일"


def test_a_catch_up_digest_states_its_span() -> None:
    item = DigestItem(article=article(), under="All")
    span = (date(2021, 5, 20), date(2021, 5, 24))
    assert "Releases of 20 to 24 May" in digest(item, span=span).text
    assert "5월 20일~24일 보도자료" in digest(item, span=span, language="ko").text
    weekly = digest(item, span=(date(2021, 5, 28), date(2021, 6, 3)), cadence=Cadence.WEEKLY)
    assert weekly.subject == "Daegu Newsroom: 1 release, 28 May to 3 June"
    assert "weekly digest" in weekly.text


def test_a_daily_digest_that_began_the_day_before_is_of_its_day() -> None:
    item = DigestItem(article=article(), under="All")
    assert digest(item, span=(date(2021, 5, 24), date(2021, 5, 25))).subject.endswith("Tuesday 25 May")
    assert digest(item, span=(date(2021, 5, 23), date(2021, 5, 25))).subject.endswith("23 to 25 May")


def test_what_stands_under_no_heading_was_asked_for_with_everything() -> None:
    mail = digest(DigestItem(article=article(), under="", also_in=("", "A")))
    assert tree(mail.html).xpath("//h2/text()") == ["All releases"]
    assert "All releases\n------------\n\nClimate Policy | Monday" in mail.text
    assert "Also in: All releases, A" in mail.text


def test_a_digest_groups_in_the_order_given_and_tells_what_else_holds_it() -> None:
    items = [DigestItem(article=article(n, title=f"T{n}"), under=u) for n, u in ((1, "A"), (2, "B"), (3, "A"))]
    mail = digest(*items, DigestItem(article=article(4, title="T4"), under="B", also_in=("A", "C")))
    assert re.findall(r"^T\d", mail.text, re.M) == ["T1", "T3", "T2", "T4"]
    assert "Also in: A, C" in mail.text
    assert tree(mail.html).xpath("//h2/text()") == ["A", "B"]


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=https://track.test/p.gif onerror=alert(1)>",
        '<a href="javascript:alert(1)">x</a>',
        '<p style="background:url(https://track.test/)">x</p>',
        "<svg><style><img src=x onerror=alert(1)></style></svg>",
        '<meta http-equiv=refresh content="0;url=https://evil.test">',
        "<form action=https://evil.test><input></form>",
        "<base href=https://evil.test/>",
        "<style>.footer{display:none}</style>",
    ],
)
def test_b37_a_body_brings_nothing_that_runs_loads_or_hides(hostile: str) -> None:
    for field in ("body_html", "title", "summary", "subtitle"):
        page = tree(alert(**{field: f"before {hostile} after"}).html)
        assert page.xpath("//script|//img|//svg|//form|//input|//base|//meta[@http-equiv]|//body//style") == []
        assert page.xpath("//@onerror") == []
        assert all(not each.startswith("javascript") for each in page.xpath("//@href"))
        assert "track.test/)" not in "".join(page.xpath("//@style"))


def test_headings_of_a_body_follow_on_the_title_without_a_gap() -> None:
    page = tree(alert(body_html="<h4>a</h4><h5>b</h5><h1>c</h1><h3>d</h3><h6>e</h6><h4>f</h4>").html)
    (text,) = page.xpath("//div[@class='text']")
    assert [(each.tag, each.text) for each in text] == [
        ("h2", "a"), ("h3", "b"), ("h2", "c"), ("h3", "d"), ("h4", "e"), ("h4", "f"),
    ]  # fmt: skip


def test_links_of_a_body_are_made_whole_and_anchors_dropped() -> None:
    page = tree(alert(body_html='<p><a href="/articles/2/x">a</a> <a href="#note">b</a></p>').html)
    assert page.xpath("//div[@class='text']//a/@href") == ["https://news.daegu.example.org/articles/2/x"]


def test_a_caption_or_note_that_the_body_gives_is_not_said_twice() -> None:
    body = "<figure><figcaption>A bus at night</figcaption></figure><p>* Night: from 23:00 on</p>"
    mail = alert(body_html=body, body_text="A bus at night\n\n* Night: from 23:00 on")
    assert mail.html.count("A bus at night") == 1
    assert mail.text.count("from 23:00 on") == 1


def test_a_picture_that_we_keep_is_shown_with_its_words_and_others_are_only_named() -> None:
    kept = Picture(caption="A <bus>", credit="City", alt="Bus 609", media=f"{'ab' * 32}.jpg", width=2000, height=1000)
    (elsewhere,) = article().content.pictures
    mail = alert(pictures=(kept, elsewhere))
    page = tree(mail.html)
    (image,) = page.xpath("//img")
    assert image.get("src") == f"https://news.daegu.example.org/media/{'ab' * 32}-960.jpg"
    assert (image.get("alt"), image.get("width"), image.get("height")) == ("Bus 609", "560", "280")
    assert page.xpath("//figcaption")[0].text_content() == "A <bus>\nPhoto: City"
    assert mail.html.count("A &lt;bus&gt;") == 1
    assert f"- A <bus>\n  Photo: City\n  https://news.daegu.example.org/media/{'ab' * 32}.jpg\n" in mail.text
    assert "pictures.test" not in mail.html


def test_an_attachment_whose_address_is_not_of_the_web_is_named_without_a_link() -> None:
    (file,) = article().content.attachments
    mail = alert(attachments=(type(file)(name="Plan.hwp", address="javascript:alert(1)"),))
    assert "Plan.hwp" in mail.text
    assert "javascript" not in mail.html + mail.text


def test_a_control_or_half_a_sign_in_an_article_spoils_no_mail() -> None:
    broken = "half \udc80 nul \0 end"
    mail = alert(title=broken, subtitle=broken, summary=broken, body_html=f"<p>{broken}</p>", body_text=broken)
    for part in (mail.subject, mail.text, mail.html):
        assert part.encode()
        assert "\0" not in part
