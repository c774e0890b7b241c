"""A post of another system made into the content of an article: its title and its text, whatever form that has."""

import re
from collections.abc import Sequence
from html import escape, unescape

from feeds.errors import PageRefused
from feeds.intake.clean import clean_html, clean_line, plain_text, summary_of, too_rich
from feeds.intake.headings import ranked
from feeds.intake.language import language_of
from feeds.model import Attachment, Content, Picture

MAX_TITLE = 500
MAX_TEXT = 2_000_000
"""Characters of a text with its markup; pictures that are written into it count."""
MAX_CLEAN = 300_000
"""Characters of a text without its scripts and pictures: some hundred pages."""
NO_TEXT = "it has no text"

_NAMES = (
    "p|div|br|hr|span|a|img|table|tr|td|ul|ol|li|dl|dt|dd|h[1-6]|strong|b|em|i|u|s|del|sup|sub|font|figure|center|pre"
    "|section|article|blockquote"
)
_TAG = re.compile(rf"</?(?:{_NAMES})\b[^<>]*>", re.I)
_ESCAPED_TAG = re.compile(rf"&lt;/?(?:{_NAMES})\b", re.I)
_LOST = "\ufffd"
_IMAGE = re.compile(r"<img\b", re.I)


def markup_of(text: str) -> str:
    """The HTML that a text means: itself, its unescaped form where markup was stored escaped, or paragraphs."""
    if _TAG.search(text):
        return text
    if _ESCAPED_TAG.search(text):
        return unescape(text)
    return paragraphs(unescape(text))


def paragraphs(text: str) -> str:
    """Plain text as HTML: a blank line ends a paragraph, a line end is kept."""
    blocks = re.split(r"\n[ \t]*\n+", text.replace("\r\n", "\n").replace("\r", "\n"))
    lines = (escape(block.strip(), quote=False).replace("\n", "<br>") for block in blocks)
    return "\n".join(f"<p>{line}</p>" for line in lines if line)


def content_of_post(
    title: str,
    html: str,
    *,
    base: str | None,
    language: str | None = None,
    subtitle: str = "",
    summary: str = "",
    pictures: Sequence[Picture] = (),
    attachments: Sequence[Attachment] = (),
) -> tuple[Content, tuple[str, ...]]:
    """The content, and what an editor should look at. PageRefused, with every reason, where it can be no article's."""
    title, subtitle, summary = clean_line(title), clean_line(subtitle), clean_line(summary)
    reasons = [
        reason
        for reason, is_wrong in (
            ("it has no title", not title),
            (f"its title is longer than {MAX_TITLE} characters", len(title) > MAX_TITLE),
            (f"its subtitle is longer than {MAX_TITLE} characters", len(subtitle) > MAX_TITLE),
            (f"its summary is longer than {2 * MAX_TITLE} characters", len(summary) > 2 * MAX_TITLE),
            (f"its text is longer than {MAX_TEXT} characters", len(html) > MAX_TEXT),
            ("its text has more elements or attributes than an article can have", too_rich(html[:MAX_TEXT])),
            (f"the text is damaged: signs in it have been lost ({_LOST})", _LOST in title or _LOST in html),
        )
        if is_wrong
    ]
    if reasons:
        raise PageRefused(tuple(reasons))
    body = clean_html(ranked(html), base=base)
    if len(body) > MAX_CLEAN:
        raise PageRefused((f"its text is longer than {MAX_CLEAN} characters",))
    text = plain_text(body)
    content = Content(
        language=language or language_of(title + text),
        title=title,
        subtitle=subtitle or None,
        summary=summary or summary_of(subtitle, text),
        body_html=body,
        body_text=text,
        pictures=tuple(pictures),
        attachments=tuple(attachments),
    )
    return content, _remarks(html, body, text)


def _remarks(html: str, body: str, text: str) -> tuple[str, ...]:
    lost = len(_IMAGE.findall(html)) - body.count("<img ")
    pictures = (f"{lost} of its pictures had no address that can be kept",) if lost > 0 else ()
    return pictures if text else (*pictures, NO_TEXT)
