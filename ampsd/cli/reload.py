"""`ampsd reload`: let a running daemon take over its configuration from its files."""

import json
import os
import signal
import sys
import time
from pathlib import Path

import click
import msgspec

from ampsd.cli.admin_client import AdminClient, Json, admin_option

_EXIT_REFUSED = 1
_LOOK_SECONDS = 0.05


@click.command("reload")
@admin_option
@click.option("--force", is_flag=True, help="Remove queues that still hold messages, too.")
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@click.option(
    "--pid",
    type=int,
    metavar="PID",
    help="Send SIGHUP to this process, and wait; for a service without an Admin address.",
)
@click.option("--timeout", default=300.0, metavar="SECONDS", help="How long to wait for it.", show_default=True)
def command(admin: str, as_json: bool, force: bool, dry_run: bool, pid: int | None, timeout: float) -> None:
    """Take over the configuration from its files: wholly, or not at all. Connections stay.

    Exit code 0: it is live, or there was nothing to do; 1: it is refused, and everything stays as it was; 2: it is live
    but for what needs a restart, which is listed (with --pid 0, for a service manager takes all else for a failure).
    """
    if pid is not None:
        if force or dry_run:
            raise click.UsageError("a signal says neither --force nor --dry-run: use the Admin address")
        found = _signalled(pid, timeout)
        if found is None:
            click.echo("asked; the log of the daemon says what comes of it", err=True)
            return
    else:
        asked = {"force": force, "dry_run": dry_run, "actor": _actor()}
        found = AdminClient(admin, timeout).post("/configuration/reload", asked)
    if as_json:
        click.echo(json.dumps(found, indent=2))
    else:
        _print(found)
    if found["outcome"] == "refused":
        sys.exit(_EXIT_REFUSED)
    sys.exit(2 if found["pending"] and pid is None else 0)


def _signalled(pid: int, timeout: float) -> Json | None:
    """What came of it; None where the process has no place to say so."""
    from ampsd.server.reload_record import read

    path = _record_of(pid)
    before = None if path is None else read(path)
    try:
        os.kill(pid, signal.SIGHUP)
    except OSError as error:
        raise click.ClickException(f"process {pid}: {error.strerror}") from error
    if path is None or before is None or before.pid != pid:
        return None
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        record = read(path)
        if record is not None and record.pid == pid and record.number > before.number:
            found: Json = msgspec.to_builtins(record.reload)
            return found
        time.sleep(_LOOK_SECONDS)
    raise click.ClickException(f"process {pid} has not reloaded within {timeout:g} s; its log may say why")


def _record_of(pid: int) -> Path | None:
    """Where a service says what came of its reloads: it has the same directory as commands of its unit."""
    from ampsd.server.reload_record import record_path

    try:
        environment = Path(f"/proc/{pid}/environ").read_bytes().decode("utf-8", "surrogateescape")
    except OSError:
        return record_path(os.environ)
    return record_path(dict(line.partition("=")[::2] for line in environment.split("\0")))


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
