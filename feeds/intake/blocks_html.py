"""The HTML form of a page as blocks: what a reader would see, line by line, without the furniture around it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from selectolax.lexbor import LexborNode

from feeds.intake.blocks import Block, Image, Kind, Piece, tidy
from feeds.intake.clean import MAX_DEPTH, clean_line
from feeds.intake.labels import labels_in

_NEVER_NAMES = (
    "script style template noscript noembed noframes iframe object applet embed svg math select "
    "textarea button input head title meta link base audio video canvas dialog datalist option"
)
_NEVER = set(_NEVER_NAMES.split())
_FURNITURE_TAGS = {"nav", "footer", "form", "menu"}
_FURNITURE = re.compile(
    r"(?:^|[\s_-])(?:gnb|lnb|snb|nav|navi|navigation|menu|footer|copyright|sns|share|prev|next|prevnext|paging|pagination|"
    r"pager|btn|btns|button|buttons|satisfaction|survey|quick|banner|skip|skipnav|breadcrumb|breadcrumbs|location|"
    r"search|login|util|toolbar|related|cookie|popup|sitemap|ccl|kogl|opentype)(?:[\s_-]|\d*$)",
    re.I,
)
_INLINE = {"b": "strong", "strong": "strong", "em": "em", "i": "em", "sup": "sup", "sub": "sub"}
_INLINE |= {"q": "q", "cite": "cite", "a": "a", "abbr": "abbr"}
_TRANSPARENT_NAMES = "span font u s del ins mark small big label tt code kbd var time data bdi bdo strike center wbr"
_TRANSPARENT = set(_TRANSPARENT_NAMES.split())
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
_FOOTNOTE_MARK = re.compile(r"\*{1,3}|[†‡]{1,2}")
_CAPTION_CLASS = re.compile(r"caption|캡션", re.I)


@dataclass
class _Line:
    """What is gathered for the next block."""

    pieces: list[Piece] = field(default_factory=list)
    hrefs: list[str] = field(default_factory=list)
    unlinked: bool = False


class _Flattener:
    def __init__(self, kept: set[int]) -> None:
        self.blocks: list[Block] = []
        self._kept = kept
        self._line = _Line()
        self._open: list[tuple[str, str]] = []
        self._gap = 0
        self._joined = False
        self._in_link = ""
        self._kind = Kind.LINE
        self._role = ""
        self._ordered = False

    def walk(self, node: LexborNode, depth: int) -> None:
        """Everything within `node`; its own element is dealt with by the caller."""
        for child in node.iter(include_text=True):
            self._child(child, depth)

    def _child(self, node: LexborNode, depth: int) -> None:
        tag = node.tag or ""
        if tag == "-text":
            self._text(node)
        elif tag.startswith(("-", "_")) or tag in _NEVER or depth > 4 * MAX_DEPTH or self._is_furniture(node):
            return
        elif tag == "br":
            self._break()
        elif tag == "img":
            self._image(node)
        elif tag == "table" and is_data_table(node, self._kept):
            self._whole(node)
        elif (tag in _INLINE or tag in _TRANSPARENT) and labels_in(clean_line(node.text())) is None:
            self._inline(node, tag, depth)
        else:
            self._element(node, tag, depth)

    def _is_furniture(self, node: LexborNode) -> bool:
        if node.mem_id in self._kept:
            return False
        attributes = node.attributes
        if "hidden" in attributes or _HIDDEN.search(attributes.get("style") or ""):
            return True
        if node.tag == "header":
            return not any(above.tag in {"article", "main", "section"} for above in _ancestors(node))
        if node.tag in _FURNITURE_TAGS or (node.tag == "aside" and attributes.get("role") != "note"):
            return True
        names = f"{attributes.get('class') or ''} {attributes.get('id') or ''}".strip()
        return bool(names) and node.tag not in {"body", "p"} and _FURNITURE.search(names) is not None

    def _text(self, node: LexborNode) -> None:
        text = node.text_content or ""
        if node.parent is not None and node.parent.tag == "pre":
            for number, line in enumerate(text.splitlines()):
                if number:
                    self._break()
                self._line.pieces.append(Piece(line))
            return
        self._line.pieces.append(Piece(re.sub(r"[\n\r\f]+", " ", text)))
        if text.strip() and self._in_link:
            self._line.hrefs.append(self._in_link)
        elif text.strip(" \t\r\n\xa0|·,/"):
            self._line.unlinked = True

    def _break(self) -> None:
        before = len(self.blocks)
        self._flush()
        if len(self.blocks) == before:
            self._gap += 1
        self._joined = self._gap == 0

    def _image(self, node: LexborNode) -> None:
        source = (node.attributes.get("src") or "").strip()
        self._flush()
        if source and not _is_tiny(node):
            alt = clean_line(node.attributes.get("alt") or "")
            self._add(Block(kind=Kind.IMAGE, image=Image(source, alt), gap=self._gap))

    def _whole(self, node: LexborNode) -> None:
        self._flush()
        text = clean_line(node.text(separator=" "))
        self._add(Block(kind=Kind.WHOLE, pieces=(Piece(text),), html=node.html or "", gap=self._gap))

    def _inline(self, node: LexborNode, tag: str, depth: int) -> None:
        if tag not in _INLINE or _FOOTNOTE_MARK.fullmatch(node.text().strip()):
            self.walk(node, depth + 1)
            return
        name = _INLINE[tag]
        opening = _opening(name, node)
        outer, self._in_link = self._in_link, node.attributes.get("href") or "" if name == "a" else self._in_link
        self._line.pieces.append(Piece(opening, is_tag=True))
        self._open.append((opening, f"</{name}>"))
        self.walk(node, depth + 1)
        self._open.pop()
        self._line.pieces.append(Piece(f"</{name}>", is_tag=True))
        self._in_link = outer

    def _element(self, node: LexborNode, tag: str, depth: int) -> None:
        self._flush()
        self._joined = False
        before, gap = len(self.blocks), self._gap
        outer = self._kind, self._role, self._ordered
        self._enter(node, tag)
        self.walk(node, depth + 1)
        blank = any("\xa0" in piece.text for piece in self._line.pieces)
        self._flush()
        empty = len(self.blocks) == before and self._gap == gap
        if empty and (tag == "p" or blank):
            self._gap += 1
        elif empty and tag in {"dd", "td"}:
            self._add(Block(kind=Kind.CELL, role=tag, gap=0))
        self._kind, self._role, self._ordered = outer
        self._joined = False

    def _enter(self, node: LexborNode, tag: str) -> None:
        if tag in _HEADINGS:
            self._kind = Kind.HEADING
        elif tag == "li":
            self._kind = Kind.ITEM
            self._ordered = node.parent is not None and node.parent.tag == "ol"
        elif tag == "blockquote":
            self._kind = Kind.QUOTE
        elif tag == "figcaption" or _CAPTION_CLASS.search(node.attributes.get("class") or ""):
            self._kind = Kind.CAPTION
        if tag in {"dd", "dt", "th", "td"}:
            self._role = tag

    def _flush(self) -> None:
        line, self._line = self._line, _Line([Piece(opening, is_tag=True) for opening, _ in self._open])
        closings = [Piece(closing, is_tag=True) for _, closing in reversed(self._open)]
        pieces = tidy([*line.pieces, *closings])
        raw = "".join(piece.text for piece in line.pieces if not piece.is_tag)
        if not any(piece.text for piece in pieces if not piece.is_tag):
            return
        self._add(
            Block(
                kind=self._kind,
                pieces=pieces,
                gap=self._gap,
                raw=raw.strip(),
                joined=self._joined,
                ordered=self._ordered,
                role=self._role,
                linked=() if line.unlinked else tuple(line.hrefs),
            )
        )
        if self._kind is Kind.ITEM:
            self._kind = Kind.LINE

    def _add(self, block: Block) -> None:
        self.blocks.append(block)
        self._gap = 0


def html_blocks(root: LexborNode) -> list[Block]:
    """What stands in `root`, as blocks. A `<br>` on an empty line and an empty `<p>` are blank lines.

    Navigation, forms, scripts and the like are left out, unless the two labels stand within them.
    """
    flattener = _Flattener(_around_labels(root))
    flattener._child(root, 0) if root.tag != "body" else flattener.walk(root, 0)
    flattener._flush()
    return flattener.blocks


def _around_labels(root: LexborNode) -> set[int]:
    """The elements that hold a label, however far up."""
    kept: set[int] = set()
    for node in root.traverse(include_text=True):
        if node.tag == "-text" and labels_in(clean_line(node.text_content or "")) is not None:
            kept.update(ancestor.mem_id for ancestor in _ancestors(node))
    return kept


def _ancestors(node: LexborNode) -> Iterator[LexborNode]:
    above = node.parent
    while above is not None:
        yield above
        above = above.parent


def is_data_table(table: LexborNode, kept: set[int]) -> bool:
    """Whether a table holds a table, and not just the layout of text, pictures and labels."""
    if table.mem_id in kept or table.css_first("table table, td p + p + p, td ul") is not None:
        return False
    rows = [len(row.css("td, th")) for row in table.css("tr")]
    return any(cells > 1 for cells in rows) and len(rows) > 1


def _opening(name: str, node: LexborNode) -> str:
    attribute = {"a": "href", "abbr": "title"}.get(name)
    value = (node.attributes.get(attribute) or "") if attribute else ""
    escaped = value.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")
    return f'<{name} {attribute}="{escaped}">' if attribute and value else f"<{name}>"


def _is_tiny(image: LexborNode) -> bool:
    return any((image.attributes.get(side) or "").strip() in {"0", "1", "0px", "1px"} for side in ("width", "height"))
