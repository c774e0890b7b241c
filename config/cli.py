"""The command line. What a command does is imported when it is called, so that --help is quick and loads nothing."""

import sys
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from feeds.errors import CivicwireError, Misconfigured
from feeds.staff import Right

app = typer.Typer(
    name="civicwire",
    help="Feeds and mail notifications for a public newsroom.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
articles = typer.Typer(help="The newsroom from a shell: list, show, publish, correct, withdraw.", no_args_is_help=True)
mails = typer.Typer(help="Mails as subscribers get them.", no_args_is_help=True)
subscribers = typer.Typer(help="Who follows what, and what an address got.", no_args_is_help=True)
tokens = typer.Typer(help="What programs show to use the API.", no_args_is_help=True)
staff = typer.Typer(help="Who may sign in to the newsroom.", no_args_is_help=True)
run = typer.Typer(help="The same runs that the scheduler wakes.", no_args_is_help=True)
bounces = typer.Typer(help="Mail that came back.", no_args_is_help=True)
suppressions = typer.Typer(help="Addresses that get no list mail.", no_args_is_help=True)
dkim = typer.Typer(help="Keys that mails are signed with.", no_args_is_help=True)
app.add_typer(articles, name="articles")
app.add_typer(mails, name="mails")
app.add_typer(subscribers, name="subscribers")
app.add_typer(tokens, name="tokens")
app.add_typer(run, name="run")
app.add_typer(staff, name="staff")
app.add_typer(bounces, name="bounces")
app.add_typer(suppressions, name="suppressions")
app.add_typer(dkim, name="dkim")

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of a table.")]
ArticleId = Annotated[int, typer.Argument(help="The article's number.", min=1)]
Now = Annotated[str | None, typer.Option(help="Act as if it were this instant: ISO 8601 with its zone.")]


def _call(module: str, **values: Any) -> None:
    """Import what a command does, and do it."""
    import_module(f"config.commands.{module}").run(**values)


@app.command()
def demo(
    once: Annotated[bool, typer.Option("--once", help="Do it all and exit; non-zero if anything is missing.")] = False,
    port: Annotated[int, typer.Option(help="The port to serve on.", min=1, max=65535)] = 8000,
) -> None:
    """Show the main job in an empty var/demo: releases, feeds, an alert and a digest, with a mail catcher."""
    _call("demo", once=once, port=port)


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on.", min=1, max=65535)] = 8000,
    role: Annotated[Literal["all", "web", "scheduler"], typer.Option(help="What this process does.")] = "all",
) -> None:
    """Serve pages and feeds, and send mail when it is due."""
    _call("serve", host=host, port=port, role=role)


@app.command()
def worker() -> None:
    """Send mail beside `civicwire serve`: one more process, on this machine or another. Needs PostgreSQL."""
    _call("worker")


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
    _call(
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
    _call(
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
    _call("articles", action="list", state=state, as_json=as_json)


@articles.command("show")
def articles_show(article: ArticleId, as_json: AsJson = False) -> None:
    """One article with all that is known of it."""
    _call("articles", action="show", article=article, as_json=as_json)


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
    _call(
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
    _call("articles", action="correct", article=article, page=page, note=note, as_json=as_json)


@articles.command("withdraw")
def articles_withdraw(
    article: ArticleId,
    reason: Annotated[str, typer.Option(help="Why, in a sentence for readers.")],
    mail: Annotated[bool, typer.Option("--mail", help="Tell those who got it by mail.")] = False,
    as_json: AsJson = False,
) -> None:
    """Withdraw a published article: its page says so, feeds and unsent mail drop it."""
    _call("articles", action="withdraw", article=article, reason=reason, mail=mail, as_json=as_json)


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
    _call(
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
    _call("subscribers", action="show", email=email, as_json=as_json)


@subscribers.command("erase")
def subscribers_erase(email: Annotated[str, typer.Argument(help="The address.")], as_json: AsJson = False) -> None:
    """Erase an address and everything kept of its person."""
    _call("subscribers", action="erase", email=email, as_json=as_json)


@subscribers.command("accredit")
def subscribers_accredit(
    email: Annotated[str, typer.Argument(help="The address; it must follow something already.")],
    until: Annotated[str | None, typer.Option(help="The last day, such as 2027-12-31.")] = None,
    division: Annotated[list[str] | None, typer.Option(help="Only for this division's slug; several.")] = None,
    revoke: Annotated[bool, typer.Option("--revoke", help="Take the accreditation back at once.")] = False,
    as_json: AsJson = False,
) -> None:
    """Accredit a journalist: what they follow may be released to them under embargo."""
    _call("accreditation", email=email, until=until, divisions=division or [], revoke=revoke, as_json=as_json)


@subscribers.command("import")
def subscribers_import(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A table in CSV with a line of column names.")],
    consent_text: Annotated[
        str | None, typer.Option(metavar="NAME", help="The text that people agreed to, where a row names none.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Take a list of people in who agreed elsewhere. Rows that cannot be taken are listed in FILE.refused.csv."""
    _call("subscriber_lists", action="import", path=path, consent_text=consent_text, as_json=as_json)


@subscribers.command("export")
def subscribers_export(
    path: Annotated[Path | None, typer.Argument(metavar="FILE", help="Where to; standard output without it.")] = None,
) -> None:
    """Write everything that is followed, with its person and consent, as a table in CSV."""
    _call("subscriber_lists", action="export", path=path)


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
    _call(
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
    _call("tokens", action="list", as_json=as_json)


@tokens.command("revoke")
def tokens_revoke(name: Annotated[str, typer.Argument(help="The token's name.")], as_json: AsJson = False) -> None:
    """End a token at once and for good."""
    _call("tokens", action="revoke", name=name, as_json=as_json)


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
    _call("mails", kind=kind, to=to, article=article, html=html, as_json=as_json)


@run.command("publications")
def run_publications(now: Now = None, as_json: AsJson = False) -> None:
    """Publish what is scheduled and due."""
    _call("run", what="publications", until_done=False, now=now, as_json=as_json)


@run.command("alerts")
def run_alerts(now: Now = None, as_json: AsJson = False) -> None:
    """Plan the alerts that the change log calls for."""
    _call("run", what="alerts", until_done=False, now=now, as_json=as_json)


@run.command("digests")
def run_digests(now: Now = None, as_json: AsJson = False) -> None:
    """Plan the digests that are due."""
    _call("run", what="digests", until_done=False, now=now, as_json=as_json)


@run.command("renewals")
def run_renewals(now: Now = None, as_json: AsJson = False) -> None:
    """Ask whose consent is nearly over, remind them, and let go who did not answer."""
    _call("run", what="renewals", until_done=False, now=now, as_json=as_json)


UntilDone = Annotated[bool, typer.Option("--until-done", help="Go on, waiting, until no delivery is open.")]


@run.command("delivery")
def run_delivery(until_done: UntilDone = False, now: Now = None, as_json: AsJson = False) -> None:
    """Send every delivery that is due."""
    _call("run", what="delivery", until_done=until_done, now=now, as_json=as_json)


@run.command("all")
def run_all(until_done: UntilDone = False, now: Now = None, as_json: AsJson = False) -> None:
    """Publish what is due, plan alerts, digests and renewals, and send."""
    _call("run", what="all", until_done=until_done, now=now, as_json=as_json)


@app.command()
def hold(reason: Annotated[str, typer.Argument(help="Why, for whoever looks next.")]) -> None:
    """Stop all sending until it is released; survives restarts."""
    _call("sending", action="hold", reason=reason)


@app.command()
def release(
    resend: Annotated[
        bool,
        typer.Option(
            "--resend", help="After a restore: send also what may have been sent between the backup and the loss."
        ),
    ] = False,
) -> None:
    """Let sending go on."""
    _call("sending", action="release", resend=resend)


@app.command()
def status(as_json: AsJson = False) -> None:
    """How every mailing stands: its audience is the sum of its states."""
    _call("sending", action="status", as_json=as_json)


@app.command()
def migrate() -> None:
    """Bring the database's tables up to this version."""
    _call("migrate")


@app.command()
def check(as_json: AsJson = False) -> None:
    """Try the settings, the city file, the database and the mail server."""
    _call("check", as_json=as_json)


@app.command()
def backup(
    path: Annotated[Path, typer.Argument(help="The file to write, or a folder for it. No file is overwritten.")],
    as_json: AsJson = False,
) -> None:
    """Make a backup in one file, while the service runs: database, pictures and files; no secrets."""
    _call("backup", action="backup", path=path, as_json=as_json)


@app.command()
def restore(
    path: Annotated[Path, typer.Argument(help="The file of a backup.")],
    replace: Annotated[bool, typer.Option("--replace", help="Put it in the place of what is here.")] = False,
    as_json: AsJson = False,
) -> None:
    """Restore a backup. Sending is held afterwards, and it is said what would be sent."""
    _call("backup", action="restore", path=path, replace=replace, as_json=as_json)


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
    _call(
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
    _call("staff", action="list", as_json=as_json)


@staff.command("reset")
def staff_reset(name: StaffName, password_stdin: FromStdin = False, as_json: AsJson = False) -> None:
    """Give somebody a new first password; their browsers are signed out."""
    _call("staff", action="reset", name=name, password_stdin=password_stdin, as_json=as_json)


@staff.command("remove")
def staff_remove(name: StaffName, as_json: AsJson = False) -> None:
    """Close somebody's account; what they did stays on record."""
    _call("staff", action="remove", name=name, as_json=as_json)


@bounces.command("read")
def bounces_read(
    maildir: Annotated[Path | None, typer.Argument(help="A Maildir; without it one mail from standard input.")] = None,
    recipient: Annotated[str | None, typer.Option(help="Whom the envelope of the one mail named.")] = None,
    as_json: AsJson = False,
) -> None:
    """Read mail that came back: bounces, complaints, and mails of people who leave."""
    _call("bounces", action="read", maildir=maildir, recipient=recipient, as_json=as_json)


@bounces.command("status")
def bounces_status(as_json: AsJson = False) -> None:
    """How many mails of each kind came back within 30 days, and how many wait for somebody to look at."""
    _call("bounces", action="status", as_json=as_json)


@suppressions.command("list")
def suppressions_list(as_json: AsJson = False) -> None:
    """How many addresses get no list mail for which reason, and the latest of them."""
    _call("suppressions", action="list", as_json=as_json)


@suppressions.command("add")
def suppressions_add(
    email: Annotated[str, typer.Argument(help="The address.")],
    note: Annotated[str, typer.Option(help="Who wants it, or why, in at most 40 characters.")] = "",
    as_json: AsJson = False,
) -> None:
    """Send an address no list mail any more, whatever it follows."""
    _call("suppressions", action="add", email=email, note=note, as_json=as_json)


@suppressions.command("remove")
def suppressions_remove(email: Annotated[str, typer.Argument(help="The address.")], as_json: AsJson = False) -> None:
    """Send an address list mail again."""
    _call("suppressions", action="remove", email=email, as_json=as_json)


@dkim.command("keygen")
def dkim_keygen(
    selector: Annotated[str, typer.Argument(help="The key's name in DNS, for example the year.")],
    algorithm: Annotated[Literal["rsa", "ed25519"], typer.Option(help="RSA of 2048 bits, or Ed25519.")] = "rsa",
    folder: Annotated[Path, typer.Option(help="Where to write SELECTOR.pem.")] = Path(),
    as_json: AsJson = False,
) -> None:
    """Make a key that mails are signed with, and print the DNS record to publish."""
    _call("dkim", selector=selector, algorithm=algorithm, folder=folder, as_json=as_json)


def main() -> None:
    """Run the command line: 0 done, 1 could not (one clear line each), 2 wrong use, also by settings."""
    try:
        app(standalone_mode=True)
    except CivicwireError as error:
        for line in str(error).splitlines():
            print(f"civicwire: {line}", file=sys.stderr)
        sys.exit(2 if isinstance(error, Misconfigured) else 1)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
