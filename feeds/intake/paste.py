"""What was copied from Word, Google Docs, Hangul or a web page, as the plain HTML or Markdown of an article. Pure.

Those programs say with styles what HTML has elements for, and write lists and headings as paragraphs that look like
them. What they meant is written anew from the tree that a browser would build; `feeds.intake.clean` has the last word
about what may stand in an article.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from html import escape

from selectolax.lexbor import LexborHTMLParser, LexborNode

from feeds.intake.clean import MAX_DEPTH, clean_html, too_rich, without_controls
from feeds.intake.headings import ranked
from feeds.intake.inline import BREAK, Look, Run, lines, without
from feeds.intake.links import web_address
from feeds.intake.lists import Item, nested, typed_mark
from feeds.intake.markdown import markdown_of
from feeds.intake.styles import declarations, is_hidden, is_remark, looked
from feeds.intake.tables import Cell, Row, table_html
from feeds.writing import Form

_LEFT_OUT_NAMES = (
    "script style template noscript noembed noframes iframe object applet embed svg math select option datalist "
    "textarea button input title meta link base xmp audio video canvas map area xml head dialog marquee col colgroup"
)
_LEFT_OUT = set(_LEFT_OUT_NAMES.split())
_BLOCK_NAMES = (
    "p div section article main header footer nav aside address center pre form fieldset legend dl dt dd details "
    "summary hr body html figcaption li tr td th caption tbody thead tfoot menu dir"
)
_BLOCKS = set(_BLOCK_NAMES.split())
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_WORD_LEVEL = re.compile(r"\blevel(\d)")
_DEEPEST = 3 * MAX_DEPTH


@dataclass(frozen=True, slots=True)
class Pasted:
    """What to put into the text, and how many pictures were left out because only the other program has them."""

    text: str
    images: int = 0


def pasted(html: str, *, form: Form, base: str | None = None) -> Pasted:
    """What was copied as clean Markdown or HTML. `base` makes relative links absolute; without it they are text."""
    found = tidied(html, base=base)
    return Pasted(markdown_of(found.text), found.images) if form is Form.MARKDOWN else found


def tidied(html: str, *, base: str | None = None) -> Pasted:
    """What was copied as clean HTML. What is too big to be a release comes back as one paragraph."""
    source = without_controls(html)
    if too_rich(source):
        return Pasted(clean_html(source, base=base))
    body = LexborHTMLParser(source).body
    if body is None:
        return Pasted("")
    sheet = _Sheet(base)
    page = _Page(sheet)
    page.walk(body, Look(), 0)
    return Pasted(clean_html(ranked(page.html()), base=base), sheet.images)


def is_foreign(html: str) -> bool:
    """Whether this HTML was copied from another program rather than written by hand, or by us."""
    return _FOREIGN.search(html) is not None


_FOREIGN = re.compile(
    r"\bmso-|\bclass=[\"']?(?:Mso|HStyle)|docs-internal-guid|<o:p|<!--\[if|<font\b|<span\b|"
    r"<(?:p|li|td|h[1-6]|b)\s[^>]*\bstyle=|StartFragment",
    re.I,
)


@dataclass(slots=True)
class _Sheet:
    """What all parts of one paste share."""

    base: str | None
    images: int = 0


@dataclass(slots=True)
class _Page:
    """The blocks that were found so far, and the line that is being gathered."""

    sheet: _Sheet
    blocks: list[str] = field(default_factory=list)
    _items: list[Item] = field(default_factory=list)
    _runs: list[Run] = field(default_factory=list)
    _item: Item | None = None
    _heading: int = 0

    def html(self) -> str:
        """Everything, in order."""
        self._end_line()
        self._end_list()
        return "".join(self.blocks)

    def walk(self, node: LexborNode, look: Look, depth: int) -> None:
        """Everything within `node`."""
        for child in node.iter(include_text=True):
            self._child(child, look, depth + 1)

    def _child(self, node: LexborNode, look: Look, depth: int) -> None:
        tag = node.tag or ""
        if tag == "-text":
            self._runs.append(Run(node.text_content or "", look))
            return
        style = _style(node)
        if tag.startswith(("-", "_", "v:", "w:", "m:")) or tag in _LEFT_OUT or is_hidden(style):
            return
        if _is_remark(node, tag, style):
            return
        if depth > _DEEPEST:
            self._runs.append(Run(node.text(), look))
        elif style.get("mso-list", "").lower() == "ignore":
            self._mark(node.text())
        elif tag == "br":
            self._runs.append(BREAK)
        elif tag == "img":
            self._image(node, look)
        elif tag in _WHOLE:
            self._end_line()
            self._add(_WHOLE[tag](self, node, depth))
        elif tag in _HEADINGS or tag in _BLOCKS:
            self._block(node, tag, style, looked(tag, style, look), depth)
        else:
            self.walk(node, self._linked(node, tag, looked(tag, style, look)), depth)

    def _block(self, node: LexborNode, tag: str, style: Mapping[str, str], look: Look, depth: int) -> None:
        self._end_line()
        name = (node.attributes.get("class") or "").lower()
        level = _HEADINGS.get(tag, 1 if name == "msotitle" else 0)
        if level:
            self._heading = level
        elif tag == "p" and ("mso-list" in style or name.startswith("msolistparagraph")):
            found = _WORD_LEVEL.search(style.get("mso-list", ""))
            self._item = Item(level=int(found[1]) if found else 1, ordered=False, html="", marked="mso-list" in style)
        self.walk(node, look, depth)
        self._end_line()
        self._heading, self._item = 0, None

    def _mark(self, marker: str) -> None:
        """What Word writes before an item says whether the list counts."""
        if self._item is not None:
            self._item = self._item.marked_by(marker)

    def _end_line(self) -> None:
        runs, self._runs = self._runs, []
        item = self._item
        if item is not None and not item.marked:
            # An older Word types the bullet into the text, in front of an item.
            mark = typed_mark("".join(run.text for run in runs))
            item = item.marked_by(mark) if mark else None
            runs = without(runs, len(mark))
        written = lines(runs, plain=bool(self._heading))
        if not written:
            return
        if item is not None:
            self._items.append(replace(item, html="<br>".join(written)))
            return
        self._end_list()
        name = f"h{self._heading}" if self._heading else "p"
        self.blocks += [f"<{name}>{one}</{name}>" for one in written]

    def _end_list(self) -> None:
        items, self._items = self._items, []
        if items:
            self.blocks.append(nested(items))

    def _add(self, html: str) -> None:
        if html:
            self._end_list()
            self.blocks.append(html)

    def _within(self, node: LexborNode, depth: int) -> "_Page":
        """The blocks within a node, apart from those around it."""
        page = _Page(self.sheet)
        page.walk(node, Look(), depth)
        page._end_line()
        page._end_list()
        return page

    def _list(self, node: LexborNode, depth: int) -> str:
        """A list, each item a line with the lists below it; Google Docs and old Word put those beside their item."""
        items: list[str] = []
        for child in node.iter(include_text=True):
            within = self._within_list(child, depth + 1)
            if items and _IS_LIST.match(within):
                items[-1] += within
            elif within:
                items.append(within)
        name = "ol" if node.tag == "ol" else "ul"
        start = _span(node.attributes.get("start")) if name == "ol" else 1
        opening = f'<ol start="{start}">' if start > 1 else f"<{name}>"
        return f"{opening}{''.join(f'<li>{item}</li>' for item in items)}</{name}>" if items else ""

    def _within_list(self, child: LexborNode, depth: int) -> str:
        tag = child.tag or ""
        if tag == "-text":
            return "".join(lines([Run(child.text_content or "")]))
        style = _style(child)
        if tag.startswith(("-", "_")) or tag in _LEFT_OUT or is_hidden(style) or depth > _DEEPEST:
            return ""
        if _is_remark(child, tag, style):
            return ""
        if tag in ("ul", "ol"):
            return self._list(child, depth)
        blocks = self._within(child, depth).blocks
        # A single line needs no paragraph; one that a list follows neither.
        if blocks and all(not block.startswith("<p>") for block in blocks[1:]):
            blocks[0] = _PARAGRAPH.sub(r"\1", blocks[0])
        return "".join(blocks)

    def _quote(self, node: LexborNode, depth: int) -> str:
        within = self._within(node, depth).html()
        return f"<blockquote>{within}</blockquote>" if within else ""

    def _figure(self, node: LexborNode, depth: int) -> str:
        """A picture that stays keeps its caption; of one that is left out the caption is a paragraph."""
        caption = node.css_first("figcaption")
        said = "<br>".join(_inner(self._within(caption, depth).blocks)) if caption else ""
        if caption is not None:
            caption.decompose()
        within = self._within(node, depth).html()
        if "<img" not in within:
            return within + (f"<p>{said}</p>" if said else "")
        image = "".join(re.findall(r"<img [^>]*>", within))
        return f"<figure>{image}{f'<figcaption>{said}</figcaption>' if said else ''}</figure>"

    def _table(self, node: LexborNode, depth: int) -> str:
        """A table of data; one that only arranges what stands in it is left away around that."""
        inner = node.css("table")
        trs = [tr for tr in node.css("tr") if tr.css_first("td, th") is not None]
        if len(inner) > 1 or (len(trs) == 1 and len(trs[0].css("td, th")) == 1):
            return self._within(node, depth).html()
        rows = [
            Row(
                tuple(self._cell(cell, depth) for cell in tr.css("td, th")),
                is_head=tr.parent is not None and tr.parent.tag == "thead",
            )
            for tr in trs
        ]
        caption = node.css_first("caption")
        said = " ".join(_inner(self._within(caption, depth).blocks)) if caption else ""
        return table_html(rows, caption=said)

    def _cell(self, node: LexborNode, depth: int) -> Cell:
        blocks = self._within(node, depth).blocks
        lined = all(block.startswith("<p>") for block in blocks)
        across, down = (_span(node.attributes.get(name)) for name in ("colspan", "rowspan"))
        return Cell(
            html="<br>".join(_inner(blocks)) if lined else "".join(blocks),
            is_head=node.tag == "th",
            across=across,
            down=down,
        )

    def _image(self, node: LexborNode, look: Look) -> None:
        """A picture of the web stays, as far as `clean` lets it; one that only the other program has is counted."""
        address = web_address(node.attributes.get("src"), self.sheet.base)
        if address is None:
            self.sheet.images += 1
            return
        given = {"src": address, "alt": node.attributes.get("alt") or ""}
        given |= {side: node.attributes.get(side) or "" for side in ("width", "height", "style")}
        written = "".join(f' {name}="{escape(value)}"' for name, value in given.items() if value or name == "alt")
        image = clean_html(f"<img{written}>", base=self.sheet.base)
        if image:  # one that only counts readers is gone
            self._runs.append(Run("", look, html=image))

    def _linked(self, node: LexborNode, tag: str, look: Look) -> Look:
        """A link into the document itself leads nowhere in an article."""
        href = (node.attributes.get("href") or "").strip() if tag == "a" else ""
        return replace(look, href=_untracked(href)) if href and not href.startswith("#") else look


_WHOLE: Mapping[str, Callable[[_Page, LexborNode, int], str]] = {
    "ul": _Page._list,
    "ol": _Page._list,
    "blockquote": _Page._quote,
    "figure": _Page._figure,
    "table": _Page._table,
}
_IS_LIST = re.compile(r"<[uo]l\b")
_PARAGRAPH = re.compile(r"^<p>(.*)</p>$", re.S)


def _style(node: LexborNode) -> Mapping[str, str]:
    return declarations(node.attributes.get("style") or "")


def _is_remark(node: LexborNode, tag: str, style: Mapping[str, str]) -> bool:
    return is_remark(tag, node.attributes.get("class") or "", node.attributes.get("href") or "", style)


def _untracked(href: str) -> str:
    """An address without what only counts where its readers came from (`utm_source` and its like)."""
    path, _, rest = href.partition("?")
    query, fragment, anchor = rest.partition("#")
    kept = "&".join(one for one in query.split("&") if not one.lower().startswith("utm_"))
    return f"{path}{'?' if kept else ''}{kept}{fragment}{anchor}" if kept != query else href


def _inner(blocks: list[str]) -> list[str]:
    return [_PARAGRAPH.sub(r"\1", block) for block in blocks]


def _span(text: str | None) -> int:
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 and int(text) > 1 else 1
