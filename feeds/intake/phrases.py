"""How a single line of a release reads: as a sentence, a headline, a bullet, a caption. Pure text."""

import re

MAX_CAPTION = 120
MAX_SUBTITLE = 160
_CLOSING = "”’\"')]」』》〉*†‡ "
_ABBREVIATION = re.compile(r"\b(?:Co|Inc|Ltd|Corp|Jr|Sr|U\.S|a\.m|p\.m|etc)\.$")
_SPEAKER_AND_QUOTE = re.compile(r"(?P<speaker>[^“”\"]{0,70}?),?\s*[“\"][^“”\"]+[”\"]")
_SAYING = re.compile(
    r"\b(?:says?|said|saying|remark\w*|add(?:s|ed)|stat(?:es|ed)|told|tells|not(?:es|ed)|explain\w*|stress\w*|mention\w*|"
    r"emphasi\w*|comment\w*|announce[sd]?|declare[sd]?|replied|asked|call(?:s|ed))\b|말했다|밝혔다|전했다|강조했다",
    re.I,
)
_BULLET = re.compile(r"([○●◯◎□■◦•▪▫◇◆▶▷►❍❏➢✓ㅇ∘⚬])\s*(\S.*)|([-–·])\s+(\S.*)")
_STAR = re.compile(r"(\*)\s*(?![\s*])(\S.*)")
_SYMBOL_FONT = re.compile(r"([lmnoquvwØ§ü])(?:[ \xa0]{2,}|\t\s*)\S")
_NUMBER = re.compile(r"(\d{1,2})[.)]\s+(?=\S)")
_ANGLED = re.compile(r"[<〈＜]\s*([^<>〈〉＜＞]+?)\s*[>〉＞]")
_CAPTION_MARK = re.compile(
    r"[▲△▴]\s*(?=\S)|[\[(【](?:사진|그림|photos?|pictures?)\s*\d*[\])】]\s*(?=\S)|(?:photos?|pictures?|사진)\s*\d*\s*[::]\s*(?=\S)",
    re.I,
)
_DASHED = re.compile(r"[-–—]\s*(\S.*?\S)\s*[-–—]")


def ends_sentence(text: str) -> bool:
    """Whether the line ends as a sentence does, closing quotes and brackets aside."""
    bare = text.rstrip(_CLOSING)
    return bare.endswith((".", "!", "?", "。", "…")) or (bare.endswith("다") and len(bare) > 80)


def is_prose(text: str) -> bool:
    """Whether the line can only be running text: a sentence, or longer than any caption or headline."""
    return ends_sentence(text) or len(text) > MAX_SUBTITLE


def is_subtitle(text: str) -> bool:
    """Whether a line under the title reads as a headline: no sentence, or a speaker and the words in quotes."""
    if len(text) > MAX_SUBTITLE or text.endswith((":", ";", ",")) or text.startswith(("※", "▲", "<")):
        return False
    quoted = _SPEAKER_AND_QUOTE.fullmatch(text)
    if quoted:
        return not _SAYING.search(quoted["speaker"])
    bare = text.rstrip(_CLOSING)
    return not bare.endswith((".", "。")) or _ABBREVIATION.search(bare) is not None


def undashed(text: str) -> str:
    """The line without the dashes that a Korean release puts around its subtitle."""
    dashed = _DASHED.fullmatch(text)
    return dashed[1] if dashed else text


def is_short_line(text: str) -> bool:
    """Whether the line may be a caption or a subheading: short, without an end mark, begun like a beginning."""
    return (
        len(text) <= MAX_CAPTION
        and not ends_sentence(text)
        and not text.endswith((":", ";", ",", "-"))
        and not text[0].islower()
        and not text.startswith("※")
        and re.search(r"://|@|www\.", text) is None
        and any(sign.isalpha() for sign in text)
    )


def marked_caption(text: str) -> tuple[int, int] | None:
    """How many characters before and after the words mark the line as a caption, or None if nothing does."""
    angled = _ANGLED.fullmatch(text)
    if angled:
        return angled.start(1), len(text) - angled.end(1)
    marked = _CAPTION_MARK.match(text)
    return (marked.end(), 0) if marked else None


def bullet_length(text: str) -> int:
    """The length of the bullet the line begins with, 0 if none. A star counts: ask for footnotes first."""
    found = _BULLET.fullmatch(text) or _STAR.fullmatch(text)
    return found.start(found.lastindex or 0) if found else 0


def symbol_font_letter(raw: str) -> str:
    """The letter that a bullet of a symbol font has become, with the blanks behind it, else nothing."""
    found = _SYMBOL_FONT.match(raw)
    return found[1] if found else ""


def number_of(text: str) -> tuple[int, int] | None:
    """The number a line begins with (`1. `, `1) `), and how long that is."""
    found = _NUMBER.match(text)
    return (int(found[1]), found.end()) if found else None


def skeleton(text: str) -> str:
    """Letters and digits only, in lower case: equal for two spellings of one title."""
    return "".join(sign for sign in text.casefold() if sign.isalnum())
