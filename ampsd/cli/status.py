"""`ampsd status`: which configuration a running daemon has, and whether the files say something else."""

import json
import sys
from datetime import UTC, datetime, timedelta

import click

from ampsd.cli.admin_client import AdminClient, Json, admin_option


@click.command("status")
@admin_option
def command(admin: str, as_json: bool) -> None:
    """Which configuration runs, since when, what waits for a restart, and what the latest reload said.

    Exit code 0: the files say what runs; 3: they say something else, or something waits for a restart.
    """
    found = AdminClient(admin).get("/configuration")
    if as_json:
        click.echo(json.dumps(found, indent=2))
    else:
        _print(found)
    sys.exit(3 if found["is_drifted"] or found["pending"] else 0)


def _age(time: str) -> str:
    """How long ago a time was, to the second."""
    age = datetime.now(UTC) - datetime.fromisoformat(time)
    return str(timedelta(seconds=max(0, int(age.total_seconds()))))


def _print(found: Json) -> None:
    click.echo(f"{found['path']}, taken over {found['since']}, {_age(found['since'])} ago")
    click.echo(f"digest {found['digest']}")
    click.echo(f"files  {found['files_digest']}")
    if found["is_drifted"]:
        click.echo(f"now    {found['files_digest_now']}")
        click.echo("the files hold something else now: `ampsd reload --dry-run` says what that would do")
    for line in found["pending"]:
        click.echo(f"waits for a restart: {line}")
    last = found["last_reload"]
    if last is not None:
        click.echo(f"latest reload: {last['outcome']} {last['time']}, asked by {last['actor']}: {last['summary']}")
        for line in last["reasons"]:
            click.echo(f"  {line}")
