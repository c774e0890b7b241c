"""JSON that two readers could read differently is refused, quickly, with a sentence."""

import gzip
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.web.api import strict_json
from feeds.web.api.strict_json import JsonRefused
from tests.api.program import RELEASE, Program, demand_problem
from tests.web.conftest import Site

BROKEN = {
    "a brace": b"{",
    "a word": b"x",
    "NaN": b'{"title": NaN}',
    "infinity": b'{"title": -Infinity}',
    "1e999": b'{"title": 1e999}',
    "a long fraction": b'{"title": 0.' + b"1" * 500 + b"}",
    "5,000 digits": b'{"title": ' + b"9" * 5000 + b"}",
    "100,000 arrays": b"[" * 100_000 + b"]" * 100_000,
    "100,000 objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "100,000 open arrays": b"[" * 100_000,
    "a name twice": b'{"title": "One", "title": "Two"}',
    "a name twice, escaped": b'{"title": "One", "titl\\u0065": "Two"}',
    "a name twice, deep down": b'{"pictures": [{"media": "a", "media": "b"}]}',
    "a byte order mark": b"\xef\xbb\xbf{}",
    "UTF-16": '{"title": "x"}'.encode("utf-16"),
    "UTF-16 without a mark": '{"title": "x"}'.encode("utf-16-le"),
    "UTF-32": '{"title": "x"}'.encode("utf-32"),
    "CP949": '{"title": "심야버스"}'.encode("cp949"),
    "Latin-1": '{"title": "caf\xe9"}'.encode("latin-1"),
    "overlong UTF-8": b'{"title": "\xc0\xaf"}',
    "a surrogate in UTF-8": b'{"title": "\xed\xa0\x80"}',
    "a lone surrogate": b'{"title": "\\ud800"}',
    "a lone low surrogate": b'{"title": "\\udc00x"}',
    "a surrogate in a name": b'{"\\ud800": "x"}',
    "U+0000": b'{"title": "a\\u0000b"}',
    "a raw control": b'{"title": "a\x01b"}',
    "a comment": b'{"title": "x" /* y */}',
    "a comma too many": b'{"title": "x",}',
    "single quotes": b"{'title': 'x'}",
    "two values": b'{"title": "x"} {}',
    "an unfinished string": b'{"title": "' + b'\\"' * 500_000,
    "blanks only": b" \n\t ",
}


@pytest.mark.parametrize("name", BROKEN)
def test_b32_b33_b44_what_is_no_sound_json_is_refused_and_changes_nothing(site: Site, cms: Program, name: str) -> None:
    before = site.dump()["article"]
    answer = cms.post("/articles", BROKEN[name])
    told = demand_problem(answer, 400)
    assert len(told["detail"]) < 200
    assert site.dump()["article"] == before


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"7", b'"text"', b"true", b"[{}]", b"{}"])
def test_b32_what_is_no_object_of_ours_is_refused(cms: Program, body: bytes) -> None:
    demand_problem(cms.post("/articles", body), 422)


@pytest.mark.parametrize(
    "kind",
    [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=euc-kr",
        "application/json; charset=utf-16",
        "application/jsonx",
        "application/problem+json",
        "application/json, text/plain",
        "\xff",
    ],
)
def test_b33_only_json_in_utf_8_is_read(cms: Program, kind: str) -> None:
    answer = cms.post("/articles", RELEASE, content_type=kind)
    demand_problem(answer, 415)
    assert answer.headers["accept"] == "application/json"


@pytest.mark.parametrize("packing", ["gzip", "GZIP", "br", "identity, gzip", "\xff"])
@pytest.mark.parametrize("path", ["/articles", "/media"])
def test_b53_a_packed_body_is_refused_unopened(cms: Program, packing: str, path: str) -> None:
    answer = cms.post(path, gzip.compress(b" " * 5_000_000), content_encoding=packing)
    told = demand_problem(answer, 415)
    assert "without Content-Encoding" in told["detail"]
    assert answer.headers["accept-encoding"] == "identity"


@pytest.mark.parametrize(
    "kind", ["application/json", "Application/JSON; charset=UTF-8", 'application/json;charset="utf-8"']
)
def test_json_may_be_named_in_any_case_and_name_its_charset(cms: Program, kind: str) -> None:
    assert cms.post("/articles", RELEASE, content_type=kind).status == 201


def test_a_body_may_say_that_it_is_packed_in_no_way(cms: Program) -> None:
    assert cms.post("/articles", RELEASE, content_encoding="identity").status == 201


def test_b44_hangul_arrives_as_it_was_written(site: Site, cms: Program) -> None:
    title = "대구시, 심야버스 🚌 연장"
    for body in (
        json.dumps(RELEASE | {"title": title}).encode(),
        json.dumps(RELEASE | {"title": title}, ensure_ascii=False).encode(),
    ):
        assert json.loads(cms.post("/articles", body).text)["title"] == title


def _values() -> st.SearchStrategy[Any]:
    text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
    leaf = (
        st.none()
        | st.booleans()
        | st.integers(-(10**15), 10**15)
        | st.floats(allow_nan=False, allow_infinity=False)
        | text
    )
    return st.recursive(
        leaf, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3), max_leaves=10
    )


@given(_values())
def test_sound_json_is_read_as_everybody_reads_it(value: Any) -> None:
    written = json.dumps(value).encode()
    assert strict_json.read(written) == json.loads(written) == value


@given(st.binary(max_size=200) | st.text(alphabet='{}[]",:\\u0d8c1eE.-tfn \n', max_size=200).map(str.encode))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    try:
        value = strict_json.read(body)
    except JsonRefused:
        return
    assert value == json.loads(body)
    json.dumps(value, allow_nan=False, ensure_ascii=False).encode()


@pytest.mark.parametrize("depth", [strict_json.MOST_DEPTH, strict_json.MOST_DEPTH + 1])
def test_nesting_is_bounded_and_brackets_in_texts_do_not_count(depth: int) -> None:
    body = b"[" * depth + b'"[[[[[[[[[[[[[[[[[[[[[["' + b"]" * depth
    if depth <= strict_json.MOST_DEPTH:
        strict_json.read(body)
    else:
        with pytest.raises(JsonRefused):
            strict_json.read(body)
