"""Headings as an article has them: below its title, two kinds, none left out. Pure."""

import re

_HEADING = re.compile(r"<(/?)h([1-6])(?=[\s>/])", re.I)


def ranked(html: str) -> str:
    """The headings of a text below its title: the highest kind of them becomes h3, all others h4.

    Where that is h4 already, it stays. What has been ranked is not changed by being ranked again.
    """
    levels = {int(level) for _, level in _HEADING.findall(html)}
    top = min(levels, default=3)
    return _HEADING.sub(lambda tag: f"<{tag[1]}h{3 if int(tag[2]) == top and top < 4 else 4}", html)
