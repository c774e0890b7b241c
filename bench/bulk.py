"""A long archive in a moment: rows of releases written by SQL alone, for what must not depend on how many there are.

They are what the store writes for an import of releases with bodies of 6 KB, but for the words of the search, which no
feed of divisions, boards or languages asks.
"""

from datetime import timedelta

from sqlalchemy import text

from feeds.store.database import Database
from tests.builders import NOW

_NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :number)"
_AT = "strftime('%Y-%m-%d %H:%M:%f000', :start, '+' || (i * 20) || ' minutes')"
_DIVISION = (
    "CASE i % 5 WHEN 0 THEN 'climate' WHEN 1 THEN 'water' WHEN 2 THEN 'transport' WHEN 3 THEN 'press' "
    "ELSE 'environment' END"
)
_STATEMENTS = (
    f"""{_NUMBERS} INSERT INTO article (id, guid, state, revision, division, board, urgent, version, created_at,
        published_at, updated_at)
    SELECT i, 'tag:riverton.example.org,2026:bulk/' || i, 'published', 1, {_DIVISION}, NULL, 0, 1, {_AT}, {_AT}, {_AT}
    FROM n""",
    f"""{_NUMBERS} INSERT INTO revision (article_id, number, language, title, summary, body_html, body_text, footnotes,
        created_at)
    SELECT i, 1, CASE i % 3 WHEN 0 THEN 'en' ELSE 'ko' END, 'Release ' || i, 'In short',
        '<p>Number ' || i || '</p>' || :html, 'A text of some words.', '[]', {_AT} FROM n""",
    f"""{_NUMBERS} INSERT INTO change (number, article_id, revision, kind, at, quiet)
    SELECT i, i, 1, 'published', {_AT}, 1 FROM n""",
    "ANALYZE",
)


def fill_rows(database: Database, number: int) -> None:
    """Write so many releases into an empty SQLite database, one every twenty minutes until now."""
    start = NOW - timedelta(minutes=20 * (number + 1))
    html = "".join(f"<p>Paragraph {n} of a text of some words, <b>as long</b> as a release.</p>" for n in range(85))
    given = {"number": number, "start": f"{start:%Y-%m-%d %H:%M:%S}", "html": html}
    for statement in _STATEMENTS:
        with database.write() as session:
            session.execute(text(statement), {name: value for name, value in given.items() if f":{name}" in statement})
