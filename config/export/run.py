"""One run of an export from end to end, for the command and for whoever measures it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from config.asgi import application
from config.export import register, tree
from config.export.client import client
from config.export.exporting import Done, Export, Tell
from config.export.lasting import LastingSite
from config.export.tree import Counts

PAGES = 10
"""How many pages of each list are written: each of them changes with every release."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What a run did, and how many files that were."""

    done: Done
    counts: Counts


def exported(
    site: LastingSite,
    folder: Path,
    *,
    wishes: Sequence[str] = (),
    pages: int = PAGES,
    whole: bool = False,
    tell: Tell = lambda done, total: None,
) -> Exported:
    """Bring the tree in a folder up to what is published.

    CivicwireError where that cannot be; then the next run does what is missing.
    """
    with (
        tree.opened(folder) as written,
        register.opened(folder / tree.STATE, anew=whole) as memory,
        client(application(site), site.settings.base_url) as asking,
    ):
        done = Export(site, written, memory, asking, wishes=wishes, pages=pages).run(tell)
    return Exported(done, written.counts)
