"""What an article still lacks before it may be public. Pure; the answers are keys of sentences."""

from feeds.model import Content


def lacking(content: Content) -> tuple[str, ...]:
    """The keys of what is missing, in the order of the form; empty where the article can be published.

    A picture that we serve needs its caption, its credit, and a text for who cannot see it unless it is decorative
    (WCAG 2.2, 1.1.1). One that only its source shows is told as it stands there.
    """
    kept = [picture for picture in content.pictures if picture.media is not None]
    missing = {
        "ready.title": not content.title.strip(),
        "ready.text": not content.body_text.strip(),
        "ready.caption": any(not picture.caption.strip() for picture in kept),
        "ready.credit": any(not (picture.credit or "").strip() for picture in kept),
        "ready.alt": any(not picture.decorative and not (picture.alt or "").strip() for picture in kept),
        "ready.file_name": any(not attachment.name.strip() for attachment in content.attachments),
    }
    return tuple(word for word, is_missing in missing.items() if is_missing)
