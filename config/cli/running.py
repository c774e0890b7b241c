"""How the service is run: served, sent, kept safe, looked after."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from config.cli.calling import AsJson, call

app = typer.Typer()
run = typer.Typer(help="The same runs that the scheduler wakes.", no_args_is_help=True)
dkim = typer.Typer(help="Keys that mails are signed with.", no_args_is_help=True)
app.add_typer(run, name="run")
app.add_typer(dkim, name="dkim")
Now = Annotated[str | None, typer.Option(help="Act as if it were this instant: ISO 8601 with its zone.")]


@app.command()
def demo(
    once: Annotated[bool, typer.Option("--once", help="Do it all and exit; non-zero if anything is missing.")] = False,
    port: Annotated[int, typer.Option(help="The port to serve on.", min=1, max=65535)] = 8000,
) -> None:
    """Show the main job in an empty var/demo: releases, feeds, an alert and a digest, with a mail catcher."""
    call("demo", once=once, port=port)


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on.", min=1, max=65535)] = 8000,
    role: Annotated[Literal["all", "web", "scheduler"], typer.Option(help="What this process does.")] = "all",
) -> None:
    """Serve pages and feeds, and send mail when it is due."""
    call("serve", host=host, port=port, role=role)


@app.command()
def worker() -> None:
    """Send mail beside `civicwire serve`: one more process, on this machine or another. Needs PostgreSQL."""
    call("worker")


@run.command("publications")
def run_publications(now: Now = None, as_json: AsJson = False) -> None:
    """Publish what is scheduled and due."""
    call("run", what="publications", until_done=False, now=now, as_json=as_json)


@run.command("alerts")
def run_alerts(now: Now = None, as_json: AsJson = False) -> None:
    """Plan the alerts that the change log calls for."""
    call("run", what="alerts", until_done=False, now=now, as_json=as_json)


@run.command("digests")
def run_digests(now: Now = None, as_json: AsJson = False) -> None:
    """Plan the digests that are due."""
    call("run", what="digests", until_done=False, now=now, as_json=as_json)


@run.command("renewals")
def run_renewals(now: Now = None, as_json: AsJson = False) -> None:
    """Ask whose consent is nearly over, remind them, and let go who did not answer."""
    call("run", what="renewals", until_done=False, now=now, as_json=as_json)


UntilDone = Annotated[bool, typer.Option("--until-done", help="Go on, waiting, until no delivery is open.")]


@run.command("delivery")
def run_delivery(until_done: UntilDone = False, now: Now = None, as_json: AsJson = False) -> None:
    """Send every delivery that is due."""
    call("run", what="delivery", until_done=until_done, now=now, as_json=as_json)


@run.command("all")
def run_all(until_done: UntilDone = False, now: Now = None, as_json: AsJson = False) -> None:
    """Publish what is due, plan alerts, digests and renewals, and send."""
    call("run", what="all", until_done=until_done, now=now, as_json=as_json)


@app.command()
def hold(reason: Annotated[str, typer.Argument(help="Why, for whoever looks next.")]) -> None:
    """Stop all sending until it is released; survives restarts."""
    call("sending", action="hold", reason=reason)


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
    call("sending", action="release", resend=resend)


@app.command()
def status(as_json: AsJson = False) -> None:
    """How every mailing stands: its audience is the sum of its states."""
    call("sending", action="status", as_json=as_json)


@app.command()
def migrate() -> None:
    """Bring the database's tables up to this version."""
    call("migrate")


@app.command()
def check(as_json: AsJson = False) -> None:
    """Try the settings, the city file, the database and the mail server."""
    call("check", as_json=as_json)


@app.command()
def backup(
    path: Annotated[Path, typer.Argument(help="The file to write, or a folder for it. No file is overwritten.")],
    as_json: AsJson = False,
) -> None:
    """Make a backup in one file, while the service runs: database, pictures and files; no secrets."""
    call("backup", action="backup", path=path, as_json=as_json)


@app.command()
def restore(
    path: Annotated[Path, typer.Argument(help="The file of a backup.")],
    replace: Annotated[bool, typer.Option("--replace", help="Put it in the place of what is here.")] = False,
    as_json: AsJson = False,
) -> None:
    """Restore a backup. Sending is held afterwards, and it is said what would be sent."""
    call("backup", action="restore", path=path, replace=replace, as_json=as_json)


@dkim.command("keygen")
def dkim_keygen(
    selector: Annotated[str, typer.Argument(help="The key's name in DNS, for example the year.")],
    algorithm: Annotated[Literal["rsa", "ed25519"], typer.Option(help="RSA of 2048 bits, or Ed25519.")] = "rsa",
    folder: Annotated[Path, typer.Option(help="Where to write SELECTOR.pem.")] = Path(),
    as_json: AsJson = False,
) -> None:
    """Make a key that mails are signed with, and print the DNS record to publish."""
    call("dkim", selector=selector, algorithm=algorithm, folder=folder, as_json=as_json)
