"""One saved page of a board: what anything is taken for that no other source recognises."""

from collections.abc import Iterator
from dataclasses import dataclass

from feeds.intake.board_page import read
from feeds.intake.decode import MAX_BYTES
from feeds.intake.source import Input, Record


@dataclass(frozen=True, slots=True)
class Page:
    """A page as a site shows it."""

    name: str = "page"

    def recognises(self, given: Input) -> bool:
        """Never for certain: a page is what nothing else is."""
        return False

    def records(self, given: Input) -> Iterator[Record]:
        """The one record that the page is."""
        with given.open() as stream:
            content = stream.read(MAX_BYTES + 1)
        yield Record("", read(content, address=given.address, media_type=given.media_type))


SOURCE = Page()
