"""Pages of our own in the layouts such boards have, and what is refused."""

import gzip

import pytest

from feeds.intake.board_page import identity_of, read
from feeds.intake.decode import text_of
from feeds.intake.draft import Draft, ListPage, Refused
from feeds.model import Attachment, Footnote, Picture
from tests.intake.layouts import OWN, own, page

TITLE = "Old Harbour Becomes a Park for Everyone"


def test_a_text_page_gives_every_field_it_states() -> None:
    draft = own("harbour.txt")

    assert draft.content.title == TITLE
    assert draft.content.subtitle == "Gates open on the first Saturday of April"
    assert draft.division == "Parks and Waterfront Division"
    assert str(draft.registered_on) == "2026-03-04"
    assert draft.telephone == "053-803-4215"
    assert draft.board == "Releases"
    assert draft.content.pictures == (Picture(caption="The new lawn seen from the pier"),)
    assert draft.content.footnotes == (
        Footnote(mark="*", term="wheelchairs", note="the park lends ten of them at the gate"),
        Footnote(mark="**", term="line", note=None),
    )
    assert "<h3>Getting there</h3>" in draft.content.body_html
    assert "<ul><li>Paths are level from the station" in draft.content.body_html
    assert "<ol><li>Take bus 7 at the station.</li><li>Leave it at Harbour Gate.</li></ol>" in draft.content.body_html
    assert draft.remarks == ()


def test_a_page_of_definition_lists_keeps_links_pictures_and_files() -> None:
    draft = own("harbour_dl.html")
    html = draft.content.body_html

    assert (draft.content.title, draft.board) == (TITLE, "Releases")
    assert draft.division == "Parks and Waterfront Division"
    assert (str(draft.registered_on), draft.telephone) == ("2026-03-04", "053-803-4215")
    assert draft.content.subtitle == "Gates open on the first Saturday of April"
    assert str(draft.identity) == "city.example.org/BBS_7/4711"
    assert draft.content.pictures == (
        Picture(
            caption="The new lawn seen from the pier",
            alt="A lawn",
            address="https://city.example.org/images/lawn.jpg",
        ),
    )
    files = "https://city.example.org/cmm/fms/FileDown.do?atchFileId=FILE_9&fileSn=0"
    assert draft.content.attachments == (Attachment(name="park map.pdf", address=files),)
    assert '<a href="https://city.example.org/map?x=1">map</a>' in html
    assert "<strong>old harbour</strong>" in html
    assert "<td>9 to 18</td>" in html
    assert '<aside role="note"><p>* wheelchairs: lent at the gate</p></aside>' in html


@pytest.mark.parametrize(
    "furniture", ["Share", "Previous", "Bus lines", "List", "Copyright", "lost.hwp", "Views", "steal"]
)
def test_what_stands_around_an_article_does_not_leak_into_it(furniture: str) -> None:
    content = own("harbour_dl.html").content

    assert furniture not in content.body_html
    assert furniture not in content.body_text


def test_a_page_of_one_table_reads_its_cells_and_leaves_the_empty_division_empty() -> None:
    draft = own("harbour_table.html")

    assert (draft.content.title, draft.division, str(draft.registered_on)) == (TITLE, "", "2026-03-04")
    assert draft.content.subtitle == "Gates open on the first Saturday of April"
    assert draft.content.body_text == "The city opens the old harbour as a park.\n\nEveryone is welcome there."
    assert draft.remarks == ("the page names no division",)


def test_a_page_of_line_breaks_reads_like_the_text_form() -> None:
    draft = own("harbour_br.html")

    assert (draft.division, str(draft.registered_on)) == ("Parks and Waterfront Division", "2026-03-04")
    assert draft.content.subtitle == "Gates open on the first Saturday of April"
    assert [picture.caption for picture in draft.content.pictures] == ["The new lawn seen from the pier"]


def test_b44_a_korean_page_in_cp949_is_read_in_hangul() -> None:
    draft = own("harbour_ko_cp949.html")

    assert draft.content.language == "ko"
    assert draft.content.title == "옛 항구, 시민 공원으로 다시 열다"
    assert draft.content.subtitle == "4월 첫 토요일 개방"
    assert (draft.division, str(draft.registered_on), draft.telephone) == ("공원녹지과", "2026-03-04", "053-803-4215")
    assert draft.content.footnotes == (Footnote(mark="*", term="배리어프리", note="턱이 없는 길"),)
    assert [picture.caption for picture in draft.content.pictures] == ["부두에서 본 새 잔디밭"]
    assert "목록" not in draft.content.body_text
    assert draft.board == "보도자료"


def test_a_list_is_told_from_an_article_in_both_forms() -> None:
    html, text = read((OWN / "list.html").read_bytes()), read((OWN / "list.txt").read_bytes())

    assert isinstance(html, ListPage)
    assert html.titles == ("Old Harbour becomes a park", "Bus lines move in May", "Library hours grow")
    assert isinstance(text, ListPage)
    assert text.titles == ("Old Harbour becomes a park", "Bus lines move in May")


def test_two_articles_on_one_page_are_a_list() -> None:
    both = read((page() + page(title="Bridge opens")).encode())

    assert isinstance(both, ListPage)
    assert both.titles == ("Park opens", "Bridge opens")


def test_an_error_page_is_refused_with_every_reason() -> None:
    refused = read((OWN / "error.html").read_bytes())

    assert refused == Refused(
        title="404 Not Found",
        reasons=(
            "there is no line “Division name”",
            "there is no line “Date of registration”",
            "it looks like an error page (“404 Not Found”)",
        ),
    )


def test_a_page_of_another_site_is_refused() -> None:
    refused = read((OWN / "other_site.html").read_bytes())

    assert isinstance(refused, Refused)
    assert refused.reasons[:2] == ("there is no line “Division name”", "there is no line “Date of registration”")


def test_a_sign_in_page_is_refused_as_one() -> None:
    refused = read(b"<html><body><h1>Board</h1><form><input type='password'></form></body></html>")

    assert isinstance(refused, Refused)
    assert "it looks like a page to sign in" in refused.reasons


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (b"", "the file is empty"),
        (b" \r\n\xc2\xa0\n", "the file is empty"),
        (b"Division name\x00Date of registration", "NUL"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "not text"),
        (gzip.compress(b"x" * 100, mtime=0), "not text"),
        (page().encode("utf-16-le"), "UTF-16 (little-endian)"),
        (b"\xff\xfe\x00", "its mark says utf-16-le"),
        ("Division name: Ümläute, façade, déjà vu\xa0à".encode("latin-1"), "neither UTF-8 nor CP949"),
        (b"x" * (5 * 1024 * 1024 + 1), "bigger than 5 MB"),
        (b"<meta charset=utf-7><p>+ADw-script+AD4-</p>", "UTF-7"),
    ],
)
def test_b51_b52_bytes_that_are_no_text_are_refused_and_never_repaired(bad: bytes, reason: str) -> None:
    refused = read(bad)

    assert isinstance(refused, Refused)
    assert reason in refused.reasons[0]


def test_b51_a_page_that_is_cut_off_in_its_markup_is_refused() -> None:
    cut = (OWN / "harbour_dl.html").read_bytes()

    for length in range(400, len(cut) - 10, 300):
        refused = read(cut[:length])
        assert isinstance(refused, Refused)
        assert "cut off" in refused.reasons[0]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp949"])
def test_b52_what_the_bytes_say_beats_what_the_page_declares(encoding: str) -> None:
    html = "<html><head><meta charset='{}'></head><body><h1>공원</h1><p>부서명</p><p>등록일</p><p>세정과 (T. 120)</p>"
    html += "<p>공원이 열렸다.</p></body></html>"

    for declared in ("euc-kr", "utf-8", "iso-8859-1"):
        draft = read(html.format(declared).encode(encoding))
        assert isinstance(draft, Draft), (declared, encoding, draft)
        assert (draft.division, draft.content.body_text) == ("세정과", "공원이 열렸다.")


def test_b44_a_declared_page_may_hold_no_korean_but_rare_syllables() -> None:
    html = "<html><head><meta charset='euc-kr'></head><body><h1>A soup</h1><p>똠얌꿍</p></body></html>"

    assert "똠얌꿍" in text_of(html.encode("cp949"))


def test_quotes_of_windows_in_an_undeclared_page_are_quotes() -> None:
    draft = read(page(body="The “park” isn’t shut.").encode("cp1252"))

    assert isinstance(draft, Draft)
    assert draft.content.body_text == "The “park” isn’t shut."


@pytest.mark.parametrize(
    "bomb",
    [
        '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><a>&c;</a>',
        '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>',
        '<?xml version="1.0"?><rss><channel><title>x</title></channel></rss>',
        "<html>" + "<div>" * 15_000 + "</html>",
        "<html>" + "<div>" * 60_000 + "</html>",
        "<html><p " + " ".join(f"a{n}=1" for n in range(50_000)) + ">x</p></html>",
    ],
)
def test_b48_b49_b50_entities_depth_and_floods_of_attributes_are_refused(bomb: str) -> None:
    assert isinstance(read(bomb.encode()), Refused)


@pytest.mark.parametrize(
    ("flood", "reason"),
    [
        (page(body="a* " * 50_000), "the page has a line of more than 50000 characters"),
        (page(body="x.\n" * 25_000), "the page has more than 20000 lines"),
    ],
)
def test_b50_floods_of_text_are_refused(flood: str, reason: str) -> None:
    assert read(flood.encode()) == Refused(title=None, reasons=(reason,))


def test_a_damaged_page_is_not_taken_with_its_lost_signs() -> None:
    refused = read(page(body="The p\ufffdrk is open.").encode())

    assert isinstance(refused, Refused)
    assert "damaged" in refused.reasons[0]


@pytest.mark.parametrize(
    ("address", "identity"),
    [
        ("https://www.example.org/v.do?bbsId=B_1&nttId=7", "www.example.org/B_1/7"),
        ("http://u:p@WWW.Example.org:8080/v.do?nttId=7&x=&bbsId=B_1#top", "www.example.org/B_1/7"),
        ("https://example.org/i.do?menu_link=/v.do&bbsId=B_1&nttId=7", "example.org/B_1/7"),
        ("https://example.org/i.do?menu_link=/v.do?nttId=7&bbsId=B_1", "example.org/B_1/7"),
        ("https://example.org/i.do?menu_link=%2Fv.do%3FbbsId%3DB_1%26nttId%3D7", "example.org/B_1/7"),
    ],
)
def test_b55_the_identity_is_host_board_and_post_however_the_address_is_written(address: str, identity: str) -> None:
    assert str(identity_of(address)) == identity


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ftp://example.org/v.do?bbsId=B&nttId=7",
        "/v.do?bbsId=B&nttId=7",
        "https://example.org/v.do?bbsId=B",
        "https://example.org/v.do?bbsId=B&nttId=7&nttId=8",
        "https://example.org/v.do?bbsId=B&nttId=../7",
        "https://[::1/v.do?bbsId=B&nttId=7",
        "https://example.org:99999/v.do?bbsId=B&nttId=7",
        "javascript:alert(1)?bbsId=B&nttId=7",
    ],
)
def test_an_address_that_names_no_one_post_has_no_identity(address: str) -> None:
    assert identity_of(address) is None
