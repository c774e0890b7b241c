"""XML before any parser of feeds sees it: well-formed, without a DTD, and no deeper or wider than a feed can be.

A DTD is how XML loads files, asks other hosts and grows without end (entities); no feed needs one.
"""

import re
from xml.parsers import expat

from feeds.errors import PageRefused

MAX_NAMESPACES = 2_000
MAX_NAMESPACE_LENGTH = 300
MAX_DEPTH = 200
MAX_ATTRIBUTES = 200
MAX_VALUE = 200_000
"""Characters of an attribute."""
_XINCLUDE = "http://www.w3.org/2001/XInclude"
_DECLARATION = re.compile(r"\A\ufeff?\s*<\?xml\b[^>]{0,500}\?>", re.I)


def safe_xml(text: str) -> bytes:
    """The XML in UTF-8 without its declaration, safe to hand to a parser. PageRefused, with the line, where it is not.

    Nothing is loaded or expanded meanwhile: the first sign of a DTD ends the reading.
    """
    content = _DECLARATION.sub("", text, count=1).lstrip("\ufeff \t\r\n").encode("utf-8", "surrogatepass")
    parser = expat.ParserCreate("utf-8", namespace_separator=" ")
    depth = namespaces = 0

    def refuse(reason: str) -> None:
        raise PageRefused((f"line {parser.CurrentLineNumber}: {reason}",))

    def doctype(*_: object) -> None:
        refuse("the file has a DOCTYPE, which no feed needs and which may load other files")

    def begin(name: str, attributes: list[str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            refuse("the file is nested deeper than a feed can be")
        if len(attributes) > 2 * MAX_ATTRIBUTES or any(len(one) > MAX_VALUE for one in attributes):
            refuse("an element has more attributes, or longer ones, than a feed's can have")
        if name.startswith(_XINCLUDE):
            refuse("the file asks to include another one (XInclude)")

    def namespace(_prefix: str | None, address: str | None) -> None:
        nonlocal namespaces
        namespaces += 1
        # The parser writes a namespace's whole address before the name of every element in it.
        if namespaces > MAX_NAMESPACES or len(address or "") > MAX_NAMESPACE_LENGTH:
            refuse("the file declares more namespaces, or longer ones, than a feed can have")

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1

    parser.ordered_attributes = True
    parser.StartDoctypeDeclHandler = doctype
    parser.StartNamespaceDeclHandler = namespace
    parser.StartElementHandler = begin
    parser.EndElementHandler = end
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        reason = expat.errors.messages.get(error.code) or expat.ErrorString(error.code)
        raise PageRefused(
            (f"line {error.lineno}: the file is no well-formed XML ({reason}): is it cut off?",)
        ) from error
    return content
