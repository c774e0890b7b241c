"""Every feed there is, as outlines: by bureau and division, by topic, by board and by language. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from feeds.addresses import scope_feed_path, scope_path
from feeds.documents.opml import Outline
from feeds.model import Newsroom, Topic
from feeds.scope import Scope
from feeds.web.views import by_bureau, tongue
from feeds.words import Words


def every_feed(newsroom: Newsroom, vocabulary: Sequence[Topic], words: Words) -> list[Outline]:
    """All releases, then each bureau with its divisions, the topics, and the boards and languages where there are
    several."""
    language, boards = words.language, newsroom.city.boards
    found = [_outline(newsroom, Scope(), words("feeds.every"), words)]
    for bureau, divisions in by_bureau(newsroom):
        whole = _outline(newsroom, Scope((bureau.slug,)), bureau.name(language), words)
        below = [_outline(newsroom, Scope((one.slug,)), one.name(language), words) for one in divisions]
        found.append(Outline(title=bureau.name(language), below=(whole, *below)) if below else whole)
    tagged = [_outline(newsroom, Scope(topics=(one.slug,)), one.name(language), words) for one in vocabulary]
    posted = [_outline(newsroom, Scope(boards=(one.slug,)), one.name(language), words) for one in boards]
    tongues = [_outline(newsroom, Scope(language=one), tongue(one, words), words) for one in newsroom.city.languages]
    found += [Outline(title=words("feeds.topics"), below=tagged)] if tagged else []
    found += [Outline(title=words("feeds.boards"), below=posted)] if len(posted) > 1 else []
    return found + ([Outline(title=words("feeds.in_languages"), below=tongues)] if len(tongues) > 1 else [])


def each_feed(scope: Scope, newsroom: Newsroom, vocabulary: Sequence[Topic], *, words: Words) -> list[Outline]:
    """The feeds of what a scope names, each for itself; its words and its language stay with every one."""
    names = {one.slug: one.name(words.language) for one in vocabulary}
    boards = {one.slug: one.name(words.language) for one in newsroom.city.boards}
    divisions = {one.slug: one.name(words.language) for one in newsroom.city.divisions}
    bare = replace(scope, divisions=(), topics=(), boards=())
    found = [(replace(bare, divisions=(slug,)), divisions.get(slug, slug)) for slug in scope.divisions]
    found += [(replace(bare, topics=(slug,)), names.get(slug, slug)) for slug in scope.topics]
    found += [(replace(bare, boards=(slug,)), boards.get(slug, slug)) for slug in scope.boards]
    named = found or [(scope, scope.words or words("feeds.every"))]
    return [_outline(newsroom, one, title, words) for one, title in named]


def _outline(newsroom: Newsroom, scope: Scope, title: str, words: Words) -> Outline:
    return Outline(
        title=title,
        feed_url=newsroom.url(scope_feed_path(scope, "rss")),
        page_url=newsroom.url(scope_path(scope)),
        language=scope.language or words.language,
    )
