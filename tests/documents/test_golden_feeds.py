"""The whole documents, byte by byte: whoever changes what a feed says sees it as a difference of two files."""

from pathlib import Path
from types import ModuleType

import pytest
from sample_feed import article, feed, rich_article

from feeds.documents import atom, jsonfeed, rss

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize(("module", "name"), [(rss, "all.rss"), (atom, "all.atom"), (jsonfeed, "all.json")])
def test_a_feed_with_everything_is_written_as_reviewed(module: ModuleType, name: str) -> None:
    made = feed(rich_article(1), article(2, language="ko", title="대구 & 경북 소식", summary="요약"))
    assert module.render(made) == (GOLDEN / name).read_bytes()
