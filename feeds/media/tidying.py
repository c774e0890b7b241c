"""Destroys what was uploaded and never used: it may show people whom nobody wanted to show. A shell, woken hourly.

An upload has a week to be put into a release. What is in any revision of any article stays, also of a draft or of one
that was withdrawn. Rows go first, so that nothing names a file that is gone. A release that takes a file up in the very
moment in which its week ends finds it missing: uploading it once more brings it back under the same name.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from feeds.addresses import smaller_name
from feeds.clock import Clock
from feeds.media.folder import Folder, stored_name
from feeds.store import media
from feeds.store.database import Database

A_WEEK = timedelta(days=7)
_PREFIXES = 256
_HOUR = 3600


@dataclass(frozen=True, slots=True)
class MediaTidying:
    """Keeps the table and the folder tidy."""

    database: Database
    folder: Folder
    clock: Clock

    def run(self) -> int:
        """Destroy the uploads whose week is over, and a part of the files that no row names; answers how many files."""
        before = self.clock() - A_WEEK
        with self.database.write() as session:
            unused = media.destroy_unused(session, before=before)
        for kept in unused:
            names = [kept.name, *(smaller_name(kept.name, width) for width in kept.variants)]
            self.folder.remove(kept.name[:2], names, before=before)
        return len(unused) + self._sweep(before)

    def _sweep(self, before: datetime) -> int:
        """What a process left that was ended between a file and its row. One of 256 parts an hour: all in 11 days."""
        prefix = f"{int(self.clock().timestamp()) // _HOUR % _PREFIXES:02x}"
        found = self.folder.old(prefix, before=before)
        if not found:
            return 0
        owners = {name: stored.whole for name in found if (stored := stored_name(name))}
        with self.database.read() as session:
            known = media.known(session, set(owners.values()))
        nobodys = [name for name in found if owners.get(name) not in known]
        self.folder.remove(prefix, nobodys, before=before)
        return len(nobodys)
