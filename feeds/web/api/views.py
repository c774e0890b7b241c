"""Articles as programs are shown them: what the public may not know of is passed as it was decided."""

from collections.abc import Collection, Mapping
from dataclasses import asdict

import structlog

from feeds.addresses import article_path, division_path, media_path
from feeds.model import Article, Newsroom, Revision
from feeds.model import Division as Office
from feeds.web.api import answers

log = structlog.get_logger()


def brief(article: Article, newsroom: Newsroom) -> answers.Brief:
    """An article without its text."""
    return answers.Brief.model_validate(_brief(article, newsroom))


def listed(article: Article, newsroom: Newsroom) -> answers.Brief | None:
    """An article of a list; None, and a line in the log, for one that cannot be told of."""
    try:
        return brief(article, newsroom)
    except Exception as error:  # one article of any brokenness must not take the list with it (F61)
        log.error("api.left_out", article=article.id, cause=f"{type(error).__name__}: {error}")
        return None


def whole(article: Article, newsroom: Newsroom, *, staff: bool, twins: Collection[int]) -> answers.Article:
    """An article as staff see it, or as readers do; of its twins those that are among `twins`."""
    content = article.content
    told: dict[str, object] = {
        "html": content.body_html,
        "text": content.body_text,
        "markdown": content.markdown if staff else None,
        "pictures": [_media(asdict(picture), newsroom) for picture in content.pictures],
        "attachments": [_media(asdict(attachment), newsroom) for attachment in content.attachments],
        "footnotes": [asdict(footnote) for footnote in content.footnotes],
        "telephone": article.telephone,
        "licence": article.licence or newsroom.city.licence,
        "twins": [{"language": language, "article": one} for language, one in article.twins if one in twins],
        "approval": None,
        "created_at": article.created_at if staff else None,
        "correction_note": article.correction_note,
        "mail": article.mail if staff else None,
        "withdrawal_reason": article.withdrawal_reason,
    }
    if staff and article.approval is not None:
        told["approval"] = {"asked_by": article.approval.asked_by, "asked_at": article.approval.asked_at}
    return answers.Article.model_validate(_brief(article, newsroom) | told)


def receipt(article: Article, newsroom: Newsroom) -> answers.Receipt:
    """What is told of an article to who may change it but not read it."""
    told = _brief(article, newsroom) | {"mail": article.mail}
    return answers.Receipt.model_validate({name: told[name] for name in answers.Receipt.model_fields})


def revision(one: Revision, *, staff: bool) -> answers.Revision:
    """A revision with its text."""
    return answers.Revision(
        number=one.number,
        title=one.content.title,
        note=one.note,
        author=one.author if staff else None,
        created_at=one.created_at,
        subtitle=one.content.subtitle,
        summary=one.content.summary,
        html=one.content.body_html,
        text=one.content.body_text,
    )


def division(one: Office, newsroom: Newsroom) -> answers.Division:
    """A division."""
    return answers.Division(
        slug=one.slug,
        names=dict(one.names),
        parent=one.parent,
        telephone=one.telephone,
        url=newsroom.url(division_path(one.slug)),
        former=list(one.former),
        retired=one.retired,
        successor=one.successor,
    )


def _brief(article: Article, newsroom: Newsroom) -> dict[str, object]:
    return {
        "id": article.id,
        "guid": article.guid,
        "state": article.state,
        "version": article.version,
        "revision": article.revision,
        "language": article.content.language,
        "title": article.content.title,
        "subtitle": article.content.subtitle,
        "summary": article.content.summary,
        "division": article.division,
        "board": article.board,
        "topics": list(article.topics),
        "urgent": article.urgent,
        "url": newsroom.url(article_path(article)) if article.state.is_public else None,
        "registered_on": article.registered_on,
        "publish_at": article.publish_at,
        "embargoed": article.embargoed,
        "published_at": article.published_at,
        "updated_at": article.updated_at,
    }


def _media(part: dict[str, object], newsroom: Newsroom) -> Mapping[str, object]:
    """A picture or a file; one that we keep is fetched from us."""
    media, address = part["media"], part["address"]
    if isinstance(media, str) and not address:
        return part | {"address": newsroom.url(media_path(media))}
    if isinstance(address, str) and address.startswith("/"):
        return part | {"address": newsroom.url(address)}
    return part
