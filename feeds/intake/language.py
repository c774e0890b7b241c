"""Which language a text is in, as far as its letters tell."""

import re

_HANGUL = re.compile("[가-힣]+")
_LETTERS = re.compile(r"[^\W\d_]+")


def language_of(text: str) -> str:
    """Korean where at least three letters in ten are Hangul: Korean releases are full of English names."""
    letters = sum(map(len, _LETTERS.findall(text)))
    hangul = sum(map(len, _HANGUL.findall(text)))
    return "ko" if letters and hangul * 10 >= letters * 3 else "en"
