"""Who is written to: subscribers, their mails, what came back, and who gets nothing."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from config.cli.calling import AsJson, call

app = typer.Typer()
mails = typer.Typer(help="Mails as subscribers get them.", no_args_is_help=True)
subscribers = typer.Typer(help="Who follows what, and what an address got.", no_args_is_help=True)
bounces = typer.Typer(help="Mail that came back.", no_args_is_help=True)
suppressions = typer.Typer(help="Addresses that get no list mail.", no_args_is_help=True)
app.add_typer(mails, name="mails")
app.add_typer(subscribers, name="subscribers")
app.add_typer(bounces, name="bounces")
app.add_typer(suppressions, name="suppressions")


@subscribers.command("add")
def subscribers_add(
    email: Annotated[str, typer.Argument(help="The address.")],
    division: Annotated[list[str] | None, typer.Option(help="A division's slug; several are allowed.")] = None,
    board: Annotated[list[str] | None, typer.Option(help="A board's slug; several are allowed.")] = None,
    topic: Annotated[list[str] | None, typer.Option(help="A topic's slug; several are allowed.")] = None,
    words: Annotated[str, typer.Option(help="Words that releases must hold, as in a search.")] = "",
    releases_in: Annotated[str | None, typer.Option(help="Only releases in this language.")] = None,
    cadence: Annotated[Literal["immediate", "daily", "weekly"], typer.Option(help="How soon it is told.")] = "daily",
    language: Annotated[str | None, typer.Option(help="The language of the mails.")] = None,
    confirmed: Annotated[bool, typer.Option("--confirmed", help="You hold the person's consent: ask nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Sign an address up; without --confirmed it is mailed a link to confirm."""
    wish = [("division", slug) for slug in division or ()] + [("board", slug) for slug in board or ()]
    wish += [("topic", slug) for slug in topic or ()] + ([("lang", releases_in)] if releases_in else [])
    call(
        "subscribers",
        action="add",
        email=email,
        wish=[*wish, ("q", words)] if words else wish,
        cadence=cadence,
        language=language,
        confirmed=confirmed,
        as_json=as_json,
    )


@subscribers.command("show")
def subscribers_show(email: Annotated[str, typer.Argument(help="The address.")], as_json: AsJson = False) -> None:
    """What an address follows, what it got, and why not."""
    call("subscribers", action="show", email=email, as_json=as_json)


@subscribers.command("erase")
def subscribers_erase(email: Annotated[str, typer.Argument(help="The address.")], as_json: AsJson = False) -> None:
    """Erase an address and everything kept of its person."""
    call("subscribers", action="erase", email=email, as_json=as_json)


@subscribers.command("accredit")
def subscribers_accredit(
    email: Annotated[str, typer.Argument(help="The address; it must follow something already.")],
    until: Annotated[str | None, typer.Option(help="The last day, such as 2027-12-31.")] = None,
    division: Annotated[list[str] | None, typer.Option(help="Only for this division's slug; several.")] = None,
    revoke: Annotated[bool, typer.Option("--revoke", help="Take the accreditation back at once.")] = False,
    as_json: AsJson = False,
) -> None:
    """Accredit a journalist: what they follow may be released to them under embargo."""
    call("accreditation", email=email, until=until, divisions=division or [], revoke=revoke, as_json=as_json)


@subscribers.command("import")
def subscribers_import(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A table in CSV with a line of column names.")],
    consent_text: Annotated[
        str | None, typer.Option(metavar="NAME", help="The text that people agreed to, where a row names none.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Take a list of people in who agreed elsewhere. Rows that cannot be taken are listed in FILE.refused.csv."""
    call("subscriber_lists", action="import", path=path, consent_text=consent_text, as_json=as_json)


@subscribers.command("export")
def subscribers_export(
    path: Annotated[Path | None, typer.Argument(metavar="FILE", help="Where to; standard output without it.")] = None,
) -> None:
    """Write everything that is followed, with its person and consent, as a table in CSV."""
    call("subscriber_lists", action="export", path=path)


@mails.command("preview")
def mails_preview(
    kind: Annotated[
        Literal[
            "confirmation",
            "welcome",
            "manage_link",
            "alert",
            "correction",
            "withdrawal",
            "digest",
            "renewal",
            "address_confirm",
            "address_changed",
        ],
        typer.Argument(help="Which mail."),
    ],
    to: Annotated[str, typer.Option(help="The subscriber's address.")],
    article: Annotated[int | None, typer.Option(help="The release it tells of; by default their newest.")] = None,
    html: Annotated[bool, typer.Option("--html", help="Print the part with style instead of the text.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write a mail as somebody would get it, and send nothing. Their own links lead nowhere in it."""
    call("mails", kind=kind, to=to, article=article, html=html, as_json=as_json)


@bounces.command("read")
def bounces_read(
    maildir: Annotated[Path | None, typer.Argument(help="A Maildir; without it one mail from standard input.")] = None,
    recipient: Annotated[str | None, typer.Option(help="Whom the envelope of the one mail named.")] = None,
    as_json: AsJson = False,
) -> None:
    """Read mail that came back: bounces, complaints, and mails of people who leave."""
    call("bounces", action="read", maildir=maildir, recipient=recipient, as_json=as_json)


@bounces.command("status")
def bounces_status(as_json: AsJson = False) -> None:
    """How many mails of each kind came back within 30 days, and how many wait for somebody to look at."""
    call("bounces", action="status", as_json=as_json)


@suppressions.command("list")
def suppressions_list(as_json: AsJson = False) -> None:
    """How many addresses get no list mail for which reason, and the latest of them."""
    call("suppressions", action="list", as_json=as_json)


@suppressions.command("add")
def suppressions_add(
    email: Annotated[str, typer.Argument(help="The address.")],
    note: Annotated[str, typer.Option(help="Who wants it, or why, in at most 40 characters.")] = "",
    as_json: AsJson = False,
) -> None:
    """Send an address no list mail any more, whatever it follows."""
    call("suppressions", action="add", email=email, note=note, as_json=as_json)


@suppressions.command("remove")
def suppressions_remove(email: Annotated[str, typer.Argument(help="The address.")], as_json: AsJson = False) -> None:
    """Send an address list mail again."""
    call("suppressions", action="remove", email=email, as_json=as_json)
