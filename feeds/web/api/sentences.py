"""Sentences for readers that a program sent: one line each."""

from feeds.intake.clean import clean_line
from feeds.web.api.problems import FieldError, Saying, invalid


def sentence(field: str, text: str) -> str:
    """The sentence as readers see it. Problem 422 where nothing of it can be seen."""
    line = clean_line(text)
    if not line:
        raise invalid(FieldError(field, Saying("problem.field.sentence")))
    return line
