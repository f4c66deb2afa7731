"""`ampsd trace`: the whole story of one message, or what actions did."""

import json

import click

from ampsd.actions.module import short_name
from ampsd.cli.admin_client import AdminClient, Json, admin_option, message_path, table
from ampsd.cli.events import tell


@click.command("trace")
@admin_option
@click.argument("what", required=False, metavar="[BOOKMARK|FIRING]")
@click.option("--action", help="Firings of this action only, such as 'action 2'.")
@click.option("--failed", is_flag=True, help="Firings that failed only.")
@click.option("--counts", is_flag=True, help="How often each action ran and failed since the start.")
@click.option("-n", "number", default=20, show_default=True, type=click.IntRange(1, 1000), help="How many firings.")
def command(
    admin: str, as_json: bool, what: str | None, action: str | None, failed: bool, counts: bool, number: int
) -> None:
    """Print what happened.

    With a BOOKMARK: everything that happened to that message, and to those it was made of or that were made of it, in
    order. With the number of a FIRING: that run of an action, with the variables before and after each step. Without
    either: the latest firings.
    """
    client = AdminClient(admin)
    if counts:
        _counts(client, as_json)
    elif what is None:
        _firings(client, as_json, action, failed, number)
    elif what.isdigit():
        _firing(client, as_json, what)
    else:
        _story(client, as_json, what)


def _counts(client: AdminClient, as_json: bool) -> None:
    found = client.get("/actions")
    if as_json:
        click.echo(json.dumps(found, indent=2))
        return
    rows = [
        (
            one["name"],
            ", ".join(short_name(name) for name in one["on"]),
            str(one["fired"]),
            str(one["failed"]),
            one["last_fired"] or "never",
            one["last_reason"],
        )
        for one in found["actions"]
    ]
    table(rows, ("ACTION", "ON", "FIRED", "FAILED", "LAST", "LAST FAILURE"))


def _firings(client: AdminClient, as_json: bool, action: str | None, failed: bool, number: int) -> None:
    found = client.get("/firings", action=action, outcome="failed" if failed else None, limit=number)["firings"]
    if as_json:
        click.echo(json.dumps(found, indent=2))
        return
    rows = [
        (
            str(one["number"]),
            one["started"],
            one["action"],
            one["event"],
            one["message"],
            one["outcome"],
            f"{one['milliseconds']:.3f} ms",
            one["reason"],
        )
        for one in reversed(found)
    ]
    table(rows, ("FIRING", "STARTED", "ACTION", "EVENT", "MESSAGE", "OUTCOME", "TOOK", "REASON"))


def _firing(client: AdminClient, as_json: bool, number: str) -> None:
    found = client.get(f"/firings/{number}")
    if as_json:
        click.echo(json.dumps(found, indent=2))
        return
    about = f" about {found['message']}" if found["message"] else ""
    click.echo(f"firing {found['number']} of {found['action']}, set off by {found['event']}{about}")
    click.echo(f"{found['started']}  {found['outcome']} after {found['milliseconds']:.3f} ms")
    if found["reason"]:
        click.echo(f"because {found['reason']}")
    for name, value in found["variables"].items():
        click.echo(f"  {name} = {json.dumps(value, ensure_ascii=False)}")
    for step in found["steps"]:
        click.echo(
            f"step {step['step']}  {short_name(step['module'])}  {step['outcome']}  {step['milliseconds']:.3f} ms"
        )
        for name, value in step["set"].items():
            click.echo(f"  {name} = {json.dumps(value, ensure_ascii=False)}")


def _story(client: AdminClient, as_json: bool, bookmark: str) -> None:
    story = client.get(message_path(bookmark))
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
        _where(where)


def _where(where: Json) -> None:
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
