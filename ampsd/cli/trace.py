"""`ampsd trace BOOKMARK`: the whole story of one message."""

import json

import click

from ampsd.cli.admin_client import AdminClient, admin_option, message_path
from ampsd.cli.events import tell


@click.command("trace")
@admin_option
@click.argument("bookmark")
def command(admin: str, as_json: bool, bookmark: str) -> None:
    """Print everything that happened to a message, and to those it was made of or that were made of it, in order."""
    story = AdminClient(admin).get(message_path(bookmark))
    if as_json:
        click.echo(json.dumps(story, indent=2))
        return
    for relative in story["family"]:
        mark = "*" if relative["bookmark"] == story["bookmark"] else " "
        made = f"  {relative['cause']} of {relative['parent']}" if relative["parent"] else ""
        click.echo(f"{mark} {relative['bookmark']}  {relative['topic']}{made}")
    click.echo()
    for event in story["timeline"]:
        tell(event, as_json=False)
    for where in story["queues"]:
        outcome = f", {where['outcome']}" if where["outcome"] else ""
        numeric = "" if where["numeric"] is None else f" ({where['numeric']} {where['numeric_name']}{outcome})"
        click.echo(
            f"\n{where['queue']}: {where['state']}{numeric}, attempts {where['attempts']}, cancels {where['cancels']}"
        )
        for session in where["sessions"]:
            times = f"{session['started']} to {session['ended'] or 'now'}"
            by = "" if session["client"] in session["label"] else f" by {session['client']}"
            click.echo(f"  session {session['number']}  {session['label']}{by}  {times}  {session['status']}")
            for line in session["log"]:
                click.echo(f"    {line}")
