"""The same articles give the same bytes in any process, and the locale of the process is left alone."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from sample_feed import feed, many

from feeds.documents import atom, jsonfeed, rss

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]

SPY = """
import locale
locale.setlocale(locale.LC_ALL, "")
before = locale.setlocale(locale.LC_ALL)
calls = []
switch = locale.setlocale
def told(*arguments):
    calls.append(arguments)
    return switch(*arguments)
locale.setlocale = told
from concurrent.futures import ThreadPoolExecutor
from sample_feed import atom, feed, many, plain_feedgen, rss
made = feed(*many())
with ThreadPoolExecutor(4) as threads:
    documents = set(threads.map(lambda turn: rss.render(made) + atom.render(made), range(8)))
ours = len(calls)
plain_feedgen(made).rss_str()
print(before, switch(locale.LC_ALL) == before, len(documents), ours, len(calls) > ours)
"""


def run(*arguments: str, **environment: str) -> bytes:
    """What a fresh Python process prints in this environment."""
    paths = os.pathsep.join([str(ROOT), str(HERE)])
    whole = {"PATH": os.defpath, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"} | environment
    return subprocess.run([sys.executable, *arguments], env=whole, check=True, capture_output=True).stdout


def test_every_process_writes_the_same_bytes_whatever_its_hash_seed_zone_and_locale() -> None:
    program = str(HERE / "sample_feed.py")
    one = run(program, PYTHONHASHSEED="1", TZ="Asia/Seoul", LC_ALL="C.UTF-8")
    other = run(program, PYTHONHASHSEED="2", TZ="America/New_York", LC_ALL="POSIX")
    here = b"".join(module.render(feed(*many())) for module in (rss, atom, jsonfeed))
    assert hashlib.sha256(one).digest() == hashlib.sha256(other).digest() == hashlib.sha256(here).digest()


def test_rendering_in_threads_never_touches_the_locale_as_feedgen_alone_would() -> None:
    before, unchanged, documents, ours, plain = run("-c", SPY, LC_ALL="C.UTF-8").decode().split()
    assert before.upper().startswith("C.UTF")
    assert (unchanged, documents) == ("True", "1")
    assert ours == "0", "our path called setlocale"
    assert plain == "True", "plain feedgen no longer does: the repair may go"


def test_the_order_in_which_articles_arrive_leaves_no_trace() -> None:
    forward, backward = feed(*many()), feed(*reversed(many()))
    assert rss.render(forward) == rss.render(backward)
    assert atom.render(forward) == atom.render(backward)
