"""One small city and its releases, for the tests of mails."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from html import escape
from zoneinfo import ZoneInfo

from feeds.model import Article, Attachment, City, Content, Division, Footnote, Newsroom, Picture, State, StepKind
from feeds.words import load
from notifier.messages import DigestItem, Follows, Letters, environment
from notifier.model import Cadence
from notifier.placeholders import MailContent
from notifier.voice import Embargo

CLIMATE = Division(slug="climate", names={"en": "Climate Policy", "ko": "기후정책과"}, telephone="053-803-5120")
CULTURE = Division(slug="culture", names={"ko": "문화예술과"}, telephone="053-803-3740")
CITY = City(
    names={"en": "Daegu Metropolitan City", "ko": "대구광역시"},
    newsroom_names={"en": "Daegu Newsroom", "ko": "대구 뉴스룸"},
    zone=ZoneInfo("Asia/Seoul"),
    languages=("en", "ko"),
    authority="daegu.example.org,2026",
    sender_names={"en": "Daegu Newsroom", "ko": "대구 뉴스룸"},
    sender_address="newsroom@daegu.example.org",
    telephone="120",
    licence="KOGL-1",
    fallback_division="climate",
    divisions=(CLIMATE, CULTURE),
    boards=(),
)
NEWSROOM = Newsroom(CITY, "https://news.daegu.example.org")
WORDS = load("feeds", "notifier")
LETTERS = Letters(NEWSROOM, WORDS, environment())
VALUES = {
    "manage": "https://news.daegu.example.org/manage/m.token?a=1&b=2",
    "unsubscribe": "https://news.daegu.example.org/unsubscribe/u.token",
    "confirm": "https://news.daegu.example.org/confirm/c.token",
    "copy": "https://news.daegu.example.org/mail/w.token",
    "renew": "https://news.daegu.example.org/renew/r.token",
    "embargo": "https://news.daegu.example.org/embargo/e.token",
    "undo": "https://news.daegu.example.org/undo/b.token",
}
DAY = date(2021, 5, 25)
FOLLOWED = (Follows(("Climate Policy", "문화예술과"), Cadence.IMMEDIATE), Follows((), Cadence.DAILY))
PARAGRAPHS = (
    "The city promises what it can count, and it counted first: roofs, buses and kitchens, street by street.",
    "대구시는 올해 여름부터 네 개 노선의 심야버스를 새벽 한 시까지 늘려 운행하고 정류장마다 시각표를 붙인다.",
)


def content(**changes: object) -> Content:
    """The content of a release, with whatever the test is about."""
    plain = Content(
        language="en",
        title="Night buses on four lines from July",
        subtitle="The last one leaves at 00:40",
        summary="Four lines run until one o'clock.",
        body_html="".join(f"<p>{escape(paragraph)}</p>" for paragraph in PARAGRAPHS),
        body_text="\n\n".join(PARAGRAPHS),
        pictures=(Picture(caption="A bus at night", credit="city newsroom", address="https://pictures.test/a.jpg"),),
        attachments=(Attachment(name="Timetable.pdf", address="/files/timetable.pdf", length=482_113),),
        footnotes=(Footnote(mark="*", term="Night", note="from 23:00 on"),),
    )
    return replace(plain, **changes)


def article(number: int = 1, **changes: object) -> Article:
    """A published release; fields of its content and of the article itself may be given alike."""
    inner = {name: changes.pop(name) for name in list(changes) if name in Content.__dataclass_fields__}
    plain = Article(
        id=number,
        guid=f"tag:daegu.example.org,2026:{number}",
        state=State.PUBLISHED,
        revision=1,
        content=content(**inner),
        division="climate",
        created_at=datetime(2021, 5, 24, tzinfo=UTC),
        published_at=datetime(2021, 5, 24, 11, 40, tzinfo=UTC),
    )
    return replace(plain, **changes)


def alert(language: str = "en", kind: str = "published", **changes: object) -> MailContent:
    """The alert of one such article."""
    return LETTERS.alert(article(**changes), language=language, kind=kind)


def digest(*items: DigestItem, language: str = "en", **changes: object) -> MailContent:
    """A digest of these items, daily and of one day where the test says nothing."""
    plain = {"cadence": Cadence.DAILY, "span": (DAY, DAY)}
    return LETTERS.digest(items, language=language, **{**plain, **changes})


def many(number: int) -> list[DigestItem]:
    """Releases in Korean as long as a busy city's, under one heading, the newest first."""
    first = datetime(2021, 5, 24, 9, tzinfo=UTC)
    return [
        DigestItem(
            article=article(
                1000 - n,
                language="ko",
                title=f"대구시, 기후위기 대응 위해 시내버스 노선 {n + 1}개 새벽까지 늘려 운행한다",
                summary=PARAGRAPHS[1] * 3,
                division="culture",
                published_at=first - timedelta(minutes=n),
            ),
            under="",
        )
        for n in range(number)
    ]


def under_embargo(step: StepKind = StepKind.RELEASED) -> Embargo:
    """What a mail says of an embargo, to somebody with a clock of their own."""
    until = datetime(2021, 5, 28, 1, tzinfo=UTC)
    return Embargo(until=until, zone=ZoneInfo("Europe/Berlin"), step=step, before=until - timedelta(days=1))


@cache
def every_kind(language: str) -> dict[str, MailContent]:
    """One mail of every kind."""
    both = (
        DigestItem(article=article(), under="Climate Policy", also_in=("All releases",)),
        DigestItem(
            article=article(
                2, language="ko", title="뮤지컬로 여는 여름", division="culture", correction_note="무료입니다."
            ),
            under="문화예술과",
            corrected=True,
        ),
    )
    known = {"language": language, "cadence": Cadence.WEEKLY}
    return {
        "alert": alert(language, urgent=True),
        "together": LETTERS.together([article(), *(one.article for one in many(2))], language=language),
        "correction": alert(
            language, "corrected", updated_at=datetime(2021, 5, 25, tzinfo=UTC), correction_note="00:40."
        ),
        "digest": digest(*both, *many(48), language=language),
        "catch-up": digest(*both, language=language, span=(date(2021, 5, 20), date(2021, 5, 24))),
        "confirmation": LETTERS.confirmation(["Climate Policy"], known=False, **known),
        "known": LETTERS.confirmation(["Climate Policy", "문화예술과"], known=True, **known),
        "welcome": LETTERS.welcome(FOLLOWED, language=language),
        "manage_link": LETTERS.manage_link(language=language),
        "withdrawal": LETTERS.withdrawal(
            article(withdrawal_reason="The timetable was that of last year."), language=language, withdrawn_on=DAY
        ),
        "embargo": LETTERS.embargo(article(), under_embargo(), language=language),
        "embargo, changed": LETTERS.embargo(article(), under_embargo(StepKind.REVISED), language=language),
        **{
            f"embargo, {step}": LETTERS.embargo_notice(article(), under_embargo(step), language=language)
            for step in (StepKind.MOVED, StepKind.ENDED, StepKind.LIFTED)
        },
        "renewal": LETTERS.renewal(FOLLOWED, language=language, since=date(2019, 5, 20), until=date(2021, 6, 20)),
        "renewal again": LETTERS.renewal(
            FOLLOWED[:1], language=language, since=date(2019, 5, 20), until=date(2021, 6, 20), again=True
        ),
        "address_confirm": LETTERS.address_confirm(language=language),
        "address_changed": LETTERS.address_changed("n…@example.org", language=language, changed_on=DAY),
    }
