"""What a feed shows of all that it could: the newest, and what was withdrawn lately however much came after. Pure.

A feed that lost a withdrawal to the next fifty releases would leave its readers with a text that no longer holds.
"""

from collections.abc import Mapping, Sequence

from feeds.renderings import Rendering

ENTRIES = 50
DOCUMENT_BYTES = 250_000
GONE_BYTES = DOCUMENT_BYTES // 4
"""How much the tombstones of a document may take, with its head."""
MOST_GONE = 100
"""Of how many withdrawn articles, the last withdrawn, a feed has tombstones; half of its entries may tell of them."""


def longest(around: Mapping[str, tuple[bytes, bytes]]) -> int:
    """How many bytes stand around the entries in the format that needs most."""
    return max(sum(map(len, frame)) for frame in around.values())


def is_gone(one: Rendering) -> bool:
    """Whether it tells of a withdrawal."""
    return one.stamp is not None and one.stamp.tombstone is not None


def fitting(wanted: Sequence[Rendering], around: Mapping[str, tuple[bytes, bytes]]) -> list[Rendering]:
    """Of entries in their order those that fit into a document in every format: the first, those that tell of
    withdrawals as far as half of the room goes, and as many others as then fit. `around` is what stands before and
    after them in each format."""
    first, rest = wanted[:1], wanted[1:]
    gone = [one for one in rest if is_gone(one)][: ENTRIES // 2]
    held = _within(DOCUMENT_BYTES // 2, gone, around)
    others = [one for one in rest if not is_gone(one) or one not in held]
    chosen = _within(DOCUMENT_BYTES, [*first, *held, *others], around)[:ENTRIES]
    numbers = set(map(id, chosen))
    return [one for one in wanted if id(one) in numbers]


def _within(most: int, entries: Sequence[Rendering], around: Mapping[str, tuple[bytes, bytes]]) -> list[Rendering]:
    """As many of these, from the first on, as fit into a document of this many bytes in every format; one at least."""
    sizes = {name: sum(map(len, frame)) for name, frame in around.items()}
    kept: list[Rendering] = []
    for one in entries:
        sizes = {name: size + one.lengths[name] + 1 for name, size in sizes.items()}
        if kept and max(sizes.values()) > most:
            break
        kept.append(one)
    return kept
