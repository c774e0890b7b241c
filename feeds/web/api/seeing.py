"""What a caller may see of articles: what is public, and with a token that may read also what is of its divisions."""

from feeds.errors import Hidden
from feeds.model import Article, State
from feeds.store import reading
from feeds.store.database import Session
from feeds.web.api import answers, views
from feeds.web.api.call import Call
from feeds.web.api.problems import Problem, Saying, unauthorized


def visible(call: Call, session: Session, article_id: int) -> Article:
    """The article if this caller may know of it. Hidden for what is not public, Problem 410 for what was."""
    article = reading.get(session, article_id)
    if article.state is State.PUBLISHED or call.sees(article):
        return article
    if article.state is State.WITHDRAWN:
        extra = {"withdrawn_at": article.updated_at.isoformat()} if article.updated_at else {}
        raise Problem(410, Saying("problem.detail.withdrawn", {"reason": article.withdrawal_reason}), extra=extra)
    raise Hidden("article", article_id)


def seen(call: Call, session: Session, article: Article) -> answers.Article:
    """An article with its text as this caller sees it; of its twins it names those that they may know of."""
    known = reading.by_id(session, [one for _, one in article.twins]).values()
    twins = {one.id for one in known if one.state is State.PUBLISHED or call.sees(one)}
    return views.whole(article, call.office.newsroom, staff=call.sees(article), twins=twins)


def divisions(call: Call, state: State, asked: list[str]) -> tuple[str, ...] | None:
    """The divisions to look under for articles in a state, None for every one.

    Of what is not published those alone that the caller reads as staff. Problem 401 or 403 where there are none.
    """
    newsroom = call.office.newsroom
    wanted = {inner for slug in asked for inner in newsroom.within(slug)} if asked else None
    if state is not State.PUBLISHED:
        reader = call.reader
        if reader is None:
            said = Saying("problem.detail.state_for_tokens", {"state": state})
            raise unauthorized(said) if call.token is None else Problem(403, said)
        if reader.divisions is not None:
            own = {inner for slug in reader.divisions for inner in newsroom.within(slug)}
            wanted = own if wanted is None else own & wanted
    return None if wanted is None else tuple(sorted(wanted))
