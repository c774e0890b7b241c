"""Pages that list several articles, and pages that are an error or a sign-in: told by their signs."""

import re
from collections.abc import Sequence

from feeds.intake.blocks import Block
from feeds.intake.draft import ListPage
from feeds.intake.header import Header, NoHeader, header_titles
from feeds.intake.page_html import HtmlPage

_DAY = r"\d{4}[-./]\s?\d{1,2}[-./]\s?\d{1,2}\.?"
_ROW = re.compile(
    rf"(?:\d{{1,7}}[.)]?|공지|notice)(?:\s*[|\t]\s*|\s+)(?P<title>\S.{{3,}}?)(?:\s*[|\t]\s*|\s+){_DAY}(?:[\s|].*)?",
    re.I,
)
_ONLY_DAY = re.compile(_DAY)
_ERROR = re.compile(
    r"\b(?:404|403|500|503)\b.{0,40}\b(?:error|not found|forbidden|unavailable)|\berror\b.{0,20}\b(?:404|403|500|503)\b"
    r"|page (?:not found|cannot be found|could not be found)|internal server error|service unavailable|access denied"
    r"|페이지를 찾을 수 없|존재하지 않는 (?:페이지|게시물)|오류가 발생|서비스 점검|잘못된 접근",
    re.I,
)
_SIGN_IN = re.compile(
    r"(?:please )?(?:sign|log) ?in(?: (?:to|first|required).*)?|로그인(?:이 필요|\s*(?:해|하).*)?", re.I
)
_HEADLINE = 200


def list_page(blocks: Sequence[Block], header: Header | NoHeader, html: HtmlPage | None) -> ListPage | None:
    """The list this page is, or None. A page with the head of one article is that article, whatever is under it."""
    several = header_titles(blocks)
    if len(several) > 1:
        return ListPage(titles=tuple(several), reasons=(f"the page holds {len(several)} articles",))
    if isinstance(header, Header) and not _is_head_of_columns(blocks, header):
        return None
    titles = _row_titles(blocks)
    if html and len(html.rows) > len(titles):
        titles = html.rows
    if html and len(html.posts) >= 3 and len(html.posts) > len(titles):
        titles = html.posts
    if len(titles) < 2:
        return None
    return ListPage(titles=tuple(titles), reasons=(f"the page lists {len(titles)} articles",))


def _is_head_of_columns(blocks: Sequence[Block], header: Header) -> bool:
    """Whether the two labels head the columns of a list: entries follow at once."""
    following = blocks[header.end : header.end + 12]
    rows = sum(1 for block in following if _ROW.fullmatch(_with_tabs(block)))
    days = sum(1 for block in following if _ONLY_DAY.fullmatch(block.text))
    return rows >= 2 or days >= 2


def _row_titles(blocks: Sequence[Block]) -> tuple[str, ...]:
    rows = [
        re.split(r"\t|\s\|\s", match["title"])[0].strip(" |")
        for block in blocks
        if (match := _ROW.fullmatch(_with_tabs(block)))
    ]
    if len(rows) >= 2:
        return tuple(rows)
    titles = [
        max((before.text for before in blocks[max(0, place - 3) : place]), key=len, default="")
        for place, block in enumerate(blocks)
        if _ONLY_DAY.fullmatch(block.text)
    ]
    return tuple(title for title in titles if title) if len(titles) >= 2 else ()


def _with_tabs(block: Block) -> str:
    return re.sub(r"\t| {2,}", "\t", block.raw or block.text)


def error_signs(blocks: Sequence[Block], html: HtmlPage | None) -> tuple[str, ...]:
    """What makes the page look like an error or a sign-in page."""
    signs: list[str] = []
    lines = [html.name] if html and html.name else []
    lines += [block.text for block in blocks[:40] if len(block.text) < _HEADLINE]
    error = next((line for line in lines if _ERROR.search(line)), None)
    if error:
        signs.append(f"it looks like an error page (“{error[:80]}”)")
    if (html and html.asks_password) or any(_SIGN_IN.fullmatch(line) for line in lines):
        signs.append("it looks like a page to sign in")
    return tuple(signs)
