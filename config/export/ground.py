"""What a tree is made of besides the log: when any of it is another, everything is looked at again."""

import hashlib
from collections.abc import Iterator, Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable

from feeds.model import Newsroom, Topic
from feeds.scope import Scope

_PACKAGES = ("feeds", "notifier", "config")
_ENDINGS = (".py", ".html", ".toml", ".css", ".js", ".svg")


def ground(newsroom: Newsroom, topics: Sequence[Topic], scopes: Sequence[Scope], pages: int) -> str:
    """A mark of the program itself, the city file, the topics, and of what is wanted."""
    mark = hashlib.sha256()
    for said in (newsroom.base_url, repr(newsroom.city), repr(topics), repr([str(one) for one in scopes]), str(pages)):
        mark.update(said.encode() + b"\0")
    for package in _PACKAGES:
        for one in _all(files(package)):
            mark.update(one.name.encode() + b"\0" + one.read_bytes())
    return mark.hexdigest()


def _all(folder: Traversable) -> Iterator[Traversable]:
    for one in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if one.is_dir():
            yield from _all(one)
        elif one.name.endswith(_ENDINGS):
            yield one
