"""A page of an eGovFrame-style board, in text or HTML form, as a draft, a list, or a refusal with its reasons.

Pure and bounded: bytes in, a value out. Nothing is fetched, and nothing the page does not say is filled in.
"""

import re
from collections.abc import Sequence

from feeds.errors import PageRefused
from feeds.intake.blocks import MAX_BLOCK_LENGTH, MAX_BLOCKS, Block, text_blocks
from feeds.intake.body import Body, read_body
from feeds.intake.clean import plain_text, summary_of
from feeds.intake.composition import body_html, pictures
from feeds.intake.decode import text_of
from feeds.intake.draft import Draft, Reading, Refused
from feeds.intake.header import Header, NoHeader, find_header
from feeds.intake.language import language_of
from feeds.intake.links import identity_of, web_address
from feeds.intake.listing import error_signs, list_page
from feeds.intake.page_html import HtmlPage, html_page, is_html
from feeds.model import Attachment, Content

__all__ = ["identity_of", "read"]

_WHOLE_END = re.compile(r"[.!?…:*][”’\"')\]]*\s*$")
_UNREAD = re.compile(r"the date of registration “(.*)”")


def read(page: bytes, *, address: str | None = None, media_type: str | None = None) -> Reading:
    """What `page` is. `address` is where it was found (else the page's own canonical one counts), `media_type`
    what the server called it. Never raises for anything a page can hold."""
    address = web_address(address)
    try:
        text = text_of(page, media_type)
        if is_html(text):
            html = html_page(text, address)
            return _reading(html.blocks, html.address, html)
        return _reading(text_blocks(text), address, None)
    except PageRefused as refusal:
        return Refused(title=None, reasons=refusal.reasons)


def _reading(blocks: Sequence[Block], address: str | None, html: HtmlPage | None) -> Reading:
    if len(blocks) > MAX_BLOCKS:
        raise PageRefused((f"the page has more than {MAX_BLOCKS} lines",))
    if any(max(len(block.text), len(block.raw)) > MAX_BLOCK_LENGTH for block in blocks):
        raise PageRefused((f"the page has a line of more than {MAX_BLOCK_LENGTH} characters",))
    header = find_header(blocks, html.board if html else None)
    listed = list_page(blocks, header, html)
    if listed is not None:
        return listed
    signs = error_signs(blocks, html)
    if isinstance(header, NoHeader):
        no_text = () if any(block.text for block in blocks) else ("the page has no text",)
        return Refused(title=header.title or (html.name if html else None), reasons=header.reasons + no_text + signs)
    body = read_body(blocks[header.end :], header.title)
    if not any(part.text for part in body.parts):
        return Refused(title=header.title, reasons=("no text follows the line “Date of registration”", *signs))
    return _draft(header, body, address, html)


def _draft(header: Header, body: Body, address: str | None, html: HtmlPage | None) -> Reading:
    base = html.base if html else address
    markup = body_html(body, base)
    text = plain_text(markup)
    if "\ufffd" in header.title + text:
        return Refused(title=header.title, reasons=("the text is damaged: signs in it have been lost (\ufffd)",))
    content = Content(
        language=language_of(header.title + text),
        title=header.title,
        subtitle=body.subtitle,
        summary=summary_of(body.subtitle, text),
        body_html=markup,
        body_text=text,
        pictures=pictures(body.parts, base),
        attachments=_attachments(html),
        footnotes=body.notes.footnotes,
    )
    return Draft(
        content=content,
        division=header.division,
        registered_on=header.registered_on,
        telephone=header.telephone,
        board=header.board,
        address=address,
        identity=identity_of(address) if address else None,
        remarks=header.remarks + _unknown(header) + _cut_short(text),
        unread_date=_unread(header),
    )


def _unread(header: Header) -> str:
    """A date that stands in the header and is none: the remark about it has it as it is written."""
    found = (_UNREAD.match(remark) for remark in header.remarks) if header.registered_on is None else ()
    return next((match[1] for match in found if match), "")


def _attachments(html: HtmlPage | None) -> tuple[Attachment, ...]:
    return html.attachments if html else ()


def _unknown(header: Header) -> tuple[str, ...]:
    """What an editor has to fill in or leave, as the page does not say it."""
    missing = [] if header.division else ["the page names no division"]
    if header.registered_on is None and not any("date of registration" in remark for remark in header.remarks):
        missing.append("the page gives no date of registration")
    return tuple(missing)


def _cut_short(text: str) -> tuple[str, ...]:
    """A remark where an English text ends within a sentence: a page cut there looks like any other."""
    if language_of(text) != "en" or _WHOLE_END.search(text):
        return ()
    return ("the text ends in the middle of a sentence: is the page whole?",)
