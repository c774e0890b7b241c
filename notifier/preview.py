"""The alert of an article that is not stored, as its editor sees it before anybody is mailed."""

from dataclasses import dataclass

from feeds.model import Article
from notifier.messages import Letters
from notifier.placeholders import MailContent, fill

NOWHERE = dict.fromkeys(("confirm", "copy", "embargo", "manage", "renew", "undo", "unsubscribe"), "#")
"""Where the links of a person lead in a mail that goes to nobody."""


@dataclass(frozen=True, slots=True)
class Preview:
    """Writes the mail."""

    letters: Letters

    def mail(self, article: Article) -> MailContent:
        """The mail in the article's own language, with links that lead nowhere where a person's own would stand.

        Of a correction it is the one that tells those who were mailed before.
        """
        content = self.letters.alert(
            article,
            language=article.content.language,
            kind="corrected" if article.correction_note else "published",
        )
        return fill(content, NOWHERE)
