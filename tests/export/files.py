"""What stands in a tree, and whether all that it leads to stands there too."""

import gzip
import re
from html import unescape
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import zstandard

HOST = "http://newsroom.test"
_LINK = re.compile(r'(?:href|src|url|next_url)"?[=:] ?"([^"]+)"')
_BY_PROGRAM = ("/search", "/subscribe", "/manage", "/api/v1", "/feeds/select.opml")


def contents(tree: Path) -> dict[str, bytes]:
    """Every file of the site but its encodings, which are looked at: each unpacks to the file itself."""
    site = tree / "site"
    found = {one.relative_to(site).as_posix(): one.read_bytes() for one in site.rglob("*") if one.is_file()}
    plain = {path: body for path, body in found.items() if not path.endswith((".gz", ".zst"))}
    for path, body in plain.items():
        if not path.startswith(("media/", "files/")):
            assert gzip.decompress(found[f"{path}.gz"]) == body, path
            assert zstandard.ZstdDecompressor().decompress(found[f"{path}.zst"]) == body, path
    assert {path.removesuffix(".gz").removesuffix(".zst") for path in found} == set(plain)
    return plain


def leading_nowhere(tree: Path) -> set[tuple[str, str]]:
    """The links in the site that no file answers, with the file in which they stand.

    The three formats of one feed name each other, which nothing else does before all of them are there.
    """
    site = tree / "site"
    files = {one.relative_to(site).as_posix() for one in site.rglob("*") if one.is_file()}
    broken = set()
    for path in files:
        if path.startswith(("404.", "media/", "files/")) or path.endswith((".gz", ".zst", ".css", ".js", ".svg")):
            continue
        for found in _LINK.findall((site / path).read_text().replace("\\/", "/")):
            address = unescape(found).removeprefix(HOST)
            if address.startswith("/") and not address.startswith(_BY_PROGRAM) and not _answered(address, files, path):
                broken.add((path, address))
    return broken


def _answered(address: str, files: set[str], at: str) -> bool:
    """Whether a server that works by the rules of the documentation finds a file for an address."""
    parts = urlsplit(address)
    path, asked = unquote(parts.path).strip("/"), dict(parse_qsl(parts.query))
    faces = [f"lang-{asked['lang']}"] if "lang" in asked else ["en", "ko"]
    number = asked.get("page", "1")
    stems = [path]
    if path.startswith("articles/"):
        _, number, *rest = path.split("/")
        before = f".{asked['before']}" if "before" in asked else ""
        kind = f"changes{before}" if rest[1:] == ["changes"] else "page"
        stems = [f"articles/{number}/{kind}", f"articles/{number}/gone"]
    elif path in ("", "index") or path.startswith("divisions/"):
        path = path or "index"
        stems = [path if number == "1" else f"{path}/{number}", f"{path}.gone"]
        if number.isdigit() and int(number) > 1 and stems[0] + ".en.html" not in files:
            return True  # a page of a list beyond those that are kept is the program's
    elif path == "feeds.opml":
        return all(f"feeds.{face}.opml" in files for face in faces)
    elif path.startswith("feeds/") and "." not in path:
        query = re.sub(r"&?(?:lang=[a-z]+|before=[0-9-]+)", "", parts.query)
        stem = f"{path}/{query}" if query else path
        stems = [f"{stem}/before-{asked['before']}" if "before" in asked else stem, f"{path}.gone"]
    elif path.startswith("feeds/"):
        stem, _, ending = path.rpartition(".")
        part = f".{asked['part']}" if "part" in asked else ""
        if stem.startswith("feeds/select"):
            query = re.sub(r"&?(?:part|r)=\d+", "", parts.query)
            stem = stem.replace("feeds/select", f"feeds/select/{query}", 1)
        closed = f"feeds/{stem.split('/')[1]}.gone.en.html"
        return f"{stem}{part}.{ending}" in files or closed in files or at.startswith(f"{stem}{part}.")
    elif path.startswith("media/") and path.count("/") == 2:
        return f"files/{path.removeprefix('media/')}" in files
    elif path.startswith(("static/", "media/")) or path == "feeds.css":
        return path in files
    return any(all(f"{stem}.{face}.html" in files for face in faces) for stem in stems)
