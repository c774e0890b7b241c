"""Whether a post says what it said last time: one hash over all of a draft that a reader would notice.

Promised: the same page read twice by this version gives the same fingerprint, on every machine and Python, and a
change in title, subtitle, text, links, pictures, files, footnotes, language, division, date or telephone gives
another one. Not part of it: the address, board, topics and identity (a post that moves is the same post), the hour
of its registration, the summary (it follows from the text) and remarks (they are ours).

Not promised: that a later version reads a page to the same draft. VERSION is part of what is hashed and moves
whenever the form below does, so that fingerprints of two versions are never equal by accident.
"""

import hashlib
import json
from dataclasses import asdict

from feeds.intake.draft import Draft

VERSION = 1
_OURS = ("media", "width", "height", "decorative")
"""What we know of a picture that we keep: never read at a source."""


def fingerprint(draft: Draft) -> str:
    """The fingerprint as 64 hexadecimal digits (SHA-256 over canonical JSON in UTF-8)."""
    content = asdict(draft.content)
    del content["summary"], content["markdown"]
    for part in content["pictures"]:
        for ours in _OURS:
            del part[ours]
    for part in content["attachments"]:
        del part["media"]
    form = {
        "version": VERSION,
        "content": content,
        "division": draft.division,
        "registered_on": draft.registered_on.isoformat() if draft.registered_on else None,
        "telephone": draft.telephone,
    }
    canonical = json.dumps(form, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()
