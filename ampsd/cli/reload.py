"""`ampsd reload`: let a running daemon take over its configuration from its files."""

import json
import os
import signal
import sys

import click

from ampsd.cli.admin_client import AdminClient, Json, admin_option

_EXIT_REFUSED = 1


@click.command("reload")
@admin_option
@click.option("--force", is_flag=True, help="Remove queues that still hold messages, too.")
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@click.option(
    "--pid", type=int, metavar="PID", help="Send SIGHUP to this process instead; its log says what comes of it."
)
def command(admin: str, as_json: bool, force: bool, dry_run: bool, pid: int | None) -> None:
    """Take over the configuration from its files: wholly, or not at all. Connections stay.

    Exit code 0: it is live, or there was nothing to do; 1: it is refused, and everything stays as it was; 2: it is live
    but for what needs a restart, which is listed.
    """
    if pid is not None:
        if force or dry_run:
            raise click.UsageError("a signal says neither --force nor --dry-run: use the Admin address")
        _signal(pid)
        return
    found = AdminClient(admin).post("/configuration/reload", {"force": force, "dry_run": dry_run, "actor": _actor()})
    if as_json:
        click.echo(json.dumps(found, indent=2))
    else:
        _print(found)
    if found["outcome"] == "refused":
        sys.exit(_EXIT_REFUSED)
    sys.exit(2 if found["pending"] else 0)


def _signal(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGHUP)
    except OSError as error:
        raise click.ClickException(f"process {pid}: {error.strerror}") from error


def _actor() -> str:
    return f"{os.environ.get('SUDO_USER') or os.environ.get('USER') or os.getuid()}@ampsd reload"


def _print(found: Json) -> None:
    for line in found["changes"]:
        click.echo(line)
    for line in found["reasons"]:
        click.echo(line, err=True)
    for line in found["pending"]:
        click.echo(f"waits for a restart: {line}", err=True)
    click.echo(f"{found['outcome']}: {found['summary']}", err=found["outcome"] == "refused")
