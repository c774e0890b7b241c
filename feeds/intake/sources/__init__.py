"""Every source there is: the modules of this folder. A file with a `SOURCE` is all that a new one needs."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from pkgutil import iter_modules

from feeds.errors import PageRefused
from feeds.intake.packing import packed_as
from feeds.intake.source import Input, Record, Source

_MODULES = [import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__)]
ALL: Mapping[str, Source] = {module.SOURCE.name: module.SOURCE for module in _MODULES}
"""The sources by name, in the order of their modules' names."""
FALLBACK = "page"
"""What anything is that no other source recognises."""


def source_of(given: Input, name: str | None = None) -> Source:
    """The source of this name, else the one that recognises the input, else that of board pages."""
    if name is not None:
        return ALL[name]
    return next((source for source in ALL.values() if source.recognises(given)), ALL[FALLBACK])


def records(given: Input, name: str | None = None) -> Iterator[Record]:
    """The records of an input. What is packed is refused unopened: a few bytes may unpack to any number.

    PageRefused where the input as a whole cannot be read, or not any further.
    """
    packing = packed_as(given.head)
    if packing is not None:
        raise PageRefused((f"the file is packed ({packing}): unpack it and give what is in it",))
    yield from source_of(given, name).records(given)
