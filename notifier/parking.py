"""Mails that nobody could decide on, kept as files until a person has looked at them. Bounded in number and in time."""

import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

from feeds.errors import CivicwireError
from notifier.received import LONGEST

ROOM = 1000
KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Parking:
    """A folder of `.eml` files, which any mail program opens."""

    folder: Path

    def keep(self, raw: bytes) -> bool:
        """Keep one mail, at most its first MiB; False where the folder is full. CivicwireError where it fails."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self.count() >= ROOM:
                return False
            draft = self.folder / f".{uuid4().hex}"
            with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(raw[:LONGEST])
            draft.rename(self.folder / f"{draft.name[1:]}.eml")
        except OSError as error:
            raise CivicwireError(f"cannot keep a mail in {self.folder}: {error.strerror}") from error
        return True

    def count(self) -> int:
        """How many mails wait."""
        return len(self._mails())

    def tidy(self, now: datetime) -> int:
        """Destroy those that nobody took for 30 days; answers how many."""
        old = [one for one in self._mails() if one.stat().st_mtime < (now - KEPT).timestamp()]
        for one in old:
            one.unlink(missing_ok=True)
        return len(old)

    def _mails(self) -> list[Path]:
        return list(self.folder.glob("*.eml")) if self.folder.is_dir() else []
