"""Places within an article that its own links lead to, as from a number to its footnote and back. Pure.

Their names get a beginning of our own: none can be that of something else on a page which the article stands on.
"""

import re
from urllib.parse import unquote

_OURS = "place-"
_NAME = re.compile(r"[\w.:-]{1,60}")
_TAG = re.compile(r"<([a-z0-9]+)((?: [a-z]+=\"[^\"]*\")+)>")
_ATTRIBUTE = re.compile(r" ([a-z]+)=\"([^\"]*)\"")


def place(name: str) -> str | None:
    """What a place of this name is called here; None for what is no name."""
    found = unquote(name.strip()).removeprefix(_OURS)
    return _OURS + found if _NAME.fullmatch(found) else None


def only_linked_places(html: str) -> str:
    """Cleaned HTML without the names of places that no link leads to, and without the addresses of places that there
    are not, as `#` and `#none` of menus. Of two places with one name the first is meant."""
    if ' id="' not in html and ' href="#' not in html:
        return html
    pairs = [pair for tag in _TAG.finditer(html) for pair in _ATTRIBUTE.findall(tag[2])]
    linked = {value[1:] for name, value in pairs if name == "href" and value.startswith("#")}
    there = {value for name, value in pairs if name == "id"} & linked
    waiting = set(there)

    def kept(name: str, value: str) -> bool:
        if name == "href":
            return not value.startswith("#") or value[1:] in there
        if name != "id":
            return True
        first = value in waiting
        waiting.discard(value)
        return first

    def written(tag: re.Match[str]) -> str:
        those = [f' {name}="{value}"' for name, value in _ATTRIBUTE.findall(tag[2]) if kept(name, value)]
        return f"<{tag[1]}{''.join(those)}>"

    return _TAG.sub(written, html)
