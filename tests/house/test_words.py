"""Every sentence exists in every language, and every sentence that is asked for exists."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from jinja2 import Environment, nodes

from feeds import words
from notifier.bounces import Finding, Reason
from notifier.model import DeliveryState, Kind
from tests.house.sources import PACKAGES, ROOT, dotted, modules

WORDS = words.load("feeds", "notifier")
KEYS = set(WORDS["en"].sentences)
TABLES = {key.partition(".")[0] for key in KEYS}
TEMPLATES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("templates/**/*.*"))
SHARED = {Kind.CORRECTION: Kind.ALERT}
"""A correction is the alert's own letter, marked."""
COLUMNS = ("feeds.store.", "notifier.ledger.", "config.migrations.")
"""Where `article.id` is a column and no sentence."""
_KEY = re.compile(r"[a-z_0-9]+(\.[a-z_0-9]+)+")


def _placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def _without_singulars(sentences: object) -> set[str]:
    return {str(key) for key in sentences if not str(key).endswith(".one")}  # type: ignore[attr-defined]


@pytest.mark.parametrize("package", ["feeds", "notifier"])
@pytest.mark.parametrize("language", sorted(WORDS))
def test_every_language_has_the_same_sentences(package: str, language: str) -> None:
    own = _without_singulars(words.load(package)[language].sentences)
    assert own == _without_singulars(words.load(package)["en"].sentences)


@pytest.mark.parametrize("language", sorted(WORDS))
def test_a_sentence_names_the_same_values_in_every_language(language: str) -> None:
    sentences = WORDS[language].sentences
    unlike = {
        key: sentence
        for key, sentence in sentences.items()
        if not key.endswith(".one") and _placeholders(sentence) != _placeholders(WORDS["en"].sentences[key])
    }
    assert not unlike


@pytest.mark.parametrize("language", sorted(WORDS))
def test_whatever_becomes_of_a_mail_has_a_word(language: str) -> None:
    wanted = {f"sending.state.{state}" for state in DeliveryState} | {f"sending.finding.{one}" for one in Finding}
    wanted |= {f"sending.why.{reason}" for reason in Reason} | {f"rehearsal.kind.{kind}" for kind in Kind}
    assert not wanted - WORDS[language].sentences.keys()


@pytest.mark.parametrize("language", sorted(WORDS))
def test_a_singular_says_what_its_plural_says(language: str) -> None:
    sentences = WORDS[language].sentences
    for key, sentence in sentences.items():
        if key.endswith(".one"):
            plural = sentences[key.removesuffix(".one")]
            assert _placeholders(sentence) <= _placeholders(plural), key
            assert "n" in _placeholders(plural), key


@pytest.mark.parametrize("language", sorted(WORDS))
def test_no_sentence_is_empty(language: str) -> None:
    assert not [key for key, sentence in WORDS[language].sentences.items() if not sentence.strip()]


def test_no_sentence_belongs_to_two_packages() -> None:
    assert not set(words.load("feeds")["en"].sentences) & set(words.load("notifier")["en"].sentences)


def test_every_language_of_the_citys_own_file_has_its_sentences() -> None:
    city = tomllib.loads((ROOT / "config" / "cities" / "daegu.toml").read_text(encoding="utf-8"))
    assert set(city["languages"]) <= set(WORDS)


def _exists(key: str) -> bool:
    """Whether a key, or with a final asterisk one that begins so, is there."""
    return any(known.startswith(key[:-1]) for known in KEYS) if key.endswith("*") else key in KEYS


def _asked_by_templates(path: Path) -> Iterator[tuple[str, str]]:
    source = path.read_text(encoding="utf-8")
    for call in Environment(autoescape=True).parse(source).find_all(nodes.Call):
        asked = getattr(call.node, "name", None) or getattr(call.node, "attr", None)
        if asked in ("words", "say") and call.args:
            for key in _template_keys(call.args[0]):
                yield f"{path.relative_to(ROOT)}:{call.lineno}", f"mail.{key}" if asked == "say" else key


def _template_keys(node: nodes.Node | None) -> Iterator[str]:
    if isinstance(node, nodes.Const):
        yield str(node.value)
    elif isinstance(node, nodes.CondExpr):
        yield from _template_keys(node.expr1)
        yield from _template_keys(node.expr2)
    elif isinstance(node, nodes.Concat) and isinstance(node.nodes[0], nodes.Const):
        yield f"{node.nodes[0].value}*"


def test_every_sentence_that_a_template_asks_for_exists() -> None:
    asked = [one for path in TEMPLATES if path.suffix != ".css" for one in _asked_by_templates(path)]
    assert len(asked) > 150
    assert not [(place, key) for place, key in asked if not _exists(key)]


def _asked_by_code() -> Iterator[tuple[str, str]]:
    """Keys handed to words and say; and whatever else is written like the key of a table we have."""
    for module in modules():
        events = {
            id(argument)
            for call in ast.walk(module.tree)
            if isinstance(call, ast.Call) and dotted(call.func).startswith("log.")
            for argument in call.args
        }
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and node.args:
                tail = dotted(node.func).split(".")[-1]
                voice = "mail." if tail == "say" and module.name.startswith("notifier.") else ""
                if tail in ("words", "say"):
                    yield from ((module.at(node), voice + key) for key in _code_keys(node.args[0]))
            if module.name.startswith(COLUMNS):
                continue
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in events:
                head, _, last = node.value.partition(".")
                if _KEY.fullmatch(node.value) and head in TABLES and last not in ("html", "txt", "subject", "css"):
                    yield module.at(node), node.value


def _code_keys(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _code_keys(node.body)
        yield from _code_keys(node.orelse)
    elif isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
        yield f"{node.values[0].value}*"


def test_every_sentence_that_the_code_asks_for_exists() -> None:
    asked = list(_asked_by_code())
    assert len(asked) > 40
    # `Voice.say` is given keys below "mail."; its own constants are such keys too.
    assert not [(place, key) for place, key in asked if not _exists(key) and not _exists(f"mail.{key}")]


@pytest.mark.parametrize("status", [400, 403, 404, 405, 410, 413, 414, 415, 422, 500, 503])
@pytest.mark.parametrize("part", ["heading", "text"])
def test_every_status_that_we_answer_with_a_page_has_its_words(status: int, part: str) -> None:
    assert f"error.{status}.{part}" in KEYS


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("part", ["subject", "txt", "html"])
def test_every_kind_of_mail_has_subject_text_and_html(kind: Kind, part: str) -> None:
    assert (ROOT / "notifier" / "templates" / "mail" / f"{SHARED.get(kind, kind)}.{part}").is_file()
