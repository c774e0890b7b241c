"""What a text in the editor will look like: as a page, as an entry of a feed and as a mail. Nothing is stored."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from feeds.addresses import feed_page_path, scope_path
from feeds.documents.entry import entry_of
from feeds.intake.clean import clean_line
from feeds.intake.paste import pasted
from feeds.media.keeper import MediaStore
from feeds.model import Article, State
from feeds.publication import dated, is_news_of
from feeds.scope import Scope
from feeds.store import topics
from feeds.store.articles import Filing, filing_of
from feeds.web import views
from feeds.web.newsroom import typed as typed_form
from feeds.web.newsroom.door import Visitor, route
from feeds.web.newsroom.editor import UPLOAD_BYTES
from feeds.web.newsroom.forms import Form
from feeds.web.newsroom.room import Room, whole
from feeds.writing import Form as Written
from feeds.writing import WritingRefused, content_of

# A mail carries its style inside, and the page's own frames inherit this. Nothing runs, and only we are asked.
_POLICY = (
    "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-src 'self'; "
    "form-action 'none'; frame-ancestors 'self'; base-uri 'none'"
)


class MailPreview(Protocol):
    """A mail as somebody would get it."""

    @property
    def subject(self) -> str:
        """Its subject."""
        ...

    @property
    def text(self) -> str:
        """Its part without markup."""
        ...

    @property
    def html(self) -> str:
        """Its part with style."""
        ...


@dataclass(frozen=True, slots=True)
class Previews:
    """Shows what is in the form. `mail` makes the alert of an article that is not stored: the notifier's answer."""

    room: Room
    media: MediaStore
    mail: Callable[[Article], MailPreview]

    @property
    def routes(self) -> list[Route]:
        """The preview, and what is pasted made clean."""
        door = self.room.door
        return [
            route("/newsroom/preview", post=door.action(self.preview, upload_bytes=UPLOAD_BYTES)),
            route("/newsroom/paste", post=door.action(self.paste)),
        ]

    def preview(self, request: Request, visitor: Visitor, form: Form) -> Response:
        """The text of the form as a page, as an entry and as a mail; a sentence where there is nothing to show yet."""
        words = self.room.words(request)
        context: dict[str, object] = {"live": bool(form.get("live"))}
        try:
            article = self._article(visitor, form)
        except WritingRefused as refused:
            # A form that is still empty has nothing wrong with it.
            wrong = [words(word) for _, word in refused.problems if word != "writing.title_missing"]
            context |= {"article": None, "reasons": wrong or [words("preview.nothing")]}
        else:
            context |= {
                "article": article,
                "page": self._page(request, article),
                "entry": entry_of(article, self.room.newsroom, self.room.chrome.words),
                "mail": self.mail(article),
            }
        return self.room.door.render(
            request,
            visitor,
            "newsroom/preview.html",
            title=words("preview.title"),
            headers={"Content-Security-Policy": _POLICY},
            **context,  # type: ignore[arg-type]
        )

    def paste(self, _request: Request, _visitor: Visitor, form: Form) -> Response:
        """What was copied from a document or a page, clean and in the form of the text."""
        wanted = Written.HTML if form.get("form") == Written.HTML else Written.MARKDOWN
        clean = pasted(form.get("html"), form=wanted)
        return PlainTextResponse(clean.text, headers={"X-Images-Left-Out": str(clean.images)})

    def _page(self, request: Request, article: Article) -> str:
        """The public page, without what is not there before publication: an offer to follow, links to elsewhere."""
        newsroom, words = self.room.newsroom, self.room.words(request)
        with self.room.database.read() as session:
            tagged = topics.named(session, article.topics) if article.topics else ()
        page = self.room.chrome.page(
            request,
            "article.html",
            title=article.content.title,
            item=views.item(article, newsroom, words),
            article=article,
            contact=views.contact_of(article, newsroom, words),
            body=views.body_of(article, newsroom, self.room.chrome.words),
            changes_url=None,
            topics=[(topic.name(words.language), Scope(topics=(topic.slug,))) for topic in tagged],
            article_scope=None,
            scope_path=scope_path,
            feed_page_path=feed_page_path,
            feeds=[],
            form_token="",
            follow=None,
            alternates=[],
            twins=[],
        )
        return bytes(page.body).decode()

    def _article(self, visitor: Visitor, form: Form) -> Article:
        """An article of what is in the form, as if it were published now. WritingRefused where that is none."""
        newsroom, now = self.room.newsroom, self.room.clock()
        typed = typed_form.of_form(form, newsroom.city.languages)
        number = whole(form.get("article"))
        with self.room.database.read() as session:
            kept = {one.name: one for name in typed.media if (one := self.media.find(session, name))}
            stored = self.room.desk.read(session, visitor.actor, number) if number else None
        writing = typed.writing(stored.content if stored else None, kept)
        content = content_of(writing, languages=newsroom.city.languages, base=newsroom.url("/"))
        filing = typed.filing(filing_of(stored) if stored else Filing(licence=newsroom.city.licence))
        known = filing.division is not None and newsroom.division(filing.division) is not None
        is_public = stored is not None and stored.state is State.PUBLISHED
        day = filing.registered_on
        is_news = is_news_of(day, newsroom, now, undated=True)
        published_at = stored.published_at if stored and is_public else None
        if published_at is None and not is_news:
            published_at = dated(day, None, newsroom, now)
        return Article(
            id=number,
            guid=stored.guid if stored else f"tag:{newsroom.city.authority}:preview",
            state=State.PUBLISHED,
            revision=1,
            content=content,
            division=filing.division if known else newsroom.city.fallback_division,
            topics=filing.topics or (),
            telephone=filing.telephone,
            source_address=stored.source_address if stored else None,
            registered_on=filing.registered_on,
            licence=filing.licence,
            urgent=bool(filing.urgent),
            created_at=now,
            published_at=published_at or now,
            updated_at=now,
            correction_note=clean_line(typed.note) or stored.correction_note if stored and is_public else None,
        )
