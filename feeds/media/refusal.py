"""Why a file cannot be kept."""

from feeds.errors import CivicwireError


class MediaRefused(CivicwireError):
    """A file that we do not keep; `word` is the key of the sentence that says why and what to do."""

    def __init__(self, word: str) -> None:
        super().__init__(f"the file cannot be kept: {word}")
        self.word = word
