"""The pictures that we keep, as HTML: the same figure on a page, in a feed and in a mail. Pure."""

import re
from collections.abc import Callable, Sequence
from html import escape

from feeds.addresses import media_path, smaller_path
from feeds.model import Picture
from feeds.words import Words

WIDTHS = (480, 960, 1600)
"""Pixels of the smaller pictures: a phone, a column on a sharp screen, a wide one."""
_IN_A_COLUMN = "(max-width: 44rem) 100vw, 36rem"
# "Photo: …", "Illustration by …: …", "© …", "사진=…" say themselves what they are.
_SAYS_ITSELF = re.compile(r"\W*(?:[\w ]{1,20}\s?[:：=]|©)")


def narrower(width: int) -> tuple[int, ...]:
    """The widths of the smaller pictures that are made of one of this width."""
    return tuple(one for one in WIDTHS if one < width)


def kept(pictures: Sequence[Picture]) -> list[Picture]:
    """Those that we serve, in order."""
    return [picture for picture in pictures if picture.media is not None]


def credited(credit: str, say: Words) -> str:
    """A credit as readers are told it: `Photo: City of Riverton`. One that says itself what it is stays as it is."""
    label = say("figure.credit", credit="").rstrip(" :")
    if _SAYS_ITSELF.match(credit) or credit.casefold().startswith(label.casefold()):
        return credit
    return say("figure.credit", credit=credit)


def figure(
    picture: Picture,
    *,
    url: Callable[[str], str],
    say: Words,
    several: bool = True,
    widest: int = 960,
    lazy: bool = False,
) -> str:
    """A figure with its caption and, on a line of its own, its credit in the words of the text's language. `url` makes
    a path of ours an address; `several` offers every width, `widest` is how wide it is shown, in pixels, where a reader
    knows no better, `lazy` lets it wait until it is near.

    Who cannot see the picture hears its alt text, or nothing where it is decorative (HTML, section 4.8.4.4).
    """
    name = picture.media or ""
    width = picture.width or 1
    smaller = narrower(width)
    source = smaller_path(name, 960) if 960 in smaller else media_path(name)
    shown = min(width, widest)
    height = max(1, round((picture.height or 1) * shown / width))
    alt = "" if picture.decorative else picture.alt or ""
    attributes = [f'src="{escape(url(source))}"']
    if several and smaller:
        widths = [f"{url(smaller_path(name, one))} {one}w" for one in smaller] + [f"{url(media_path(name))} {width}w"]
        attributes += [f'srcset="{escape(", ".join(widths))}"', f'sizes="{_IN_A_COLUMN}"']
    attributes += [f'width="{shown}"', f'height="{height}"', f'alt="{escape(alt)}"']
    if lazy:
        attributes.append('loading="lazy"')
    said = [escape(picture.caption, quote=False)] if picture.caption else []
    if picture.credit:
        said.append(f"<small>{escape(credited(picture.credit, say), quote=False)}</small>")
    # The line end parts the two also where a reader of feeds or a listener's program makes nothing of the break.
    caption = "<br>\n".join(said)
    below = f"<figcaption>{caption}</figcaption>" if caption else ""
    return f"<figure><img {' '.join(attributes)}>{below}</figure>"


def with_figures(
    html: str,
    pictures: Sequence[Picture],
    *,
    url: Callable[[str], str],
    say: Words,
    several: bool = True,
    widest: int = 960,
) -> str:
    """A text between its pictures: the first one leads it, the others follow. The rest is as for `figure`."""
    figures = [
        figure(picture, url=url, say=say, several=several, widest=widest, lazy=several and at > 0)
        for at, picture in enumerate(kept(pictures))
    ]
    return "".join([*figures[:1], html, *figures[1:]])
