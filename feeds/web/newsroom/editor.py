"""Where releases are written: one form for a new one, a draft, a correction and a minor edit."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from feeds.errors import Conflict, Forbidden, NotFound, NotReady, Unchanged
from feeds.intake.clean import clean_line
from feeds.media import pictures
from feeds.media.keeper import MAX_FILE_BYTES, MediaStore
from feeds.media.refusal import MediaRefused
from feeds.model import Article, Content, Division, State
from feeds.readiness import Lack, lacking
from feeds.staff import INTAKE, Right
from feeds.store import articles, audit, changes, desk_list, reading, topics
from feeds.store.articles import Filing
from feeds.store.database import Session
from feeds.store.media import Kept
from feeds.web.dates import local_day
from feeds.web.newsroom import typed as typed_form
from feeds.web.newsroom.apart import differences
from feeds.web.newsroom.audit_pages import who
from feeds.web.newsroom.desk_views import grouped, language_name
from feeds.web.newsroom.door import Visitor, route
from feeds.web.newsroom.forms import Form
from feeds.web.newsroom.meanwhile import passages
from feeds.web.newsroom.mending import field_of
from feeds.web.newsroom.room import Room, article_path, number_of, whole
from feeds.web.newsroom.typed import Typed, TypedFile, TypedPicture
from feeds.writing import WritingRefused, content_of

UPLOAD_BYTES = 3 * MAX_FILE_BYTES
"""What the files of one form may hold together."""
LONGEST_NOTE = 1_000
_ADDING = {"add": "new_picture", "attach": "new_file"}
"""The buttons that only upload, and the field of each."""
_NEW = "/newsroom/articles/new"
_TWICE = timedelta(minutes=10)
_LATEST = 5
"""For how long a form that is sent again is the same, and among how many of its writer's latest drafts."""
_FIELDS = (
    *("language", "division", "title", "subtitle", "text", "summary", "footnotes"),
    *("pictures", "picture-", "new_picture"),
    *("attachments", "file-", "new_file", "board", "telephone", "registered_on", "topic", "note"),
)
"""The fields in the order of the form; with a hyphen, those of rows."""


@dataclass(frozen=True, slots=True)
class Editor:
    """Serves the form and takes it in. `media` keeps what is uploaded with it."""

    room: Room
    media: MediaStore

    @property
    def routes(self) -> list[Route]:
        """A new release, and one that is there."""
        door = self.room.door
        return [
            route(_NEW, get=door.page(self.new), post=door.action(self.create, upload_bytes=UPLOAD_BYTES)),
            route(
                "/newsroom/articles/{id:int}/edit",
                get=door.page(self.edit),
                post=door.action(self.save, upload_bytes=UPLOAD_BYTES),
            ),
        ]

    def new(self, request: Request, visitor: Visitor) -> Response:
        """An empty form, in the language of the page."""
        offered = self._divisions(visitor, None)
        alone = offered[0].slug if len(offered) == 1 else ""
        typed = Typed(language=self.room.words(request).language, division=alone)
        return self._form(request, visitor, typed, None)

    def edit(self, request: Request, visitor: Visitor) -> Response:
        """An article in the form; 409 for a withdrawn one: nothing can be changed any more.

        With `revision`, the text of that revision is in the form, as if it had been typed over the present one.
        """
        article = self._found(visitor, number_of(request))
        if article.state is State.WITHDRAWN:
            return self.room.door.message(request, visitor, 409, "withdrawn", article=article.id)
        wanted = request.query_params.get("revision")
        if wanted is not None:
            taken = self._revision(article, whole(wanted))
            return self._form(request, visitor, typed_form.of_article(taken), article, taken=taken.revision)
        return self._form(request, visitor, typed_form.of_article(article), article)

    def create(self, request: Request, visitor: Visitor, form: Form) -> Response:
        """Store a new draft, or show the form again with what was uploaded or cannot stand."""
        return self._take(request, visitor, form, None)

    def save(self, request: Request, visitor: Visitor, form: Form) -> Response:
        """Store what was changed: a draft, a correction, or a minor edit of what is public."""
        return self._take(request, visitor, form, self._found(visitor, number_of(request)))

    # Steps

    def _found(self, visitor: Visitor, article_id: int) -> Article:
        """The article, if it is one of theirs."""
        with self.room.database.read() as session:
            return self.room.desk.theirs(session, visitor.actor, Right.WRITE, article_id)

    def _take(self, request: Request, visitor: Visitor, form: Form, article: Article | None) -> Response:
        sent = typed_form.of_form(form, self.room.newsroom.city.languages)
        wanted = form.get("do")
        if wanted == "restore":
            return self._form(request, visitor, sent, article, restored=True)
        typed, problems = self._with_uploads(visitor, sent, form)
        if wanted in _ADDING:
            if typed == sent and not problems:
                problems = [(_ADDING[wanted], "editor.problem.no_file")]
            return self._form(request, visitor, typed, article, problems=problems, added=_first_of(typed, sent))
        kept = self._kept(typed)
        problems += typed.problems(kept, local_day(self.room.clock(), self.room.newsroom.city.zone))
        content = None
        try:
            writing = typed.writing(self._origin(article, typed), kept)
            content = content_of(writing, languages=self.room.newsroom.city.languages, base=self.room.newsroom.url("/"))
        except WritingRefused as refused:
            problems += refused.problems
        public = article is not None and article.state is State.PUBLISHED
        if article is not None and content is not None and typed.version != article.version:
            return self._conflict(request, visitor, typed, content, article.id)
        note = clean_line(typed.note)
        if public:
            problems += _unsaid(wanted, note)
        if not public and not typed.division and visitor.actor.divisions is not None:
            problems.append(("division", "editor.problem.division"))
        if article is not None and typed.language != article.content.language and typed.language in dict(article.twins):
            problems.append(("language", "editor.problem.language"))
        if problems or content is None:
            return self._form(request, visitor, typed, article, problems=problems)
        try:
            with self.room.database.write() as session:
                saved = self._write(session, visitor, article, typed, content, note if wanted != "amend" else None)
        except NotReady as error:
            return self._form(request, visitor, typed, article, lacks=error.lacks)
        except Unchanged:
            return self._form(request, visitor, typed, article, problems=[("text", "editor.problem.unchanged")])
        except Conflict:  # somebody was quicker, perhaps to publish or to withdraw it
            return self._conflict(request, visitor, typed, content, number_of(request))
        except (Forbidden, NotFound) as error:
            if article is None or isinstance(error, Forbidden):
                field = "division"
                if isinstance(error, NotFound) and error.kind in ("board", "topic"):
                    field = error.kind
                return self._form(request, visitor, typed, article, problems=[(field, f"editor.problem.{field}")])
            raise
        if wanted == "publish" and not public:
            answer = self.room.door.redirect(request, f"{article_path(saved.id)}/publish")
        else:
            done = _done(article, saved, wanted)
            answer = self.room.back(request, saved.id, done=done)
        # Tells the script of the form, which reads it, that its copy of what was typed is not needed any more.
        written = str(article.id) if article else "new"
        answer.set_cookie("saved", written, max_age=86_400, path="/newsroom", samesite="lax")
        return answer

    def _write(
        self,
        session: Session,
        visitor: Visitor,
        article: Article | None,
        typed: Typed,
        content: Content,
        note: str | None,
    ) -> Article:
        desk, actor = self.room.desk, visitor.actor
        if article is None:
            filing = typed.filing(Filing(licence=self.room.newsroom.city.licence))
            changes.take_turn(session)  # of two at once the second finds what the first has stored
            sent = self._sent_before(session, visitor, content, filing)
            return desk.create(session, actor, content, filing) if sent is None else sent
        filing = typed.filing(articles.filing_of(article))
        if article.state is not State.PUBLISHED:
            return desk.edit(session, actor, article.id, content, filing, expected=typed.version)
        if note is None:
            return desk.amend(session, actor, article.id, content, filing, expected=typed.version)
        return desk.correct(session, actor, article.id, content, filing, note=note, expected=typed.version)

    def _sent_before(self, session: Session, visitor: Visitor, content: Content, filing: Filing) -> Article | None:
        """The draft that this very form has made, where a browser sends it twice: a button was pressed twice, or the
        page that it led to was loaded again."""
        since = self.room.clock() - _TWICE
        latest = desk_list.listing(session, desk_list.Desk(states=(State.DRAFT,), author=visitor.name), limit=_LATEST)
        own = [one for one in latest if one.version == 1 and one.created_at >= since]
        return next((one for one in own if (one.content, articles.filing_of(one)) == (content, filing)), None)

    def _with_uploads(self, visitor: Visitor, typed: Typed, form: Form) -> tuple[Typed, list[tuple[str, str]]]:
        """The form with a row for everything that came with it; what is refused says why."""
        problems: list[tuple[str, str]] = []
        for field, upload in [(name, one) for name in _ADDING.values() for one in form.files.get(name, ())]:
            try:
                prepared = self.media.prepare(upload.content, file_name=upload.name)
            except MediaRefused as refused:
                problems.append((field, refused.word))
                continue
            with self.room.database.write() as session:
                kept = self.media.keep(session, prepared, by=visitor.name)
            if field == "new_picture" and pictures.is_picture(upload.content):
                typed = replace(typed, pictures=(*typed.pictures, TypedPicture(media=kept.name)))
            else:
                typed = replace(typed, files=(*typed.files, TypedFile(media=kept.name, name=upload.name)))
        return typed, problems

    def _origin(self, article: Article | None, typed: Typed) -> Content | None:
        """The text that the form was made from: the present one, unless somebody has changed it since."""
        if article is None or typed.revision in (0, article.revision):
            return article.content if article else None
        try:
            return self._revision(article, typed.revision).content
        except NotFound:
            return article.content

    def _revision(self, article: Article, number: int) -> Article:
        """The article with the text of one of its revisions. NotFound if it has none of this number."""
        with self.room.database.read() as session:
            found = reading.revisions(session, article.id, public=False, below=number + 1, limit=1)
        if not found or found[0].number != number:
            raise NotFound("revision", number)
        return replace(article, content=found[0].content, revision=number)

    def _kept(self, typed: Typed) -> dict[str, Kept]:
        with self.room.database.read() as session:
            found = [self.media.find(session, name) for name in typed.media]
        return {one.name: one for one in found if one is not None}

    def _divisions(self, visitor: Visitor, present: str | None) -> list[Division]:
        """Those the visitor writes for, and the one it is filed under."""
        newsroom = self.room.newsroom
        known = newsroom.division(present) if present else None
        mine = [one for one in newsroom.divisions if visitor.actor.covers(newsroom, one.slug)]
        return [*mine, known] if known is not None and known not in mine else mine

    def _form(
        self,
        request: Request,
        visitor: Visitor,
        typed: Typed,
        article: Article | None,
        *,
        problems: Sequence[tuple[str, str]] = (),
        lacks: Sequence[Lack] = (),
        added: str = "",
        restored: bool = False,
        taken: int = 0,
        **context: object,
    ) -> Response:
        words = self.room.words(request)
        with self.room.database.read() as session:
            vocabulary = [one for one in topics.known(session) if not one.retired or one.slug in typed.topics]
            told_of_it = 0
            if article is not None and article.state is State.PUBLISHED:
                told_of_it = self.room.bound(session, article).of_corrections
        kept = self._kept(typed)
        public = article is not None and article.state is State.PUBLISHED
        case = _case(article)

        def told(lacks: Sequence[Lack]) -> list[tuple[str, str]]:
            return [(field_of(lack), lack.said(words)) for lack in lacks]

        said = sorted([*((field, words(word)) for field, word in problems), *told(lacks)], key=_from_the_top)
        # A form that differs from what is stored has other rows: what is missing there may stand elsewhere here.
        is_stored = article is not None and not public and typed == typed_form.of_article(article)
        given: dict[str, object] = {
            "status": 422 if said else 200,
            "title": words(f"editor.{case}.title"),
            "typed": typed,
            "kept": kept,
            "article": article,
            "public": public,
            "case": case,
            "faults": dict(reversed(said)),
            "problems": said,
            "missing": told(lacking(article.content)) if article and is_stored else [],
            "added": added,
            "changed": bool(said or added or restored or taken),
            "taken": taken,
            "groups": grouped(self._divisions(visitor, typed.division), words.language),
            "boards": self.room.newsroom.city.boards,
            "vocabulary": vocabulary,
            "closed": article is not None and article.state is State.WITHDRAWN,
            "told_of_it": told_of_it,
            "spoken": [(code, language_name(code)) for code in self.room.newsroom.city.languages],
            "address": f"{article_path(article.id)}/edit" if article else _NEW,
            "conflict": None,
        }
        return self.room.door.render(request, visitor, "newsroom/editor.html", **(given | context))  # type: ignore[arg-type]

    def _conflict(
        self, request: Request, visitor: Visitor, typed: Typed, content: Content, article_id: int
    ) -> Response:
        """409: the version that stands there now and the one that was sent, with the form to put one onto the other."""
        words = self.room.words(request)
        with self.room.database.read() as session:
            article = self.room.desk.read(session, visitor.actor, article_id)
            changed_by, changed_at = _last_change(session, article_id)
            names = {topic.slug: topic.name(words.language) for topic in topics.known(session)}
        conflict = {
            "theirs": article.content,
            "mine": content,
            "who": who(changed_by, words),
            "is_own": changed_by == visitor.name,
            "at": changed_at,
            "passages": passages(article.content, content),
            "apart": differences(typed_form.of_article(article), typed, self.room.newsroom, words, names),
        }
        typed = replace(typed, version=article.version)
        return self._form(request, visitor, typed, article, status=409, conflict=conflict)


def _last_change(session: Session, article_id: int) -> tuple[str, datetime]:
    """Who did something with an article last, and when. What was taken in with many others has no entry of its own."""
    for entry in audit.entries(session, article_id=article_id, limit=1):
        return entry.actor, entry.at
    last = reading.revisions(session, article_id, public=False, limit=1)[-1]
    return last.author or INTAKE, last.created_at


def _case(article: Article | None) -> str:
    """Which of the forms it is: its title and what it says first."""
    if article is None:
        return "new"
    if article.approval is not None:
        return "waiting"
    return {State.DRAFT: "edit", State.PUBLISHED: "correct"}.get(article.state, article.state.value)


def _done(before: Article | None, saved: Article, wanted: str) -> str:
    """What the next page says was done."""
    if before is None or before.state is not State.PUBLISHED:
        return "saved"
    if saved.version == before.version:
        return "unchanged"
    return "amended" if wanted == "amend" else "corrected"


def _unsaid(wanted: str, note: str) -> Iterator[tuple[str, str]]:
    """What is still to be said before a public release is changed: whether readers are told, and then of what."""
    if wanted not in ("correct", "amend"):
        yield "note", "editor.problem.way"
    elif wanted == "correct" and not note:
        yield "note", "editor.problem.note"
    elif wanted == "correct" and len(note) > LONGEST_NOTE:
        yield "note", "editor.problem.note_long"


def _from_the_top(problem: tuple[str, str]) -> int:
    """Where the field of a problem stands in the form."""
    field = re.sub(r"-.*", "-", problem[0])
    return _FIELDS.index(field) if field in _FIELDS else len(_FIELDS)


def _first_of(typed: Typed, sent: Typed) -> str:
    """The field in which the first picture or file is described that has just come; empty where none has."""
    if len(typed.pictures) > len(sent.pictures):
        return f"picture-{len(sent.pictures)}-caption"
    return f"file-{len(sent.files)}-name" if len(typed.files) > len(sent.files) else ""
