"""The bytes of a message: two parts that read back whole, in seven bits."""

import base64
import quopri
from email import policy
from email.parser import BytesParser
from itertools import chain, zip_longest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.encodings import InBase64, InQuotedPrintable
from notifier.mime import build, octets

HEADERS = [("Subject", "plain"), ("To", "reader@example.org")]
LINES = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]) | st.sampled_from(" .=\n-"), max_size=400)


def parts(raw: bytes) -> list[str]:
    mail = BytesParser(policy=policy.default).parsebytes(raw)
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    return [part.get_content() for part in mail.iter_parts()]


@given(LINES, LINES)
def test_both_parts_read_back_as_they_were(text: str, html: str) -> None:
    raw = build(headers=HEADERS, text=text, html=html)
    assert [part.replace("\r\n", "\n") for part in parts(raw)] == [f"{each.rstrip(chr(10))}\n" for each in (text, html)]


@given(st.lists(LINES, min_size=1, max_size=5), st.data())
def test_in_pieces_a_part_reads_back_as_it_was(constants: list[str], data: st.DataObject) -> None:
    """A line end in the text is one line end on the wire; within a piece none is cut."""
    lines = [octets(one) for one in constants]
    said = [octets(data.draw(LINES)).replace(b"\r\n", b" ") for _ in lines[1:]]
    whole = b"".join(chain.from_iterable(zip_longest(lines, said, fillvalue=b"")))
    for made, decoded in ((InQuotedPrintable(lines), quopri.decodestring), (InBase64(lines), base64.b64decode)):
        encoded = b"".join(made.write(said))
        assert decoded(encoded) == whole
        assert encoded.isascii()
        assert b"\n." not in b"\n" + encoded
        assert max(map(len, encoded.split(b"\r\n"))) <= 76


@given(LINES, LINES)
def test_lines_end_in_crlf_are_short_and_seven_bit(text: str, html: str) -> None:
    raw = build(headers=HEADERS, text=text, html=html)
    assert raw.isascii()
    assert raw.count(b"\n") == raw.count(b"\r") == raw.count(b"\r\n")
    assert max(map(len, raw.split(b"\r\n"))) <= 78
    assert b"\n." not in raw


def test_mostly_ascii_is_quoted_printable_and_mostly_hangul_is_base64() -> None:
    raw = build(headers=HEADERS, text="café at the river\n" * 9, html="<p>심야버스 네 개 노선</p>")
    mail = BytesParser().parsebytes(raw)
    assert [part["Content-Transfer-Encoding"] for part in mail.get_payload()] == ["quoted-printable", "base64"]


def test_the_same_input_gives_the_same_bytes() -> None:
    assert build(headers=HEADERS, text="a", html="b") == build(headers=HEADERS, text="a", html="b")


def test_a_text_that_quotes_a_boundary_ends_no_part() -> None:
    first = build(headers=HEADERS, text="a", html="b")
    boundary = BytesParser().parsebytes(first).get_boundary()
    assert parts(build(headers=HEADERS, text=f"--{boundary}--\na", html=f"--{boundary}"))[0].startswith(
        f"--{boundary}--"
    )


def test_there_is_no_header_but_the_given_ones_and_mime_s_own() -> None:
    mail = BytesParser().parsebytes(build(headers=HEADERS, text="a", html="b"))
    assert mail.keys() == ["Subject", "To", "MIME-Version", "Content-Type"]


@pytest.mark.parametrize("name", ["", "Sub ject", "Subject:", "Subject\r\nBcc", "Betreff\u00fc", "Content-Type", "to"])
def test_a_header_name_that_is_none_of_ours_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="header"):
        build(headers=[*HEADERS, (name, "x")], text="a", html="b")


@pytest.mark.parametrize(
    "value", ["a\r\nBcc: b", "a\nb", "a\rb", "a\0b", "한글", "a\r\n \r\nbody", "a\r\n", "a\n b", "x" * 999]
)
def test_a_value_that_is_not_encoded_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="not encoded"):
        build(headers=[("Subject", value)], text="a", html="b")
