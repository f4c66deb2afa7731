"""`ampsd status`: which configuration a running daemon has, and whether the files say something else."""

import json
import sys

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


def _print(found: Json) -> None:
    click.echo(f"{found['path']}, taken over {found['since']}")
    click.echo(f"digest {found['digest']}")
    if found["is_drifted"]:
        click.echo("the files hold something else now: `ampsd reload --dry-run` says what that would do")
    for line in found["pending"]:
        click.echo(f"waits for a restart: {line}")
    last = found["last_reload"]
    if last is not None:
        click.echo(f"latest reload: {last['outcome']} {last['time']}, asked by {last['actor']}: {last['summary']}")
        for line in last["reasons"]:
            click.echo(f"  {line}")
