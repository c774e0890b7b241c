"""The sentences of pages and mails in every language: TOML files, keys flattened by dots."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class Words:
    """The sentences of one language. Calling it with a key fills the sentence's {placeholders}."""

    language: str
    sentences: Mapping[str, str]

    def __call__(self, key: str, /, **values: object) -> str:
        """The sentence of `key`. Where `n` is given and `key.one` exists, that is taken for n = 1.

        KeyError for an unknown key: a missing word is a mistake of ours, found by a test.
        """
        if values.get("n") == 1 and f"{key}.one" in self.sentences:
            key = f"{key}.one"
        return self.sentences[key].format(**values)


def load(*packages: str) -> dict[str, Words]:
    """The words of every language, from `words/<language>.toml` and `words/<part>.<language>.toml` of each package."""
    merged: dict[str, dict[str, str]] = {}
    for package in packages:
        for entry in files(package).joinpath("words").iterdir():
            if entry.name.endswith(".toml"):
                table = tomllib.loads(entry.read_text(encoding="utf-8"))
                language = entry.name.removesuffix(".toml").rpartition(".")[2]
                merged.setdefault(language, {}).update(_flatten(table))
    return {language: Words(language, sentences) for language, sentences in merged.items()}


def _flatten(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flatten(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", str(value)
