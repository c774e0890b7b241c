"""A rendered document as bytes in the encodings in which it is sent, each with a validator of its own. Pure."""

import hashlib
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import zstandard

_GZIP_LEVEL, _ZSTD_LEVEL = 4, 3
"""Level 4 of gzip takes half the time of 6, and 3 % more bytes. Zstd takes a sixth of it."""
_BLOCK = 128 * 1024
_GZIP_FRAME = 16 + zlib.MAX_WBITS
"""A gzip header without a time or a name (RFC 1952), so that the same bytes give the same."""
_GZIP_TAKES = 1.1
"""About how many bytes it has for each of zstd, for whoever counts memory before it is made."""


@dataclass(frozen=True, slots=True)
class Packed:
    """One document. Kept as zstd, and as gzip from when somebody first asks for it: that takes six times as long, and a
    release is to be seen soon in every feed. The bytes as they are are not kept, for whoever wants them is rare."""

    mark: str
    """Names the bytes: the beginning of their SHA-256."""
    length: int
    zstd: bytes
    made: list[bytes] = field(default_factory=list, repr=False, compare=False)
    """The bytes as gzip, once they are made."""

    @property
    def gzip(self) -> bytes:
        """As gzip, made once. Two threads that ask at the same moment make the same."""
        if not self.made:
            packer = zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, _GZIP_FRAME)
            self.made[:] = [packer.compress(self.body("identity")) + packer.flush()]
        return self.made[0]

    @property
    def has_gzip(self) -> bool:
        """Whether gzip is made."""
        return bool(self.made)

    @property
    def size(self) -> int:
        """Bytes of memory that it takes, or will take as soon as somebody asks for gzip."""
        return len(self.zstd) + (len(self.made[0]) if self.made else int(len(self.zstd) * _GZIP_TAKES))

    def body(self, encoding: str) -> bytes:
        """The bytes in this content coding: `gzip`, `zstd`, or `identity`."""
        if encoding == "gzip":
            return self.gzip
        return self.zstd if encoding == "zstd" else zstandard.ZstdDecompressor().decompress(self.zstd)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A feed as it is served under its one address. `number` is that of the last change that it shows."""

    address: str
    packed: Packed
    media_type: str
    number: int
    last_modified: datetime | None
    """None where no date would grow with every change: only the tag counts then."""
    max_age: int
    links: str
    """The Link header (RFC 8288): itself, its page, its hubs."""
    sheets: dict[str, object] = field(default_factory=dict, repr=False, compare=False)
    """What is sent of it in each encoding, for whoever sends it to keep as long as this is kept."""

    @property
    def mark(self) -> str:
        """What its entity tags begin with: the bytes, the feed, and up to which change they tell."""
        return f"{self.packed.mark}{self.place}.{self.number}"

    @property
    def place(self) -> str:
        """Eight digits for the address, lest a reader's tag of another feed be taken for one of this."""
        return f"{zlib.crc32(self.address.encode()):08x}"


def pack(pieces: Sequence[bytes]) -> Packed:
    """Encode a document, given in pieces, which are read one after another and never all put together.

    The same bytes give the same encodings in every process of one installation, however they are cut.
    """
    length = sum(map(len, pieces))
    digest = hashlib.sha256()
    zstd = zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compressobj(size=length)
    output: list[bytes] = []
    for block in _blocks(pieces):
        digest.update(block)
        output.append(zstd.compress(block))
    return Packed(digest.hexdigest()[:20], length, b"".join([*output, zstd.flush()]))


def _blocks(pieces: Sequence[bytes]) -> Iterator[bytes]:
    """The same bytes in larger blocks: while one is compressed, other threads go on."""
    waiting: list[bytes] = []
    length = 0
    for piece in pieces:
        waiting.append(piece)
        length += len(piece)
        if length >= _BLOCK:
            yield b"".join(waiting)
            waiting, length = [], 0
    yield b"".join(waiting)
