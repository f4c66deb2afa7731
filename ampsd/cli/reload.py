"""`ampsd reload`: let a running daemon take over its configuration from its files."""

import json
import os
import signal
import sys
import time
from pathlib import Path

import click
import msgspec

from ampsd.cli.admin_client import AdminClient, Json, Unreachable, admin_option

_EXIT_REFUSED, _EXIT_PENDING, _EXIT_UNKNOWN = 1, 3, 4
_LOOK_SECONDS = 0.05


class Unknown(click.ClickException):
    """What came of it cannot be told."""

    exit_code = _EXIT_UNKNOWN


@click.command("reload")
@admin_option
@click.option("--force", is_flag=True, help="Remove queues that still hold messages, too.")
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@click.option(
    "--pid",
    type=click.IntRange(min=1),
    metavar="PID",
    help="Send SIGHUP to this process, and wait; for a service without an Admin address.",
)
@click.option("--timeout", default=300.0, metavar="SECONDS", help="How long to wait for it.", show_default=True)
def command(admin: str, as_json: bool, force: bool, dry_run: bool, pid: int | None, timeout: float) -> None:
    """Take over the configuration from its files: wholly, or not at all. Connections stay.

    Exit code 0: it is live, or there was nothing to do; 1: it is refused, and everything stays as it was; 3: it is live
    but for what needs a restart, which is listed (with --pid 0, for a service manager takes all else for a failure);
    4: nobody answers, or not in time.
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
        try:
            found = AdminClient(admin, timeout).post("/configuration/reload", asked)
        except Unreachable as error:
            raise Unknown(error.message) from error
    if as_json:
        click.echo(json.dumps(found, indent=2))
    else:
        _print(found)
    if found["outcome"] == "refused":
        sys.exit(_EXIT_REFUSED)
    sys.exit(_EXIT_PENDING if found["pending"] and pid is None else 0)


def _signalled(pid: int, timeout: float) -> Json | None:
    """What came of it; None where the process has no place to say so."""
    from ampsd.server.reload_record import Record, read

    if not _takes_hangups(pid):
        raise click.ClickException(f"process {pid} does not take SIGHUP, which would end it: it is no daemon of ampsd")
    path = _record_of(pid)
    before = None if path is None else read(path)
    if before is None or before.pid != pid:
        before = Record(pid)  # it is still starting
    elif not before.hangup:
        raise click.ClickException(
            f"an action of process {pid} takes SIGHUP and does not reload: use the Admin address"
        )
    try:
        os.kill(pid, signal.SIGHUP)
    except OSError as error:
        raise click.ClickException(f"process {pid}: {error.strerror}") from error
    if path is None:
        return None
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        record = read(path)
        if record is not None and record.pid == pid and record.finished > before.begun:
            last = record.reload
            if last is not None and last.actor in (before.hangup, record.hangup):
                found: Json = msgspec.to_builtins(last)
                return found
        time.sleep(_LOOK_SECONDS)
    raise Unknown(f"process {pid} has not reloaded within {timeout:g} s; its log may say why")


def _takes_hangups(pid: int) -> bool:
    """Whether the process has a handler for SIGHUP, as far as the system tells."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return True
    caught = next((line.split()[1] for line in status.splitlines() if line.startswith("SigCgt:")), "")
    return not caught or bool(int(caught, 16) >> (signal.SIGHUP - 1) & 1)


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
