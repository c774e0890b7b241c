"""A reading as the object that `civicwire intake --dry-run --json` prints. The caller adds the path."""

from feeds.intake.draft import Draft, ListPage, Reading, Refused
from feeds.intake.source import Skipped

JsonValue = str | bool | None | list[str] | list[dict[str, str | bool | None]]


def as_json(reading: Reading | Skipped) -> dict[str, JsonValue]:
    """The reading as plain values. Every key is always there; `reasons` of an article are its remarks."""
    match reading:
        case Draft():
            return _blank("article") | _of_draft(reading)
        case ListPage(titles=titles, reasons=reasons):
            return _blank("list") | {"titles": list(titles), "reasons": list(reasons)}
        case Refused(title=title, reasons=reasons):
            return _blank("not_article") | {"title": title, "reasons": list(reasons)}
        case Skipped(reason=reason):
            return _blank("skipped") | {"reasons": [reason]}


def _blank(kind: str) -> dict[str, JsonValue]:
    nothing = dict.fromkeys(("title", "subtitle", "date", "telephone", "language", "board", "identity"))
    lists: dict[str, JsonValue] = {name: [] for name in ("captions", "footnotes", "attachments", "titles", "reasons")}
    return {"kind": kind, "division": "", **nothing, **lists}


def _of_draft(draft: Draft) -> dict[str, JsonValue]:
    content = draft.content
    return {
        "title": content.title,
        "subtitle": content.subtitle,
        "division": draft.division,
        "date": draft.registered_on.isoformat() if draft.registered_on else None,
        "telephone": draft.telephone,
        "captions": [picture.caption for picture in content.pictures],
        "footnotes": [
            {"mark": note.mark, "term": note.term, "note": note.note, "note_present": note.note is not None}
            for note in content.footnotes
        ],
        "reasons": list(draft.remarks),
        "language": content.language,
        "board": draft.board,
        "attachments": [attachment.name for attachment in content.attachments],
        "identity": str(draft.identity) if draft.identity else None,
    }
