"""A folder of saved pages, and the folders in it. What is no page by the end of its name is skipped."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from feeds.errors import PageRefused
from feeds.intake.packing import packed_as
from feeds.intake.source import Input, Record, Skipped
from feeds.intake.sources.page import SOURCE as PAGE

ENDINGS = (".html", ".htm", ".xhtml", ".txt", ".do", ".jsp", ".php", ".asp", ".aspx")


@dataclass(frozen=True, slots=True)
class Folder:
    """Pages side by side."""

    name: str = "folder"

    def recognises(self, given: Input) -> bool:
        """By being one."""
        return given.files is not None

    def records(self, given: Input) -> Iterator[Record]:
        """The pages in the order of their names, folder by folder; each one's place is its path in the folder."""
        if given.files is None:
            raise PageRefused(("it is no folder",))
        for file in given.files():
            if isinstance(file, Record):
                yield file
            elif not file.name.lower().endswith(ENDINGS) or packed_as(file.head):
                yield Record(file.name, Skipped("it is no page: only files that end in .html, .txt and the like are"))
            else:
                yield from (replace(record, place=file.name) for record in PAGE.records(file))


SOURCE = Folder()
