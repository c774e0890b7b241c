"""What a topic must be like before it joins the vocabulary. Pure."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

LONGEST = 60
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicWish:
    """A topic as a form gives it, cleaned. `faults` are the keys of the sentences that say what cannot stay so."""

    slug: str
    names: Mapping[str, str]
    faults: tuple[str, ...]


def topic_wish(slug: str, names: Mapping[str, str], languages: Sequence[str]) -> TopicWish:
    """Read a topic: its slug stands in addresses and never changes; it has a name in each language of the city."""
    slug = slug.strip().lower()[: LONGEST + 1]
    clean = {language: _clean(names.get(language, "")) for language in languages}
    faults = []
    if len(slug) > LONGEST or not _SLUG.fullmatch(slug):
        faults.append("vocabulary.fault.slug")
    if not all(clean.values()):
        faults.append("vocabulary.fault.name")
    if any(len(name) > LONGEST for name in clean.values()):
        faults.append("vocabulary.fault.long")
    return TopicWish(slug=slug, names=clean, faults=tuple(faults))


def _clean(name: str) -> str:
    """One line, as it is compared: NFC, single spaces, no control or invisible direction character."""
    kept = "".join(one for one in name[:500] if unicodedata.category(one) not in ("Cc", "Cf", "Cs") or one.isspace())
    return unicodedata.normalize("NFC", " ".join(kept.split()))
