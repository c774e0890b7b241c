"""Every bad input that forms, links, the newsroom, the API, the intake and feeds stand has a test that names it."""

import re

import pytest

from tests.house.sources import ROOT

BAD_INPUTS = {
    1: "nothing, spaces, no @ or two in an address",
    2: "line ends and U+0000 in an address",
    3: "several addresses, a name, a command",
    4: "comments in an address",
    5: "addresses that are too long",
    6: "addresses beyond the grammar",
    7: "one address written in several ways",
    8: "signs that nobody sees",
    9: "scripts, templates, statements",
    10: "shapes that take a bad expression for ever",
    11: "addresses that are known, waiting, suppressed, new",
    12: "one address, network or domain again and again",
    13: "divisions that there are not, thousands, one many times",
    14: "what is no form",
    15: "a form of another site",
    16: "a form that a machine fills in",
    17: "addresses of roles",
    18: "a link that was changed",
    19: "a link for something else",
    20: "a link whose time has passed",
    21: "confirmed twice",
    22: "scanners that look at links",
    23: "one click without anything else",
    24: "one click twice, and after erasure",
    25: "another body than one click",
    26: "somebody else's number in a form",
    27: "a hundred thousand links guessed",
    28: "pages that tell others of a link",
    29: "ways to another site",
    30: "no, wrong, revoked, another division's key",
    31: "an idempotency key with the same body, with another",
    32: "JSON that is none: empty, NaN, 1e999, 5,000 digits, 100,000 levels",
    33: "JSON that two read differently: names twice, a mark, a wrong charset, halves of surrogate pairs, U+0000",
    34: "a title that would add a header to a mail",
    35: "control characters",
    36: "a title of megabytes, a body of more, 100,000 links",
    37: "scripts, handlers, styles, frames, forms",
    38: "full-width signs that normalise to markup",
    39: "relative addresses, and some with credentials",
    40: "pictures that count readers, remote styles",
    41: "broken markup, and 60,000 elements",
    42: "days and instants that cannot be",
    43: "titles that make no address",
    44: "CP949 and EUC-KR",
    45: "an edit of an old version",
    46: "publishing twice at once",
    47: "taken back while it is sent",
    48: "entities that grow, any DOCTYPE",
    49: "entities and inclusions from elsewhere",
    50: "100,000 levels, 50,000 attributes",
    51: "files that are cut off, empty, binary",
    52: "UTF-16 without its mark, UTF-7, a declaration that lies",
    53: "bombs of gzip and zip, archives that lead out",
    54: "a board's page without date and division",
    55: "the same import twice, and one killed half-way",
    56: "10,000 old releases that mail nobody",
    57: "tables with formulas and bad rows",
    58: "pictures that run, are two things, are too large, tell a place",
    59: "pages and limits that are no number, or none that can be",
    60: "divisions that there are not, or no more",
    61: "addresses with U+0000, ways out, broken escapes, thousands of signs",
    62: "tags, dates and ranges that are broken, or thousands of them",
    63: "wishes for types, languages and encodings that are broken",
    64: "the host of another",
    65: "ten thousand queries that no cache has seen",
    66: "connections that are left half open",
    67: "requests that two read differently",
    68: "methods that there are not",
    69: "scripts and formulas in any text of a feed",
}


@pytest.mark.parametrize("number", BAD_INPUTS)
def test_a_bad_input_is_named_by_a_test(number: int) -> None:
    named = re.compile(rf"^(?:async )?def test_(?:\w+_)?b0?{number}_\w+\(", re.MULTILINE)
    tests = (path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    assert any(named.search(text) for text in tests), f"B{number} ({BAD_INPUTS[number]}) has no test"
