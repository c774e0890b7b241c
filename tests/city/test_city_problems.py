"""What is wrong with a city file is said with the file and the key, and all of it at once."""

import subprocess
import sys
from contextlib import suppress

import pytest

from config.city import CityFileError, read_city
from feeds.errors import CivicwireError


def problems_of(text: str) -> tuple[str, ...]:
    with pytest.raises(CityFileError) as caught:
        read_city(text, name="town.toml")
    return caught.value.problems


ADVERTISING = '[advertising]\ndivisions = ["water"]\naddresses = { en = "1 Road", ko = "길 1" }\n'
PROBLEMS = {
    "unknown key": ('telephone = "120"', 'telephone = "120"\nmotto = "x"', "motto: unknown key"),
    "unknown key, near one": (
        "aliases = [",
        "alliases = [",
        'divisions[1].alliases: unknown key; did you mean "aliases"? (in "press")',
    ),
    "unknown key in the sender": (
        "[sender]",
        "[sender]\nadress = 1",
        'sender.adress: unknown key; did you mean "address"?',
    ),
    "missing key": ('licence = "KOGL-1"\n', "", "licence: missing"),
    "missing table": ('[newsroom_names]\nen = "Town Newsroom"\nko = "시 뉴스룸"\n', "", "newsroom_names: missing"),
    "missing slug": ('slug = "water"\n', "", "divisions[2].slug: missing"),
    "number for text": ('telephone = "120"', "telephone = 120", "telephone: must be text in quotes, not a number"),
    "truth for text": ('telephone = "120"', "telephone = true", "telephone: must be text in quotes, not true or false"),
    "day for text": (
        '"town.example.org,2026"',
        "2026-01-01",
        "authority: must be text in quotes, not a date or time",
    ),
    "text for a list": ('["en", "ko"]', '"en"', "languages: must be a list, not text"),
    "text for a table": (
        'names = { en = "Water Division", ko = "물산업과" }',
        'names = "Water"',
        'divisions[2].names: must be a table, not text (in "water")',
    ),
    "number in a list": (
        '["Town", "ＴＯＷＮ  Hall"]',
        '["Town", 7]',
        'divisions[1].aliases[1]: must be text in quotes, not a number (in "press")',
    ),
    "unknown zone": ("Asia/Seoul", "Asia/Seul", 'zone: there is no time zone "Asia/Seul"; did you mean "Asia/Seoul"?'),
    "zone that is a folder": (
        '"Asia/Seoul"',
        '"Asia"',
        'zone: there is no time zone "Asia"',
    ),
    "zone that is a path": ("Asia/Seoul", "../../etc/passwd", 'zone: there is no time zone "../../etc/passwd"'),
    "zone that stands for none": (
        "Asia/Seoul",
        "Factory",
        'zone: "Factory" names no place; write one such as "Asia/Seoul"',
    ),
    "advertising of a division that there is not": (
        "[[boards]]",
        ADVERTISING.replace("water", "watr") + "[[boards]]",
        'advertising.divisions[0]: there is no division "watr"; did you mean "water"?',
    ),
    "advertising on a board that there is not": (
        "[[boards]]",
        ADVERTISING + 'boards = ["nws"]\n[[boards]]',
        "advertising.boards[0]: there is no board",
    ),
    "quiet hours that no clock shows": (
        "[[boards]]",
        ADVERTISING + "quiet_from = 24\n[[boards]]",
        "advertising.quiet_from: must be an hour from 0 to 23",
    ),
    "quiet hours that are no number": (
        "[[boards]]",
        ADVERTISING + "quiet_until = true\n[[boards]]",
        "advertising.quiet_until: must be an hour from 0 to 23",
    ),
    "advertising without a postal address": (
        "[[boards]]",
        '[advertising]\ntopics = ["festival"]\n[[boards]]',
        "advertising.addresses: missing",
    ),
    "no language": ('["en", "ko"]', "[]", "languages: must not be empty"),
    "no tag of a language": ('"ko"]', '"Korean"]', 'languages[1]: "Korean" is no language tag such as "en" or "ko"'),
    "language twice": ('"ko"]', '"ko", "en"]', 'languages[2]: "en" stands here twice'),
    "name not in every language": (
        'names = { en = "Water Division", ko = "물산업과" }',
        'names = { en = "Water Division" }',
        'divisions[2].names.ko: missing (in "water")',
    ),
    "name in an unknown language": (
        'en = "Town"\nko = "시"',
        'en = "Town"\nko = "시"\nkr = "시"',
        "names.kr: unknown key",
    ),
    "path not in every language": (
        'path = { en = ["Town", "News"], ko = ["시", "소식"] }',
        'path = { en = ["Town", "News"] }',
        'boards[0].path.ko: missing (in "news")',
    ),
    "path without a step": ('en = ["Town", "News"]', "en = []", 'boards[0].path.en: must not be empty (in "news")'),
    "empty name": ('en = "Town"\n', 'en = " "\n', "names.en: is empty"),
    "endless name": ('en = "Town"\n', f'en = "{"a" * 201}"\n', "names.en: is longer than 200 characters"),
    "padded name": ('en = "Town"\n', 'en = "Town "\n', "names.en: begins or ends with a space"),
    "line break in a name": (
        '{ en = "Town Newsroom",',
        '{ en = "Town\\r\\nBcc: a@b.test",',
        "sender.names.en: must be one line without control characters",
    ),
    "address with a display name": (
        '"newsroom@town.example.org"',
        '"Town <newsroom@town.example.org>"',
        'sender.address: "Town <newsroom@town.example.org>" is no mail address',
    ),
    "address without a domain": ('"newsroom@town.example.org"', '"newsroom"', 'sender.address: "newsroom" is no mail'),
    "address not in ASCII": ('"newsroom@', '"뉴스@', 'sender.address: "뉴스@town.example.org" is no mail address'),
    "address not in its one form": (
        '"newsroom@town.example.org"',
        '"newsroom@Town.example.org"',
        'sender.address: "newsroom@Town.example.org" must be written "newsroom@town.example.org"',
    ),
    "authority without a date": ("example.org,2026", "example.org", 'authority: "town.example.org" must be a domain'),
    "authority with an address of a page": ('"town.example', '"https://town.example', "authority: "),
    "authority with a month that is none": ("org,2026", "org,2026-13", 'authority: "2026-13" is no date'),
    "authority with a day that is none": ("org,2026", "org,2026-02-30", 'authority: "2026-02-30" is no date'),
    "slug twice": ('slug = "water"', 'slug = "press"', 'divisions[2].slug: "press" belongs to "press" already'),
    "slug reserved": ('slug = "water"', 'slug = "all"', 'divisions[2].slug: "all" is reserved'),
    "slug reserved too": ('slug = "water"', 'slug = "select"', 'divisions[2].slug: "select" is reserved'),
    "slug in capitals": ('slug = "water"', 'slug = "Water"', 'divisions[2].slug: "Water" must be lower-case'),
    "slug in Korean": ('slug = "water"', 'slug = "물"', 'divisions[2].slug: "물" must be lower-case'),
    "slug with two hyphens": ('slug = "news"', 'slug = "a--b"', 'boards[0].slug: "a--b" must be lower-case'),
    "slug with a line break": ('slug = "water"', 'slug = "water\\n"', "divisions[2].slug: must be one line"),
    "slug too long": ('slug = "water"', f'slug = "{"a" * 61}"', "divisions[2].slug: is longer than 60 characters"),
    "alias of another's name": (
        'aliases = ["Town"',
        'aliases = ["water  DIVISION"',
        'divisions[2].names.en: "Water Division" belongs to "press" already (in "water")',
    ),
    "alias of another": (
        'slug = "water"',
        'slug = "water"\naliases = ["town hall"]',
        'divisions[2].aliases[0]: "town hall" belongs to "press" already (in "water")',
    ),
    "unknown parent": (
        'parent = "office"\ntelephone',
        'parent = "offices"\ntelephone',
        'divisions[1].parent: there is no division "offices"; did you mean "office"? (in "press")',
    ),
    "parent of itself": (
        'slug = "office"',
        'slug = "office"\nparent = "office"',
        "divisions[0].parent: a division cannot stand above itself: office > office",
    ),
    "parents in a circle": (
        'slug = "office"',
        'slug = "office"\nparent = "press"',
        "divisions[0].parent: a division cannot stand above itself: office > press > office",
    ),
    "unknown fallback": (
        'fallback_division = "press"',
        'fallback_division = "pres"',
        'fallback_division: there is no division "pres"; did you mean "press"?',
    ),
    "former slug that is one of today": (
        'slug = "water"',
        'slug = "water"\nformer = ["office"]',
        'divisions[2].former[0]: "office" belongs to "office" already (in "water")',
    ),
    "former slug of its own": (
        'slug = "water"',
        'slug = "water"\nformer = ["water"]',
        'divisions[2].former[0]: "water" is the slug it has now (in "water")',
    ),
    "former slug reserved": (
        'slug = "water"',
        'slug = "water"\nformer = ["old-water", "all"]',
        'divisions[2].former[1]: "all" is reserved for feeds of several divisions (in "water")',
    ),
    "former slug that is none": (
        'slug = "water"',
        'slug = "water"\nformer = ["Water Office"]',
        'divisions[2].former[0]: "Water Office" must be lower-case',
    ),
    "former slug without a list": (
        'slug = "water"',
        'slug = "water"\nformer = "old-water"',
        'divisions[2].former: must be a list, not text (in "water")',
    ),
    "successor that is none": (
        'slug = "water"',
        'slug = "water"\nretired = 2026-01-01\nsuccessor = "pres"',
        'divisions[2].successor: there is no division "pres"; did you mean "press"? (in "water")',
    ),
    "successor of what is not retired": (
        'slug = "water"',
        'slug = "water"\nsuccessor = "press"',
        'divisions[2].successor: only a retired division has one; add the day in "retired"',
    ),
    "successor of itself": (
        'slug = "water"',
        'slug = "water"\nretired = 2026-01-01\nsuccessor = "water"',
        "divisions[2].successor: a division cannot follow itself: water > water",
    ),
    "day in quotes": (
        'slug = "water"',
        'slug = "water"\nretired = "2026-01-01"',
        "divisions[2].retired: must be a day such as 2026-05-20, without quotes, not text",
    ),
    "instant for a day": (
        'slug = "water"',
        'slug = "water"\nsince = 2026-01-01T00:00:00Z',
        "divisions[2].since: must be a day such as 2026-05-20, without quotes, not a date or time",
    ),
    "time for a day": (
        'slug = "water"',
        'slug = "water"\nsince = 07:30:00',
        "divisions[2].since: must be a day such as 2026-05-20, without quotes, not a date or time",
    ),
    "retired before it began": (
        'slug = "water"',
        'slug = "water"\nsince = 2026-02-01\nretired = 2026-01-31',
        "divisions[2].retired: is before the day since which there is such a division, 2026-02-01",
    ),
    "retired fallback": (
        'telephone = "02-555-0100"',
        'telephone = "02-555-0100"\nretired = 2026-01-01',
        'fallback_division: "press" is retired: name one that issues releases',
    ),
    "telephone in words": ('"120"', '"one two"', 'telephone: "one two" must be 3 to 15 digits'),
    "telephone in brackets": ('"02-555-0100"', '"(02) 555 0100"', 'divisions[1].telephone: "(02) 555 0100" must be 3'),
    "telephone too short": ('"120"', '"12"', 'telephone: "12" must be 3 to 15 digits'),
    "unknown licence": ('"KOGL-1"', '"KOGL1"', 'licence: there is no licence "KOGL1"; did you mean "KOGL-1"?'),
    "board's slug twice": ('slug = "notices"', 'slug = "news"', 'boards[1].slug: "news" belongs to "news" already'),
    "board's id twice": (
        'slug = "notices"',
        'slug = "notices"\nsource_id = "B1"',
        'boards[1].source_id: "B1" belongs to "news" already (in "notices")',
    ),
    "board's name twice": ('ko = "공고"', 'ko = "소식"', 'boards[1].names.ko: "소식" belongs to "news" already'),
}


@pytest.mark.parametrize(("good", "bad", "problem"), PROBLEMS.values(), ids=PROBLEMS)
def test_a_problem_is_reported_once_with_file_and_key(town: str, good: str, bad: str, problem: str) -> None:
    assert good in town
    problems = problems_of(town.replace(good, bad, 1))
    assert len([line for line in problems if line.startswith(f"town.toml: {problem}")]) == 1, problems


@pytest.mark.parametrize("kind", sorted(set(PROBLEMS) - {"missing slug", "no tag of a language", "slug twice"}))
def test_one_mistake_makes_one_line(town: str, kind: str) -> None:
    good, bad, _ = PROBLEMS[kind]
    assert len(problems_of(town.replace(good, bad, 1))) == 1


def test_several_problems_are_all_reported_at_once(town: str) -> None:
    spoilt = town
    chosen = ["unknown zone", "unknown licence", "unknown parent", "empty name", "board's id twice", "unknown fallback"]
    for good, bad, _ in map(PROBLEMS.__getitem__, chosen):
        spoilt = spoilt.replace(good, bad, 1)
    problems = problems_of(spoilt)
    assert len(problems) == len(chosen)
    for _, _, problem in map(PROBLEMS.__getitem__, chosen):
        assert any(line.startswith(f"town.toml: {problem}") for line in problems)


def test_the_error_prints_one_line_a_problem_and_is_one_of_ours(town: str) -> None:
    with pytest.raises(CivicwireError) as caught:
        read_city(town.replace("KOGL-1", "x").replace('"120"', '"1"'), name="town.toml")
    assert len(str(caught.value).splitlines()) == 2


def test_a_problem_stays_one_line_whatever_it_quotes(town: str) -> None:
    (line,) = problems_of(town.replace('"KOGL-1"', '"""KOGL\n-1"""'))
    assert len(line.splitlines()) == 1


def test_what_stands_below_a_missing_table_is_not_reported_again(town: str) -> None:
    assert problems_of(town.replace("[sender]", "[sendr]")) == (
        "town.toml: sender: missing",
        'town.toml: sendr: unknown key; did you mean "sender"?',
    )


def test_an_empty_file_misses_every_key() -> None:
    keys = {line.split(": ")[1] for line in problems_of("")}
    assert {"zone", "languages", "names", "divisions", "boards", "fallback_division"} <= keys


def test_rows_that_are_no_tables_are_reported() -> None:
    assert "town.toml: divisions[0]: must be a table, not text" in problems_of('divisions = ["press"]')


def test_broken_toml_is_reported_with_its_line(town: str) -> None:
    (line,) = problems_of(town.replace('licence = "KOGL-1"', "licence"))
    assert line.startswith("town.toml: not valid TOML: ")
    assert "line 5" in line


def test_f60_without_time_zones_there_is_no_city_and_no_silent_utc(town: str) -> None:
    program = (
        "import sys; sys.modules['tzdata'] = None\n"
        "from config.city import CityFileError, read_city\n"
        "try: read_city(sys.stdin.read(), name='town.toml')\n"
        "except CityFileError as error: print(error)\n"
        "else: print('a city')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        input=town.encode(),
        env={"PYTHONTZPATH": "", "PYTHONPATH": ":".join(filter(None, sys.path)), "PYTHONUTF8": "1"},
        capture_output=True,
        check=True,
    )
    assert done.stdout.decode().strip() == (
        'town.toml: zone: there is no time zone "Asia/Seoul"; '
        "this machine has no time zones at all: install the package tzdata"
    )


@pytest.mark.parametrize(
    "value", ["7", "1.5", "true", "2026-01-01", '""', '"x"', "[]", "[[]]", "[7]", "{}", "{ x = 1 }"]
)
def test_a_value_of_a_wrong_kind_raises_nothing_but_the_error_of_the_city_file(town: str, value: str) -> None:
    lines = town.splitlines()
    for place, line in enumerate(lines):
        key, separator, _ = line.partition(" = ")
        if separator:
            with suppress(CityFileError):
                read_city("\n".join([*lines[:place], f"{key} = {value}", *lines[place + 1 :]]), name="town.toml")
