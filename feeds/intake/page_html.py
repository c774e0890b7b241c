"""What an HTML page says around its blocks: its own address, its breadcrumb, its files, and whether it is whole."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from feeds.errors import PageRefused
from feeds.intake.blocks import Block
from feeds.intake.blocks_html import html_blocks
from feeds.intake.clean import MAX_DEPTH, clean_line, too_rich
from feeds.intake.links import web_address
from feeds.model import Attachment

_MARKUP = re.compile(
    r"</?(?:html|head|body|div|p|table|tr|td|dl|dt|dd|br|article|section|main|h[1-6]|ul|ol|li|span)(?:\s[^<>]*)?/?>",
    re.I,
)
_WHOLE_PAGE = re.compile(r"<!doctype\s+html|<html[\s>]", re.I)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_OWN_ENTITIES = re.compile(r"<!ENTITY|<!DOCTYPE[^>\[]*\[", re.I)
_FILE = re.compile(r"filedown|atchfileid|downloadfile|/download", re.I)
_FILE_PLACE = re.compile(r"(?:^|[\s_-])(?:attach\w*|files?|filelist|file_?list|첨부\S*)(?:[\s_-]|$)", re.I)
_SIZE = re.compile(r"\s*[\[(]\s*[\d.,]+\s*(?:bytes?|[kmg]i?b?)\s*[\])]\s*$", re.I)
_TRAIL = "[class*=breadcrumb], [id*=breadcrumb], [aria-label*=breadcrumb], [class*=location], [id*=location]"
_HOME = {"home", "홈", "main", "메인"}


@dataclass(frozen=True, slots=True, kw_only=True)
class HtmlPage:
    """An HTML page read once. `base` is what its relative addresses are relative to, None where unknown."""

    blocks: list[Block]
    address: str | None
    base: str | None
    board: str | None
    name: str | None
    attachments: tuple[Attachment, ...]
    posts: tuple[str, ...]
    """The texts of links to posts, one for each post."""
    rows: tuple[str, ...]
    """The titles in rows of a table that have a number, a title and a day."""
    asks_password: bool


def is_html(text: str) -> bool:
    """Whether the text is markup rather than a page's text, whatever anybody declares."""
    head = text.lstrip("\ufeff \t\r\n")[:200].lower()
    if head.startswith("<?xml") or _WHOLE_PAGE.match(head):
        return True
    found = _MARKUP.findall(text[:200_000])
    return len(found) >= 3 or (len(found) > 0 and head.startswith("<"))


def html_page(text: str, address: str | None) -> HtmlPage:
    """The page as it stands in `text`; PageRefused where it is cut off, too big to parse, or XML of another kind."""
    _refuse_unreadable(text)
    tree = LexborHTMLParser(text)
    body = tree.body
    if body is None:
        raise PageRefused(("the page has no text",))
    _refuse_depth(body)
    own = _own_address(tree)
    own = address or own
    base = _base(tree, own)
    posts, rows = _posts(body), _rows(body)
    board = _board(body)
    asks_password = body.css_first("input[type=password]") is not None
    attachments = _take_attachments(body, base)
    title = tree.css_first("title")
    return HtmlPage(
        blocks=html_blocks(_region(body)),
        address=own,
        base=base,
        board=board,
        name=clean_line(title.text()) or None if title is not None else None,
        attachments=attachments,
        posts=posts,
        rows=rows,
        asks_password=asks_password,
    )


def _refuse_unreadable(text: str) -> None:
    if _OWN_ENTITIES.search(text[:20_000]):
        raise PageRefused(("the page defines entities of its own, as no page of a board does",))
    if text.lstrip("\ufeff \t\r\n").lower().startswith("<?xml") and not _WHOLE_PAGE.search(text):
        raise PageRefused(("the file is XML and no page",))
    if too_rich(text):
        raise PageRefused(("the page has more elements or attributes than an article's page can have",))
    shown = _COMMENT.sub("", text).rstrip()
    if re.search(r"<html[\s>]", shown, re.I) and not re.search(r"</html\s*>", shown, re.I):
        raise PageRefused(("the page is cut off: its <html> is never closed",))
    if re.search(r"<(?:!--|/?[a-z][^<>]*$)", shown, re.I) and re.search(r"<[^<>]*$", shown):
        raise PageRefused(("the page is cut off in the middle of its markup",))


def _refuse_depth(body: LexborNode) -> None:
    node: LexborNode | None = body
    depth = 0
    while node is not None:
        if node.first_child is not None:
            node, depth = node.first_child, depth + 1
            if depth > 4 * MAX_DEPTH:
                raise PageRefused(("the page is nested deeper than an article's page can be",))
            continue
        while node is not None and node.next is None:
            node, depth = node.parent, depth - 1
            if depth <= 0:
                return
        node = node.next if node is not None else None


def _attribute(tree: LexborHTMLParser, selector: str, name: str) -> str | None:
    node = tree.css_first(selector)
    return node.attributes.get(name) if node is not None else None


def _own_address(tree: LexborHTMLParser) -> str | None:
    canonical = web_address(_attribute(tree, 'link[rel~="canonical"]', "href"))
    return canonical or web_address(_attribute(tree, 'meta[property="og:url"]', "content"))


def _region(body: LexborNode) -> LexborNode:
    """The one <main> of the page, where it has one that holds text after labels; else all of it."""
    regions = body.css("main, [role=main]")
    if len(regions) == 1 and regions[0].css_first("*") is not None and len(regions[0].text(strip=True)) > 200:
        return regions[0]
    return body


def _board(body: LexborNode) -> str | None:
    for trail in body.css(_TRAIL):
        steps = [clean_line(step.text()) for step in trail.css("li") or trail.css("a, span, strong, em")]
        steps = [step.strip(" >›»/") for step in steps]
        steps = [step for step in steps if step and step.lower() not in _HOME]
        if steps and len(steps[-1]) < 100:
            return steps[-1]
    return None


def _base(tree: LexborHTMLParser, own: str | None) -> str | None:
    """What relative addresses are relative to: the head's own word, but never another site's."""
    stated = web_address(_attribute(tree, "head base[href]", "href"), own)
    if stated is None or (own is not None and urlsplit(stated).hostname != urlsplit(own).hostname):
        return own
    return stated


def _take_attachments(body: LexborNode, base: str | None) -> tuple[Attachment, ...]:
    """The files linked from the page; their links are taken out of it."""
    found: list[Attachment] = []
    for link in body.css("a"):
        href = link.attributes.get("href") or ""
        name = _SIZE.sub("", clean_line(link.text()))
        if not name or not (_FILE.search(href) or _in_file_place(link)):
            continue
        address = web_address(href, base)
        if address and all(address != attachment.address for attachment in found):
            found.append(Attachment(name=name, address=address))
        link.decompose()
    return tuple(found)


def _in_file_place(link: LexborNode) -> bool:
    above = link.parent
    for _ in range(4):
        if above is None or above.tag == "body":
            return False
        if _FILE_PLACE.search(f"{above.attributes.get('class') or ''} {above.attributes.get('id') or ''}"):
            return True
        above = above.parent
    return False


def _posts(body: LexborNode) -> tuple[str, ...]:
    titles: dict[str, str] = {}
    for link in body.css("a[href]"):
        post = re.search(r"[?&;]nttId=([\w-]+)", link.attributes.get("href") or "", re.I)
        title = clean_line(link.text())
        if post and title:
            titles.setdefault(post[1], title)
    return tuple(titles.values())


def _rows(body: LexborNode) -> tuple[str, ...]:
    titles: list[str] = []
    for row in body.css("tr"):
        cells = [clean_line(cell.text()) for cell in row.css("td, th")]
        has_day = any(re.fullmatch(r"\d{4}[-./]\s?\d{1,2}[-./]\s?\d{1,2}\.?", cell) for cell in cells)
        has_number = bool(cells) and re.fullmatch(r"\d{1,7}|공지|notice", cells[0], re.I) is not None
        named = [cell for cell in cells[1:] if len(cell) > 4 and not re.match(r"\d{4}[-./]", cell)]
        if has_day and has_number and named:
            titles.append(max(named, key=len))
    return tuple(titles)
