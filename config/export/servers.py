"""What depends on the city in a web server's configuration: written beside the tree, included by the samples. Pure.

The samples in docs/operate/export hold everything else. The same city and feeds give the same files: a server need
read them again only when one of them is another.
"""

from collections.abc import Mapping

from feeds.addresses import division_path
from feeds.model import Newsroom
from feeds.web.guards import WITH_SCRIPT, security_headers
from feeds.web.media import A_DAY, SHUT_IN

Pairs = Mapping[str, str]


def includes(newsroom: Newsroom, links: Pairs, *, secure: bool) -> dict[str, str]:
    """The files by name. `links` are the Link headers of feeds as the site has them, by the path of the feed's file."""
    page = security_headers(secure=secure)
    script = page | {"Content-Security-Policy": WITH_SCRIPT}
    media = page | {
        "Content-Security-Policy": SHUT_IN,
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Cache-Control": A_DAY,
    }
    return {
        "nginx-maps.conf": _nginx(newsroom, links),
        "nginx-headers.conf": "".join(f'add_header {name} "{value}" always;\n' for name, value in page.items()),
        "nginx-script.conf": "".join(f'add_header {name} "{value}" always;\n' for name, value in script.items()),
        "nginx-media.conf": "".join(f'add_header {name} "{value}";\n' for name, value in media.items()),
        "caddy-maps.conf": _caddy(newsroom, links),
        "caddy-headers.conf": "".join(f"header {name} `{value}`\n" for name, value in page.items()),
        "caddy-script.conf": "".join(f"header {name} `{value}`\n" for name, value in script.items()),
        "caddy-media.conf": "".join(f"header {name} `{value}`\n" for name, value in media.items()),
    }


def moved(newsroom: Newsroom) -> dict[str, str]:
    """Every slug of a division that leads to another now, and to which."""
    slugs = {slug for one in newsroom.city.divisions for slug in (one.slug, *one.former)}
    current = {slug: newsroom.current(slug) for slug in sorted(slugs)}
    return {slug: now.slug for slug, now in current.items() if now is not None and now.slug != slug}


def _wishes(newsroom: Newsroom, name: str = "") -> tuple[str, str]:
    """Patterns that find the first language of an Accept-Language header that we have: one that is wanted as much as
    any, else one that is wanted at all (RFC 9110, section 12.5.4). `name` names what is found."""
    languages = "|".join(newsroom.city.languages)
    start, end = rf"^(?:[^,]*,)*?\s*({name}{languages})(?:-[^,;]*)?\s*", r"\s*(?:,|$)"
    return rf"{start}(?:;\s*q=1[.0]*)?{end}", rf"{start};\s*q=0?\.0*[1-9][0-9]*{end}"


def _pages(newsroom: Newsroom) -> dict[str, str]:
    old = {division_path(slug): division_path(new) for slug, new in moved(newsroom).items()}
    feeds = {f"/feeds/{slug}": f"/feeds/{new}" for slug, new in moved(newsroom).items()}
    return {"/divisions": "/feeds"} | old | feeds


def _nginx(newsroom: Newsroom, links: Pairs) -> str:
    languages = newsroom.city.languages
    same = {language: language for language in languages}
    rest = r"(?<civicwire_rest>(?:/[0-9-]+)?\.(?:rss|atom|json))"
    feeds = {f"~^/feeds/{old}{rest}$": f"/feeds/{new}$civicwire_rest" for old, new in moved(newsroom).items()}
    wishes = {f"~*{wish}": "$civicwire_found" for wish in _wishes(newsroom, "?<civicwire_found>")}
    maps: list[tuple[str, str, str, Pairs]] = [
        ("$host", "$civicwire_base", newsroom.base_url, {}),
        ("$arg_lang", "$civicwire_chosen", "", same),
        ("$http_accept_language", "$civicwire_wished", "", wishes),
        ("$civicwire_wished", "$civicwire_preferred", languages[0], same),
        ("$civicwire_chosen", "$civicwire_language", "$civicwire_preferred", same),
        ("$civicwire_chosen", "$civicwire_face", "$civicwire_preferred", {one: f"lang-{one}" for one in languages}),
        ("$civicwire_chosen", "$civicwire_keeping", "", {one: f"?lang={one}" for one in languages}),
        ("$uri", "$civicwire_moved_page", "", _pages(newsroom)),
        ("$uri", "$civicwire_moved_feed", "", feeds),
        ("$civicwire_document", "$civicwire_link", "$civicwire_archive", dict(sorted(links.items()))),
    ]
    return "".join(
        f"map {source} {target} {{\n    default {_in_quotes(default)};\n"
        + "".join(f"    {_in_quotes(key)} {_in_quotes(value)};\n" for key, value in values.items())
        + "}\n"
        for source, target, default, values in maps
    )


def _in_quotes(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _caddy(newsroom: Newsroom, links: Pairs) -> str:
    languages = newsroom.city.languages
    same = {language: language for language in languages}
    rest = r"((?:/[0-9-]+)?\.(?:rss|atom|json))"
    feeds = {f"~^/feeds/{old}{rest}$": f"/feeds/{new}${{1}}" for old, new in moved(newsroom).items()}
    wishes = {f"~(?i){wish}": "${1}" for wish in _wishes(newsroom)}
    maps: list[tuple[str, str, str, Pairs]] = [
        ("{host}", "{civicwire_base}", newsroom.base_url, {}),
        ("{query.lang}", "{civicwire_chosen}", "", same),
        ("{header.Accept-Language}", "{civicwire_wished}", "", wishes),
        ("{civicwire_wished}", "{civicwire_preferred}", languages[0], {f"~(?i)^{one}$": one for one in languages}),
        ("{civicwire_chosen}", "{civicwire_language}", "{civicwire_preferred}", same),
        ("{civicwire_chosen}", "{civicwire_face}", "{civicwire_preferred}", {one: f"lang-{one}" for one in languages}),
        ("{civicwire_chosen}", "{civicwire_keeping}", "", {one: f"?lang={one}" for one in languages}),
        ("{path}", "{civicwire_moved_page}", "", _pages(newsroom)),
        ("{path}", "{civicwire_moved_feed}", "", feeds),
        ("{civicwire_feed}", "{civicwire_link}", "", dict(sorted(links.items()))),
    ]
    return "".join(
        f"map {source} {target} {{\n"
        + "".join(f"\t`{key}` `{value}`\n" for key, value in values.items())
        + f"\tdefault `{default}`\n}}\n"
        for source, target, default, values in maps
    )
