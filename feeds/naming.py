"""What a scope is called: short in the title of a feed, and piece by piece where somebody is to know what they follow.

Pure. A slug that is not known stands for itself.
"""

from collections.abc import Mapping

from feeds.model import Newsroom, Topic
from feeds.scope import Scope
from feeds.words import Words


def scope_names(scope: Scope, newsroom: Newsroom, say: Words, topics: Mapping[str, Topic]) -> list[str]:
    """What a scope is called, name by name: nothing for all releases."""
    return [
        *_divisions(scope, newsroom, say),
        *_topics(scope, say, topics),
        *_boards(scope, newsroom, say),
        *([say("scope.words", words=scope.words)] if scope.words else []),
        *([tongue(scope.language, say)] if scope.language else []),
    ]


def wish_names(scope: Scope, newsroom: Newsroom, say: Words, topics: Mapping[str, Topic]) -> list[str]:
    """What somebody follows by a scope, piece by piece: nothing for all releases. What is no division says its kind."""
    pieces = _divisions(scope, newsroom, say)
    pieces += [say("scope.topic", name=name) for name in _topics(scope, say, topics)]
    pieces += [say("scope.board", name=name) for name in _boards(scope, newsroom, say)]
    pieces += [say("scope.with_words", words=scope.words)] if scope.words else []
    pieces += [article_name(str(scope.article), say)] if scope.article is not None else []
    return pieces + ([say("scope.in_language", name=tongue(scope.language, say))] if scope.language else [])


def wish_rows(scope: Scope, newsroom: Newsroom, say: Words, topics: Mapping[str, Topic]) -> list[tuple[str, list[str]]]:
    """What somebody follows by a scope, kind by kind: of each the names, of which one is enough.

    Kinds are `division`, `topic`, `board`, `words` and `language`; nothing for all releases.
    """
    rows = [
        ("division", _divisions(scope, newsroom, say)),
        ("topic", _topics(scope, say, topics)),
        ("board", _boards(scope, newsroom, say)),
        ("words", [say("scope.words", words=scope.words)] if scope.words else []),
        ("language", [tongue(scope.language, say)] if scope.language else []),
    ]
    return [(kind, names) for kind, names in rows if names]


def article_name(title: str, say: Words) -> str:
    """What somebody follows who follows one article, by its title or number."""
    return say("scope.article", title=title)


def tongue(language: str, say: Words) -> str:
    """What a language is called, where there is a word for it; else its tag."""
    key = f"tongue.{language}"
    return say(key) if key in say.sentences else language


def _divisions(scope: Scope, newsroom: Newsroom, say: Words) -> list[str]:
    divisions = ((slug, newsroom.division(slug)) for slug in scope.divisions)
    return list(dict.fromkeys(known.name(say.language) if known else slug for slug, known in divisions))


def _topics(scope: Scope, say: Words, topics: Mapping[str, Topic]) -> list[str]:
    tagged = ((slug, topics.get(slug)) for slug in scope.topics)
    return [known.name(say.language) if known else slug for slug, known in tagged]


def _boards(scope: Scope, newsroom: Newsroom, say: Words) -> list[str]:
    boards = {board.slug: board.name(say.language) for board in newsroom.city.boards}
    return [boards.get(slug, slug) for slug in scope.boards]
