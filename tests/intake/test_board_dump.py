"""A dump of an eGovFrame board: what is taken in, what is skipped, and what never passes."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given as given_that
from hypothesis import strategies as st

from feeds.errors import PageRefused
from feeds.intake import sources
from feeds.intake.board_page import read
from feeds.intake.draft import Draft, Refused
from feeds.intake.fingerprint import fingerprint
from feeds.intake.report import as_json
from feeds.intake.source import Skipped
from tests.intake.given import SEOUL, SETTING, csv_of, draft, given, reasons, records, skipped

POST = {
    "NTT_ID": "4711",
    "BBS_ID": "BBS_00000001",
    "NTT_NO": "4711",
    "NTT_SJ": "Night buses run later",
    "NTT_CN": "<p>From Monday on, they run until two.</p>",
    "ANSWER_AT": "N",
    "PARNTSCTT_NO": "0",
    "ANSWER_LC": "0",
    "SORT_ORDR": "4711",
    "RDCNT": "12",
    "USE_AT": "Y",
    "NTCE_BGNDE": "10000101",
    "NTCE_ENDDE": "99991231",
    "NTCR_ID": "login-of-somebody",
    "NTCR_NM": "Somebody's name",
    "PASSWORD": "wordthatpasses",
    "ATCH_FILE_ID": "",
    "NOTICE_AT": "N",
    "SJ_BOLD_AT": "N",
    "SECRET_AT": "N",
    "FRST_REGIST_PNTTM": "2019-07-17 00:30:15.0",
    "FRST_REGISTER_ID": "USRCNFRM_1",
    "LAST_UPDT_PNTTM": "2019-07-18 10:00:00.0",
}


def dump(*posts: dict[str, str], names: list[str] | None = None, **layout: str) -> str:
    """A dump of posts, each given as what is different from POST."""
    columns = names or list(POST)
    rows = [[(POST | post)[name.upper().strip()] for name in columns] for post in posts]
    return csv_of([columns, *rows], **layout)


def one(**different: str) -> Draft:
    return draft(records(dump(different).encode())[0])


def test_a_post_becomes_a_draft_with_what_its_columns_say() -> None:
    found = one()
    assert found.content.title == "Night buses run later"
    assert found.content.body_html == "<p>From Monday on, they run until two.</p>"
    assert str(found.identity) == "www.example.org/BBS_00000001/4711"
    assert (found.division, found.telephone, found.board) == ("", None, None)
    assert "the post names no division" in found.remarks


def test_an_instant_without_a_zone_is_the_citys() -> None:
    found = one()
    assert found.registered_on == date(2019, 7, 17)
    assert found.registered_at == datetime(2019, 7, 16, 15, 30, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "day", "hour_is_known"),
    [
        ("20190717003015", date(2019, 7, 17), True),
        ("2019/07/17 00:30", date(2019, 7, 17), True),
        ("2019-07-17", date(2019, 7, 17), False),
        ("2019-07-16T15:30:15Z", date(2019, 7, 17), True),
        ("2019-02-30 10:00:00", None, False),
        ("0000-00-00 00:00:00", None, False),
        ("last week", None, False),
        ("\\N", None, False),
        ("1019-07-17", None, False),
        ("19/07/17", date(2019, 7, 17), False),
        ("99/12/31", date(1999, 12, 31), False),
        ("19/07/17 00:30:00.000000000", date(2019, 7, 17), True),
        ("2019/07/17 오전 9:30:00", date(2019, 7, 17), True),
        ("2019. 7. 17. 오전 9:30", date(2019, 7, 17), True),
        ("2019.7.17(수)", date(2019, 7, 17), False),
        ("2019. 7. 17. (수요일) 오후 2:05", date(2019, 7, 17), True),
        ("2019-07-17 수요일", date(2019, 7, 17), False),
        ("2019년 7월 17일", date(2019, 7, 17), False),
        ("2019년 07월 17일(수) 09:30", date(2019, 7, 17), True),
        ("2019년 13월 17일", None, False),
        ("7/17/2019 9:30", date(2019, 7, 17), True),
        ("7/17/2019 9:30:00 AM", date(2019, 7, 17), True),
        ("7/12/2019 9:30", None, False),
        ("17/7/2019", None, False),
        ("19/02/30", None, False),
        ("2019-07-17 오후 14:05", None, False),
    ],
)
def test_b42_a_date_is_read_or_stays_unknown(written: str, day: date | None, hour_is_known: bool) -> None:
    found = one(FRST_REGIST_PNTTM=written)
    assert (found.registered_on, found.registered_at is not None) == (day, hour_is_known)
    told = "the post gives no date of registration that can be read" in found.remarks
    assert told is (day is None)


@pytest.mark.parametrize(
    ("written", "hour"),
    [
        ("2019-07-17 오후 2:05", (14, 5)),
        ("2019-07-17 오전 12:30", (0, 30)),
        ("2019-07-17 오후 12:30", (12, 30)),
        ("2019-07-17 2:05 PM", (14, 5)),
        ("2019-07-17 9:30", (9, 30)),
        ("2019년 7월 17일 14시 05분", (14, 5)),
        ("2019년 7월 17일 오후 2시 05분", (14, 5)),
    ],
)
def test_b42_the_hours_of_a_clock_of_twelve_are_those_before_or_after_noon(written: str, hour: tuple[int, int]) -> None:
    at = one(FRST_REGIST_PNTTM=written).registered_at
    assert at == datetime(2019, 7, 17, *hour, tzinfo=SEOUL)


def test_a_post_is_refused_with_every_reason() -> None:
    found = reasons(records(dump({"NTT_ID": "", "BBS_ID": "", "NTT_SJ": "", "NTCE_BGNDE": "x"}).encode())[0])
    for said in ("NTCE_BGNDE is no day", "BBS_ID is no id", "NTT_ID is no id", "it has no title"):
        assert said in found


def test_a_post_of_a_dump_and_its_page_are_the_same_post() -> None:
    page = read(
        b"Home\n\nNight buses run later\nDivision name\nDate of registration\nRoads 2019-07-17\n\nThey run.",
        address="http://www.example.org/board/view.do?nttId=4711&bbsId=BBS_00000001",
    )
    assert isinstance(page, Draft)
    assert one().identity == page.identity


def test_columns_may_stand_in_any_order_and_case_and_char_padding_is_trimmed() -> None:
    columns = [f" {name.lower()} " for name in reversed(POST)]
    padded = {"BBS_ID": "BBS_00000001        ", "USE_AT": "Y   ", "NTT_SJ": "  Night buses run later   "}
    found = draft(records(dump(padded, names=columns).encode())[0])
    assert fingerprint(found) == fingerprint(one())
    assert found.identity == one().identity


@pytest.mark.parametrize("separator", [",", "\t", ";", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949", "utf-16"])
def test_b44_b52_any_separator_line_end_and_character_set_give_the_same(
    separator: str, end: str, encoding: str
) -> None:
    text = dump({"NTT_SJ": "심야 버스 늘린다", "NTT_CN": "<p>첫째 줄\r\n둘째 줄</p>"}, separator=separator, end=end)
    (record,) = records(text.encode(encoding))
    assert draft(record).content.title == "심야 버스 늘린다"
    assert draft(record).content.body_text == "첫째 줄 둘째 줄"


def test_line_ends_and_quotes_inside_quotes_belong_to_the_text_and_places_stay_right() -> None:
    first = {"NTT_CN": 'One said: "yes".\n\nThe next\nline.'}
    found = records(dump(first, {"NTT_ID": "5"}, end="\n").encode())
    assert draft(found[0]).content.body_html == '<p>One said: "yes".</p>\n<p>The next<br>line.</p>'
    assert [record.place for record in found] == ["line 2", "line 6"]


def test_a_dump_of_mysql_writes_backslashes_before_quotes() -> None:
    text = dump({"NTT_CN": '<p class="x">He said "yes".</p>'}).replace('""', '\\"')
    assert draft(records(text.encode())[0]).content.body_html == '<p>He said "yes".</p>'


def test_a_dump_of_mysqls_batch_mode_has_tabs_and_no_quotes() -> None:
    post = POST | {"NTT_SJ": '"Quoted" title', "NTT_CN": r"One\n\nTwo\twords \\ more", "ATCH_FILE_ID": "NULL"}
    text = "\n".join("\t".join(row) for row in (POST, post.values())) + "\n"
    (record,) = records(text.encode())
    assert draft(record).content.title == '"Quoted" title'
    assert draft(record).content.body_html == "<p>One</p>\n<p>Two\twords \\ more</p>"


@pytest.mark.parametrize("nothing", ["\\N", "NULL", "null", "(null)", ""])
def test_null_is_nothing_however_it_is_written(nothing: str) -> None:
    names = ("PARNTSCTT_NO", "ANSWER_LC", "ANSWER_AT", "NTCE_BGNDE", "NTCE_ENDDE", "ATCH_FILE_ID", "SECRET_AT")
    found = one(**dict.fromkeys(names, nothing))
    assert found.remarks == ("the post names no division",)


@pytest.mark.parametrize(
    ("different", "reason"),
    [
        ({"USE_AT": "N"}, "deleted"),
        ({"USE_AT": "n   "}, "deleted"),
        ({"SECRET_AT": "Y"}, "secret"),
        ({"ANSWER_AT": "Y"}, "reply"),
        ({"PARNTSCTT_NO": "4000"}, "reply"),
        ({"ANSWER_LC": "1"}, "reply"),
        ({"NTCE_ENDDE": "20260519"}, "not shown after 2026-05-19"),
        ({"NTCE_ENDDE": "2019-12-31 00:00:00"}, "not shown after 2019-12-31"),
        ({"NTCE_BGNDE": "2026-05-20 18:00"}, "not shown before 2026-05-20 18:00"),
        ({"NTCE_BGNDE": "2026-05-21"}, "not shown before 2026-05-21"),
    ],
)
def test_what_the_site_does_not_show_is_skipped_with_the_reason_and_without_its_text(
    different: dict[str, str], reason: str
) -> None:
    (record,) = records(dump(different).encode())
    assert reason in skipped(record)
    assert "Night buses" not in str(record)


@pytest.mark.parametrize(
    "window",
    [
        {"NTCE_BGNDE": "20260520", "NTCE_ENDDE": "20260520"},
        {"NTCE_BGNDE": "2026-05-20 11:59", "NTCE_ENDDE": "2026-05-20 12:01"},
        {"NTCE_BGNDE": "", "NTCE_ENDDE": "0000-00-00"},
        {"NTCE_BGNDE": "10000101            ", "NTCE_ENDDE": "99991231            "},
    ],
)
def test_a_post_is_shown_on_both_days_of_its_window(window: dict[str, str]) -> None:
    assert one(**window).content.title


def test_a_window_that_nobody_can_read_is_refused_rather_than_guessed() -> None:
    (record,) = records(dump({"NTCE_ENDDE": "soon"}).encode())
    assert "NTCE_ENDDE is no day" in reasons(record)


@pytest.mark.parametrize(
    ("post", "parent"), [("4711", "4711"), ("4711", "04711"), ("10", "10.0"), ("10", "0"), ("10", "0.0"), ("1", "")]
)
def test_a_parent_that_is_the_post_itself_is_no_reply(post: str, parent: str) -> None:
    assert one(NTT_ID=post, PARNTSCTT_NO=parent).content.title


@pytest.mark.parametrize(("post", "parent"), [("10", "1"), ("1", "10"), ("100", "10"), ("11", "1"), ("1", "x")])
def test_a_parent_is_another_post_where_its_number_is_another_however_alike(post: str, parent: str) -> None:
    (record,) = records(dump({"NTT_ID": post, "PARNTSCTT_NO": parent}).encode())
    assert "reply" in skipped(record)


def test_the_password_and_the_writers_login_and_name_are_in_nothing_that_comes_out() -> None:
    posts = [{}, {"NTT_ID": "not an id"}, {"USE_AT": "N"}, {"NTT_SJ": ""}, {"NTCE_ENDDE": "soon"}]
    found = records(dump(*posts).encode())
    assert len(found) == len(posts)
    for told in (str(found), str([as_json(record.reading) for record in found])):
        assert not [word for word in ("wordthatpasses", "login-of-somebody", "Somebody") if word in told]


def test_the_writers_name_is_kept_only_where_it_is_a_divisions() -> None:
    setting = replace(SETTING, is_division=lambda name: name == "대변인실")
    (record,) = records(dump({"NTCR_NM": "대변인실  "}).encode(), setting=setting)
    assert draft(record).division == "대변인실"


@pytest.mark.parametrize(
    ("written", "html"),
    [
        ("&lt;p&gt;All &amp;amp; sundry&lt;/p&gt;", "<p>All &amp; sundry</p>"),
        ("Plain &quot;words&quot;\r\n\r\nmore", '<p>Plain "words"</p>\n<p>more</p>'),
        ("<div>When: noon</div>\r\n<div>Where: City Hall</div>", "<p>When: noon</p>\n<p>Where: City Hall</p>"),
        ("<center>Notice</center>", "<p>Notice</p>"),
        ("<h1>Plan</h1>Words<h2>Dates</h2>", "<h3>Plan</h3>Words<h4>Dates</h4>"),
        ("1 < 2 and 3 > 2", "<p>1 &lt; 2 and 3 &gt; 2</p>"),
        ('<p onclick="x()">a<script>b()</script><a href="javascript:c()">d</a></p>', "<p>ad</p>"),
        ('<p><a href="/x">a</a></p>', '<p><a href="https://www.example.org/x">a</a></p>'),
    ],
)
def test_b37_a_body_is_cleaned_whatever_form_it_was_stored_in(written: str, html: str) -> None:
    assert one(NTT_CN=written).content.body_html == html


def test_a_picture_written_into_the_text_is_told_of_and_files_elsewhere_too() -> None:
    found = one(NTT_CN='<p>a<img src="data:image/png;base64,AAAA"></p>', ATCH_FILE_ID="FILE_1")
    assert "1 of its pictures had no address that can be kept" in found.remarks
    assert "the post has files that are not in the dump" in found.remarks


def test_a_post_without_words_is_a_draft_that_says_so() -> None:
    assert "it has no text" in one(NTT_CN='<p><img src="/card.jpg"></p>').remarks


@pytest.mark.parametrize(
    ("different", "reason"),
    [
        ({"NTT_ID": "47 11"}, "NTT_ID is no id"),
        ({"NTT_ID": "4" * 65}, "NTT_ID is no id"),
        ({"BBS_ID": "../../x"}, "BBS_ID is no id"),
        ({"NTT_SJ": " \u200b "}, "it has no title"),
        ({"NTT_SJ": "x" * 501}, "its title is longer than 500"),
        ({"NTT_CN": "<p>" + "x" * 2_000_000}, "its text is longer than 2000000"),
        ({"NTT_CN": "<b>" * 30_000}, "more elements or attributes"),
        ({"NTT_CN": "<p>a\ufffdb</p>"}, "signs in it have been lost"),
        ({"NTT_CN": "<p>a\x00b</p>"}, "it is damaged: ntt_cn"),
    ],
)
def test_b50_b51_a_bad_post_is_refused_alone_and_named_by_its_line(different: dict[str, str], reason: str) -> None:
    found = records(dump({}, different, {"NTT_ID": "9"}).encode())
    assert reason in reasons(found[1])
    assert [type(record.reading) for record in found] == [Draft, Refused, Draft]
    assert [record.place for record in found] == ["line 2", "line 3", "line 4"]


def test_b52_bytes_that_are_no_text_damage_their_own_post_only() -> None:
    text = dump({"NTT_SJ": "심야 버스 하나"}, {"NTT_ID": "2", "NTT_SJ": "심야 DAMAGED"}, {"NTT_ID": "3"})
    for encoding in ("utf-8", "cp949"):
        content = text.encode(encoding).replace(b"DAMAGED", b"\xff\xff")
        found = records(content)
        assert draft(found[0]).content.title == "심야 버스 하나"
        assert "ntt_sj cannot be read" in reasons(found[1])
        assert isinstance(found[2].reading, Draft)


@pytest.mark.parametrize("cells", [["x"], ["x"] * 40])
def test_a_row_of_another_width_is_refused_alone(cells: list[str]) -> None:
    text = dump({}) + csv_of([cells]) + csv_of([list(POST.values())])
    found = records(text.encode())
    assert "columns, the first line names 23" in reasons(found[1])
    assert isinstance(found[2].reading, Draft)


def test_b51_a_dump_that_is_cut_off_gives_what_is_whole_and_names_the_line_of_the_rest() -> None:
    text = dump({}, {"NTT_ID": "2"})
    taken = []
    with pytest.raises(PageRefused, match="from line 3 on: a quote is opened and never closed"):
        for record in sources.records(given(text.encode()[:-30])):
            taken.append(record)  # noqa: PERF402 - what came before the error counts
    assert [record.place for record in taken] == ["line 2"]


def test_a_dump_needs_the_host_that_its_posts_are_known_by() -> None:
    with pytest.raises(PageRefused, match="--site"):
        records(dump({}).encode(), setting=replace(SETTING, site=None))


@pytest.mark.parametrize("missing", ["NTT_CN", "BBS_ID"])
def test_a_dump_without_a_column_that_it_needs_names_it(missing: str) -> None:
    columns = [name for name in POST if name != missing]
    with pytest.raises(PageRefused, match=missing):
        records(dump({}, names=columns).encode())


def test_two_columns_of_one_name_are_refused() -> None:
    with pytest.raises(PageRefused, match="the same name: ntt_id"):
        records(dump({}, names=[*POST, "ntt_id"]).encode())


@given_that(
    st.lists(
        st.dictionaries(
            st.sampled_from(sorted(POST)),
            st.one_of(
                st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
                st.sampled_from(["Y", "N", "\\N", "20260520", "<p>", '"', "0", "1"]),
            ),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_b51_every_row_is_answered_once_whatever_is_in_it(posts: list[dict[str, str]]) -> None:
    found = records(dump(*posts).encode())
    assert len(found) == len([post for post in posts if any((POST | post).values())])
    for record in found:
        assert isinstance(record.reading, Draft | Refused | Skipped)
        assert "wordthatpasses" not in str(record)
        if isinstance(record.reading, Draft):
            assert record.reading.content.title
            assert len(fingerprint(record.reading)) == 64
