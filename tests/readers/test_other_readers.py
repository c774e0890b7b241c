"""Readers that nobody here wrote show what was published: the same ids, titles, links, instants and files.

sfeed and newsboat in C and C++, XML::Feed in Perl, reader in Python, which alone reads JSON Feed too; feedparser reads
every feed in the other tests.
"""

import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from reader import make_reader

from feeds.model import Attachment
from feeds.renderings import FORMATS
from tests.builders import BASE_URL
from tests.conftest import missing
from tests.readers.sample import feed_of_titles

TITLES = (
    "R&D <b> summit",
    "AT&amp;T &lt;b&gt; 그리고 &nbsp;",
    "대구 & 경북 “소식” 🎆👨‍👩‍👧",
    "‏שלום‎ Daegu: مهرجان",
    "]]> -- {title} %s =cmd()",
    "가" * 5_000,
)
FILE = Attachment(name="Plan.pdf", address="/files/plan.pdf", media_type="application/pdf", length=2048)

Told = tuple[str, str, str, int, str]
"""Id, title, link, instant of publication in seconds, first file."""


def run(*command: str, home: Path, given: bytes = b"") -> str:
    """What a reader prints; it finds nothing of this machine's user."""
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(home), "LC_ALL": "C.UTF-8"}
    done = subprocess.run(command, env=environment, input=given, capture_output=True, check=True, timeout=60)
    return done.stdout.decode()


def sfeed(document: Path) -> list[Told]:
    lines = run("sfeed", home=document.parent, given=document.read_bytes()).splitlines()
    fields = [line.split("\t") for line in lines]
    return [(one[5], one[1], one[2], int(one[0]), one[7]) for one in fields]


def newsboat(document: Path) -> list[Told]:
    urls, cache = document.with_name("urls"), document.with_name("cache.db")
    urls.write_text(f"file://{document}\n", encoding="utf-8")
    run("newsboat", "-u", str(urls), "-c", str(cache), "-C", "/dev/null", "-x", "reload", home=document.parent)
    kept = sqlite3.connect(cache)
    rows = kept.execute("SELECT guid, title, url, pubDate, enclosure_url FROM rss_item").fetchall()
    kept.close()
    return [(row[0], row[1], row[2], row[3], row[4]) for row in rows]


# Of Atom it gives octets, of RSS letters.
PERL = """
use XML::Feed; $XML::Feed::MULTIPLE_ENCLOSURES = 1;
my $feed = XML::Feed->parse($ARGV[0]) or die XML::Feed->errstr;
for ($feed->entries) {
  my @files = map { $_->url } grep { defined } $_->enclosure;
  my $line = join("\\t", $_->id, $_->title, $_->link, $_->issued->epoch, $files[0] // "");
  utf8::encode($line) if utf8::is_utf8($line);
  print $line, "\\n";
}
"""


def xml_feed(document: Path) -> list[Told]:
    lines = run("perl", "-e", PERL, str(document), home=document.parent)
    fields = [line.split("\t") for line in lines.split("\n") if line]
    return [(one[0], one[1], one[2], int(one[3]), one[4]) for one in fields]


def has_xml_feed() -> bool:
    perl = shutil.which("perl")
    return perl is not None and subprocess.run([perl, "-MXML::Feed", "-e", "1"], capture_output=True).returncode == 0


def python_reader(document: Path) -> list[Told]:
    with closing(make_reader(":memory:", feed_root=str(document.parent))) as reader:
        reader.add_feed(document.name)
        reader.update_feed(document.name)
        return [
            (one.id, one.title or "", one.link or "", int(one.published.timestamp()), one.enclosures[0].href)
            for one in reader.get_entries()
            if one.published
        ]


# newsboat keeps only files that can be listened to or seen.
READERS: dict[str, tuple[Callable[[Path], list[Told]], Callable[[], bool], bool]] = {
    "sfeed": (sfeed, lambda: shutil.which("sfeed") is not None, True),
    "newsboat": (newsboat, lambda: shutil.which("newsboat") is not None, False),
    "XML::Feed": (xml_feed, has_xml_feed, True),
    "reader": (python_reader, lambda: True, True),
}


@pytest.mark.parametrize(
    ("reader", "form"), [*((reader, form) for reader in READERS for form in ("rss", "atom")), ("reader", "json")]
)
def test_a_reader_shows_what_was_published(reader: str, form: str, tmp_path: Path) -> None:
    read, is_there, shows_files = READERS[reader]
    if not is_there():
        missing("readers", f"{reader} is not installed")
    made = feed_of_titles(TITLES, files=(FILE,))
    document = tmp_path / f"feed.{form}"
    document.write_bytes(FORMATS[form].render(made))
    file = f"{BASE_URL}/files/plan.pdf" if shows_files else ""
    published = {(one.id, one.title, one.url, int(one.published.timestamp()), file) for one in made.entries}
    assert {(one[0], " ".join(one[1].split()), *one[2:]) for one in read(document)} == published
