"""What the mails about a person's own affairs say: welcome, renewal, change of address; and that of a withdrawal."""

from datetime import date

import pytest
from lxml import html as lxml_html
from mail_samples import FOLLOWED, LETTERS, NEWSROOM, PARAGRAPHS, VALUES, alert, article, every_kind, many

from feeds.model import Picture
from notifier.messages import Follows
from notifier.model import Cadence
from notifier.placeholders import MailContent, fill
from notifier.reasons import ROOM
from notifier.room import fits

DAY = date(2021, 5, 25)
KEPT = Picture(caption="A bus", credit="City", alt="Bus 609", media=f"{'ab' * 32}.jpg", width=2000, height=1000)


def said(mail: MailContent) -> str:
    """What its HTML says, in one line."""
    return " ".join(lxml_html.document_fromstring(mail.html).text_content().split())


def test_a_welcome_says_what_is_followed_and_how_to_leave() -> None:
    mail = fill(LETTERS.welcome(FOLLOWED, language="en"), VALUES)
    assert mail.subject == "You now follow Daegu Newsroom"
    for part in (" ".join(mail.text.split()), said(mail)):
        for piece in ("Climate Policy, 문화예술과", "at once, as releases come out", "All releases", "at 08:00"):
            assert piece in part
        assert "one that stops everything with one click" in part
        assert "newsroom@daegu.example.org" in part
    assert mail.text.count(VALUES["manage"]) == 2
    assert mail.text.count(VALUES["unsubscribe"]) == 1


@pytest.mark.parametrize(
    ("cadence", "first"), [("immediate", "as soon as"), ("daily", "at 08:00"), ("weekly", "on Monday")]
)
def test_a_welcome_says_when_the_first_mail_of_the_newest_wish_comes(cadence: str, first: str) -> None:
    mail = LETTERS.welcome([Follows((), Cadence.DAILY), Follows(("Water",), Cadence(cadence))], language="en")
    assert first in mail.text.partition("What you follow")[0]


def test_a_withdrawal_says_why_and_asks_not_to_quote_it() -> None:
    gone = article(withdrawal_reason="The timetable was that of last year.", urgent=True)
    for language, subject, asks in (
        ("en", "Withdrawn: Night buses on four lines from July", "please do not quote it"),
        ("ko", "[철회] Night buses on four lines from July", "인용하거나"),
    ):
        mail = LETTERS.withdrawal(gone, language=language, withdrawn_on=DAY)
        assert mail.subject == subject
        for part in (" ".join(mail.text.split()), said(mail)):
            assert "The timetable was that of last year." in part
            assert asks in part
            assert "053-803-5120" in part
            assert "The last one leaves" not in part, "nothing of the text is said again"


def test_a_withdrawn_release_in_another_language_says_so_wherever_it_speaks() -> None:
    page = lxml_html.document_fromstring(every_kind("ko")["withdrawal"].html)
    assert page.xpath("//h1/@lang") == ["en"]
    assert page.xpath("//p[contains(@class, 'note')]/span/@lang") == ["en"]


def test_a_renewal_says_until_when_and_what_comes_of_no_answer() -> None:
    mails = every_kind("en")
    mail = fill(mails["renewal"], VALUES)
    assert "on Monday 20 May 2019" in " ".join(mail.text.split())
    assert "ends on Sunday 20 June 2021, and we erase your address" in " ".join(mail.text.split())
    assert VALUES["renew"] in mail.text
    assert mails["renewal again"].subject.startswith("Reminder: ")
    assert every_kind("ko")["renewal again"].subject.startswith("[다시 알림] ")


def test_a_new_address_is_asked_and_the_one_before_is_told_where_mail_goes_and_how_to_take_it_back() -> None:
    asked, told = (fill(every_kind("en")[kind], VALUES) for kind in ("address_confirm", "address_changed"))
    assert VALUES["confirm"] in asked.text
    assert VALUES["undo"] not in asked.text + asked.html
    assert "n…@example.org" in told.text
    assert VALUES["undo"] in told.text
    assert "120" in told.text
    for mail in (asked, told):
        assert VALUES["manage"] not in mail.text + mail.html
        assert VALUES["unsubscribe"] not in mail.text + mail.html


def test_an_alert_without_pictures_loads_nothing_and_links_to_each_of_them() -> None:
    release = article(pictures=(KEPT,))
    mail = LETTERS.alert(release, language="en", kind="published", with_pictures=False)
    page = lxml_html.document_fromstring(mail.html)
    assert page.xpath("//img") == []
    (link,) = page.xpath("//li/a[contains(@href, '/media/')]")
    assert link.text == "A bus"
    assert "Photo: City" in said(mail)
    assert mail.text == alert(pictures=(KEPT,)).text


def test_the_credit_of_a_picture_is_in_the_language_of_its_text() -> None:
    foreign = article(language="ko", pictures=(KEPT,))
    page = lxml_html.document_fromstring(LETTERS.alert(foreign, language="en", kind="published").html)
    assert page.xpath("string(//figcaption/small)") == "사진: City"
    assert page.xpath("//figcaption/ancestor::div[@class='text']/@lang") == ["ko"]


def test_a_journalist_is_told_on_what_terms_a_release_may_be_used() -> None:
    for part in (alert().text, said(alert())):
        assert "Licence: Korea Open Government License Type 1" in " ".join(part.split())
    assert "Licence: by hand" in said(alert(licence="by hand"))


def test_releases_told_together_are_named_by_the_first_and_the_number_of_the_others() -> None:
    three = [article(1, title="Night buses"), article(2, title="A new bench"), article(3, title="A tree")]
    assert LETTERS.together(three, language="en").subject == "Night buses and 2 more"
    assert LETTERS.together(three, language="ko").subject == "Night buses 외 2건"
    assert LETTERS.together(three[:1], language="en").subject == "Night buses"


@pytest.mark.parametrize("language", ["en", "ko"])
def test_releases_told_together_stand_in_full_as_far_as_there_is_room(language: str) -> None:
    long = "<p>" + "A very long release indeed. " * 700 + "</p>"
    few = LETTERS.together([article(1), article(2)], language=language)
    assert said(few).count(PARAGRAPHS[0]) == " ".join(few.text.split()).count(PARAGRAPHS[0]) == 2
    eight = [article(number, body_html=long, body_text=long) for number in range(1, 9)]
    content = LETTERS.together(eight, language=language)
    assert fits(content, NEWSROOM, ROOM)
    assert 700 <= said(content).count("A very long release indeed.") < 8 * 700
    for number in range(1, 9):
        assert f"/articles/{number}" in content.text


def test_forty_releases_have_room_in_one_mail() -> None:
    forty = [one.article for one in many(40)]
    assert fits(LETTERS.together(forty, language="ko"), NEWSROOM, ROOM)
