"""Whatever strangers write into an article, every feed stays readable and says what they wrote (B35, B41, B69)."""

import json
from types import ModuleType

import feedparser
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from lxml import etree
from sample_feed import article, feed

from feeds.documents import atom, jsonfeed, rss
from feeds.documents.text import one_line
from feeds.model import Attachment, Picture

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=80) | st.sampled_from(
    ["]]>", "<b>x</b>", "&nbsp;", "<!--", "<![CDATA[", "</title><script>", "\ud83d", "=1+1", "a\x00b", "{title}", "%s"]
)


def rewritten_by_feedparser(text: str) -> bool:
    """Whether feedparser takes the text for UTF-8 that somebody read as Latin-1, and decodes it a second time."""
    try:
        return text.encode("latin-1").decode("utf-8") != text
    except UnicodeError:
        return False


@pytest.mark.parametrize("module", [rss, atom])
@settings(deadline=None, max_examples=60)
@given(title=ANY_TEXT, summary=ANY_TEXT, body=ANY_TEXT, note=ANY_TEXT)
def test_any_text_gives_a_sound_feed_with_the_title_as_published(
    module: ModuleType, title: str, summary: str, body: str, note: str
) -> None:
    assume(one_line(title) and not rewritten_by_feedparser(one_line(title)))
    release = article(
        title=title,
        summary=summary,
        body_html=body,
        body_text=body,
        correction_note=note,
        pictures=(Picture(caption=note, credit=summary, alt=title, address=body),),
        attachments=(Attachment(name=title, address=body, media_type=note),),
    )
    made = feed(release, article(2))
    document = module.render(made)
    assert document == module.render(feed(article(2), release))
    etree.fromstring(document)
    read = feedparser.parse(document, sanitize_html=False, resolve_relative_uris=False)
    assert not read.bozo
    assert " ".join(read.entries[1].title.split()) == one_line(title)
    assert read.entries[0].title == "Release 2"


@pytest.mark.parametrize("module", [rss, atom])
@settings(deadline=None, max_examples=40)
@given(poison=ANY_TEXT)
def test_any_guid_language_division_or_licence_leaves_the_other_entry_readable(module: ModuleType, poison: str) -> None:
    assume(one_line(poison))
    made = feed(article(1, guid=poison, language=poison, division=poison, licence=poison, telephone=poison), article(2))
    titles = [entry.title for entry in feedparser.parse(module.render(made)).entries]
    assert titles == ["Release 2", "Release 1"]


@settings(deadline=None, max_examples=60)
@given(title=ANY_TEXT, body=ANY_TEXT, note=ANY_TEXT)
def test_any_text_is_the_same_in_json(title: str, body: str, note: str) -> None:
    assume(one_line(title))
    [item] = json.loads(jsonfeed.render(feed(article(title=title, body_html=body, correction_note=note))))["items"]
    assert item["title"] == one_line(title)
    assert item["_civicwire"].get("correction", "") == one_line(note)
