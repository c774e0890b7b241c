"""Every bomb down every way in, in a process of its own: prints what was said to each, and the most memory it took. A
bomb that takes more than its seconds of the processor ends the process.

    python -m tests.intake.bombs ADDRESS

ADDRESS is where nobody must ask.
"""

import json
import resource
import signal
import sys
from collections.abc import Callable, Iterator

from feeds.errors import PageRefused
from feeds.intake.board_page import read
from feeds.intake.clean import clean_html
from feeds.intake.draft import Draft
from feeds.intake.paste import pasted
from feeds.writing import Form
from tests.intake.given import csv_of, records

DEPTH, ATTRIBUTES = 100_000, 50_000
SECONDS = 1
"""Of processor time, for each bomb: what others do on the machine meanwhile does not count."""


def bombs(address: str) -> dict[str, str]:
    """Documents that grow, ask for others, or are too deep or too wide."""
    flood = " ".join(f'a{n}="1"' for n in range(ATTRIBUTES))
    laughs = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    return {
        "billion laughs": f"<!DOCTYPE r [{laughs}]><r>&a11;</r>",
        "quadratic": f'<!DOCTYPE r [<!ENTITY a "{"x" * 50_000}">]><r>{"&a;" * 20_000}</r>',
        "external entity": f'<!DOCTYPE r [<!ENTITY a SYSTEM "{address}">]><r>&a;</r>',
        "file": '<!DOCTYPE r [<!ENTITY a SYSTEM "file:///proc/self/environ">]><r>&a;</r>',
        "parameter entity": f'<!DOCTYPE r [<!ENTITY % a SYSTEM "{address}"> %a;]><r/>',
        "external DTD": f'<!DOCTYPE r SYSTEM "{address}"><r/>',
        "XInclude": f'<r><x:include xmlns:x="http://www.w3.org/2001/XInclude" href="{address}" parse="text"/></r>',
        "depth": f"<r>{'<div>' * DEPTH}x",
        "attributes": f"<r><p {flood}>x</p></r>",
    }


def _page(bomb: str) -> str:
    answer = read(f'<?xml version="1.0"?>{bomb}'.encode())
    return answer.content.body_html if isinstance(answer, Draft) else "refused"


def _records(content: str, source: str) -> str:
    try:
        found = [record.reading for record in records(content.encode(), source=source)]
    except PageRefused:
        return "refused"
    return "".join(one.content.body_html if isinstance(one, Draft) else "refused" for one in found)


WAYS: dict[str, Callable[[str], str]] = {
    "page": _page,
    "feed": lambda bomb: _records(bomb, "feed"),
    "text in a feed": lambda bomb: _records(
        "<rss version='2.0'><channel><title>t</title><item><title>t</title><description><![CDATA["
        f"{bomb.replace(']]>', ']]&gt;')}]]></description></item></channel></rss>",
        "feed",
    ),
    "table": lambda bomb: _records(csv_of([["title", "html"], ["t", bomb]]), "csv"),
    "lines": lambda bomb: _records(json.dumps({"title": "t", "html": bomb}) + "\n", "jsonl"),
    "cleaning": lambda bomb: clean_html(bomb, base=None),
    "paste as HTML": lambda bomb: pasted(bomb, form=Form.HTML).text,
    "paste as Markdown": lambda bomb: pasted(bomb, form=Form.MARKDOWN).text,
}


def explode(address: str) -> Iterator[tuple[str, str, str]]:
    """Each way, each bomb, and what came of it."""
    for way, take in WAYS.items():
        for name, bomb in bombs(address).items():
            print(f"{way}: {name}", file=sys.stderr)  # the last of them is the one that took too long
            signal.setitimer(signal.ITIMER_PROF, SECONDS)
            said = take(bomb)
            signal.setitimer(signal.ITIMER_PROF, 0)
            yield way, name, said


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    for take in WAYS.values():
        take("<p>x</p>")  # what is loaded once is no part of what a bomb takes
    before = _peak()
    answers = [(way, name, said[:1000], len(said)) for way, name, said in explode(sys.argv[1])]
    print(json.dumps({"answers": answers, "grown": _peak() - before}))
