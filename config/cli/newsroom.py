"""What a newsroom does from a shell: releases in and out, staff, and the programs that may write."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from config.cli.calling import AsJson, call
from feeds.staff import Right

app = typer.Typer()
articles = typer.Typer(help="The newsroom from a shell: list, show, publish, correct, withdraw.", no_args_is_help=True)
tokens = typer.Typer(help="What programs show to use the API.", no_args_is_help=True)
staff = typer.Typer(help="Who may sign in to the newsroom.", no_args_is_help=True)
app.add_typer(articles, name="articles")
app.add_typer(tokens, name="tokens")
app.add_typer(staff, name="staff")
ArticleId = Annotated[int, typer.Argument(help="The article's number.", min=1)]


@app.command()
def intake(
    paths: Annotated[
        list[str],
        typer.Argument(help="Pages, dumps, feeds, tables, folders; or their addresses.", metavar="PATH_OR_URL"),
    ],
    division: Annotated[str | None, typer.Option(help="File the articles under this division's slug.")] = None,
    board: Annotated[str | None, typer.Option(help="File the articles under this board.")] = None,
    site: Annotated[str | None, typer.Option(help="The host of the site that a dump or a table is from.")] = None,
    address: Annotated[str | None, typer.Option(help="Where the one page was posted.")] = None,
    source: Annotated[str | None, typer.Option(help="What kind of input it is, where its beginning misleads.")] = None,
    publish: Annotated[bool, typer.Option("--publish", help="Publish at once; old releases mail nobody.")] = False,
    discarded: Annotated[bool, typer.Option("--discarded", help="Also take in what was discarded here.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
    refused: Annotated[Path | None, typer.Option(help="Write what is refused, and why, to this file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Read pages, dumps, feeds and tables into drafts."""
    call(
        "intake",
        paths=paths,
        division=division,
        board=board,
        site=site,
        address=address,
        source=source,
        publish=publish,
        discarded=discarded,
        dry_run=dry_run,
        refused=refused,
        as_json=as_json,
    )


@app.command()
def export(
    folder: Annotated[
        Path, typer.Argument(help="Where to write: a new folder, or that of an earlier export.", metavar="DIR")
    ],
    select: Annotated[
        list[str] | None, typer.Option(help="A selection that has a feed too, such as topic=summit&lang=ko; several.")
    ] = None,
    selections: Annotated[Path | None, typer.Option(help="A file of such selections, one a line.")] = None,
    pages: Annotated[int, typer.Option(help="How many pages of each list are written.", min=1, max=1000)] = 10,
    whole: Annotated[bool, typer.Option("--whole", help="Look at everything again, not only at what changed.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write pages, feeds and files as a tree for any web server; a second time, what has changed since."""
    call(
        "export",
        folder=folder,
        select=select or [],
        selections=selections,
        pages=pages,
        whole=whole,
        as_json=as_json,
    )


@articles.command("list")
def articles_list(
    state: Annotated[
        Literal["draft", "scheduled", "published", "withdrawn"] | None, typer.Option(help="Only these.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """The latest articles of every state."""
    call("articles", action="list", state=state, as_json=as_json)


@articles.command("show")
def articles_show(article: ArticleId, as_json: AsJson = False) -> None:
    """One article with all that is known of it."""
    call("articles", action="show", article=article, as_json=as_json)


@articles.command("publish")
def articles_publish(
    article: ArticleId,
    division: Annotated[str | None, typer.Option(help="File it under this division's slug first.")] = None,
    mail: Annotated[bool, typer.Option("--mail", help="Mail it though it was registered before yesterday.")] = False,
    at: Annotated[str | None, typer.Option(help="Publish it by itself then: ISO 8601 with its zone.")] = None,
    embargo_until: Annotated[
        str | None, typer.Option(help="The same, and accredited journalists have it now, under embargo.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Publish a draft: it is public at once or at an instant, and alerts go out within a minute."""
    call(
        "articles",
        action="publish",
        article=article,
        division=division,
        mail=mail,
        at=at,
        embargo_until=embargo_until,
        as_json=as_json,
    )


@articles.command("correct")
def articles_correct(
    article: ArticleId,
    page: Annotated[str, typer.Option(help="A file with the whole page as it should be.")],
    note: Annotated[str, typer.Option(help="What changed, in a sentence for readers.")],
    as_json: AsJson = False,
) -> None:
    """Correct a published article: who was alerted is told."""
    call("articles", action="correct", article=article, page=page, note=note, as_json=as_json)


@articles.command("withdraw")
def articles_withdraw(
    article: ArticleId,
    reason: Annotated[str, typer.Option(help="Why, in a sentence for readers.")],
    mail: Annotated[bool, typer.Option("--mail", help="Tell those who got it by mail.")] = False,
    as_json: AsJson = False,
) -> None:
    """Withdraw a published article: its page says so, feeds and unsent mail drop it."""
    call("articles", action="withdraw", article=article, reason=reason, mail=mail, as_json=as_json)


@tokens.command("add")
def tokens_add(
    name: Annotated[str, typer.Argument(help="What the audit log calls the program.")],
    division: Annotated[list[str] | None, typer.Option(help="A division's slug; several are allowed.")] = None,
    all_divisions: Annotated[bool, typer.Option("--all-divisions", help="Every division, also ones to come.")] = False,
    scope: Annotated[
        list[Right] | None,
        typer.Option(help="What it may do; several are allowed."),
    ] = None,
    days: Annotated[int | None, typer.Option(help="How long it lasts; without it, until it is revoked.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make a token and print it: it is shown this once."""
    call(
        "tokens",
        action="add",
        name=name,
        divisions=division or [],
        every=all_divisions,
        scopes=scope or [],
        days=days,
        as_json=as_json,
    )


@tokens.command("list")
def tokens_list(as_json: AsJson = False) -> None:
    """Every token there is or was."""
    call("tokens", action="list", as_json=as_json)


@tokens.command("revoke")
def tokens_revoke(name: Annotated[str, typer.Argument(help="The token's name.")], as_json: AsJson = False) -> None:
    """End a token at once and for good."""
    call("tokens", action="revoke", name=name, as_json=as_json)


FromStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the first password from standard input; make none up.")
]
StaffName = Annotated[str, typer.Argument(help="What they sign in with.")]


@staff.command("add")
def staff_add(
    name: StaffName,
    division: Annotated[list[str] | None, typer.Option(help="A division's slug; several are allowed.")] = None,
    role: Annotated[Literal["editor", "chief", "operator"], typer.Option(help="What they may do.")] = "editor",
    password_stdin: FromStdin = False,
    as_json: AsJson = False,
) -> None:
    """Give somebody an account and print their first password, this once."""
    call(
        "staff",
        action="add",
        name=name,
        divisions=division or [],
        role=role,
        password_stdin=password_stdin,
        as_json=as_json,
    )


@staff.command("list")
def staff_list(as_json: AsJson = False) -> None:
    """Everybody who has or had an account."""
    call("staff", action="list", as_json=as_json)


@staff.command("reset")
def staff_reset(name: StaffName, password_stdin: FromStdin = False, as_json: AsJson = False) -> None:
    """Give somebody a new first password; their browsers are signed out."""
    call("staff", action="reset", name=name, password_stdin=password_stdin, as_json=as_json)


@staff.command("remove")
def staff_remove(name: StaffName, as_json: AsJson = False) -> None:
    """Close somebody's account; what they did stays on record."""
    call("staff", action="remove", name=name, as_json=as_json)
