"""A reader in another world shows what was published: feedsmith for Node, of every format and of lists of feeds."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from feeds.documents.opml import Outline, render
from feeds.model import Attachment
from feeds.renderings import FORMATS
from tests.conftest import missing
from tests.readers.sample import feed_of_titles
from tests.readers.test_other_readers import TITLES

# Where feedsmith was installed: a folder with its `node_modules`, outside the tree.
FOLDER = os.environ.get("CIVICWIRE_TEST_NODE", "")  # noqa: TID251 - how CI says where
FILES = (
    Attachment(name="Plan.pdf", address="/files/plan.pdf", media_type="application/pdf", length=2048),
    Attachment(name="표.hwp", address="/files/표 1.hwp"),
)
PROGRAM = """
import("feedsmith").then(({ parseFeed, parseOpml }) => {
  const given = JSON.parse(require("fs").readFileSync(0, "utf8"));
  const told = {};
  for (const [name, document] of Object.entries(given)) {
    told[name] = name === "opml" ? parseOpml(document) : parseFeed(document);
  }
  process.stdout.write(JSON.stringify(told));
});
"""


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    """What feedsmith makes of each document, all in one run of Node."""
    node = shutil.which("node")
    if node is None or not (Path(FOLDER or "nowhere") / "node_modules" / "feedsmith").is_dir():
        missing("node", "CIVICWIRE_TEST_NODE names no folder with feedsmith in it")
    made = feed_of_titles(TITLES, files=FILES)
    given = {name: module.render(made).decode() for name, module in FORMATS.items()}
    outline = Outline(
        title="R&D <b>", feed_url="https://a.test/f.rss?a=1&b=2", page_url="https://a.test/", language="ko"
    )
    given["opml"] = render("Feeds", [Outline(title="Economy", below=[outline])]).decode()
    command = [str(node), "-e", PROGRAM]
    done = subprocess.run(command, cwd=FOLDER, input=json.dumps(given).encode(), capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr.decode()
    read: dict[str, Any] = json.loads(done.stdout)
    return read


def rss(item: dict[str, Any]) -> tuple[Any, ...]:
    files = [one["url"] for one in item["enclosures"]]
    instants = (item["pubDate"], item["atom"]["updated"])
    language, division = item["dc"]["languages"], item["dc"]["creators"]
    return item["guid"]["value"], item["title"], item["link"], *instants, language[0], division[0], files


def atom(entry: dict[str, Any]) -> tuple[Any, ...]:
    [page] = [link["href"] for link in entry["links"] if link["rel"] == "alternate"]
    files = [link["href"] for link in entry["links"] if link["rel"] == "enclosure"]
    instants = (entry["published"], entry["updated"])
    title, division = entry["title"]["value"], entry["authors"][0]["name"]
    return entry["id"], title, page, *instants, entry["xml"]["lang"], division, files


def json_feed(item: dict[str, Any]) -> tuple[Any, ...]:
    files = [one["url"] for one in item["attachments"]]
    instants = (item["date_published"], item["date_modified"])
    return item["id"], item["title"], item["url"], *instants, item["language"], item["authors"][0]["name"], files


def test_feedsmith_shows_what_was_published_in_every_format(told: dict[str, Any]) -> None:
    entries = feed_of_titles(TITLES, files=FILES).entries
    for name, items, read in (("rss", "items", rss), ("atom", "entries", atom), ("json", "items", json_feed)):
        assert told[name]["format"] == name
        shown = [read(one) for one in told[name]["feed"][items]]
        assert shown == [
            (
                entry.id,
                entry.title,
                entry.url,
                f"{entry.published:%a, %d %b %Y %H:%M:%S} GMT" if name == "rss" else entry.published.isoformat(),
                entry.updated.isoformat(),
                entry.language,
                entry.division,
                [file.address for file in entry.enclosures[: 1 if name == "rss" else None]],
            )
            for entry in entries
        ]


def test_feedsmith_takes_in_a_list_of_feeds(told: dict[str, Any]) -> None:
    [heading] = told["opml"]["body"]["outlines"]
    [feed] = heading["outlines"]
    assert heading["text"] == "Economy"
    assert (feed["title"], feed["xmlUrl"]) == ("R&D <b>", "https://a.test/f.rss?a=1&b=2")
    assert (feed["htmlUrl"], feed["language"]) == ("https://a.test/", "ko")
