"""`ampsd events`: what happened to messages."""

import json
import time

import click

from ampsd.cli.admin_client import AdminClient, Json, admin_option

_FOLLOW_SECONDS = 0.5
_PAGE = 1000


@click.command("events")
@admin_option
@click.option("--queue", help="Of this queue: MESSAGE-TYPE:NAME.")
@click.option("--topic", help="Of messages of this topic, or of the queue of that name.")
@click.option("--status", help="Such as Started, Completed, Failed, or 'Terminated - Redelivering'.")
@click.option("--client", help="Done by this client or operator.")
@click.option("--message", metavar="BOOKMARK", help="Of this message.")
@click.option("--since", help="Not before: a time such as 2026-11-21T10:00:00Z, or an interval ago, such as 10m.")
@click.option("--until", help="Not after.")
@click.option("-n", "number", default=50, show_default=True, help="How many, the newest; 0 for all.")
@click.option("--follow", is_flag=True, help="Then print new ones as they come.")
def command(admin: str, as_json: bool, number: int, follow: bool, **wanted: str | None) -> None:
    """Print what happened to messages, oldest first."""
    client = AdminClient(admin)
    found: list[Json] = []
    for event in client.pages("/events", "events", "before", limit=min(number, _PAGE) or _PAGE, **wanted):
        found.append(event)
        if number and len(found) == number:
            break
    for event in reversed(found):
        tell(event, as_json)
    last = found[0]["number"] if found else 0
    while follow:
        time.sleep(_FOLLOW_SECONDS)
        newer: list[Json] = []
        for event in client.pages("/events", "events", "before", limit=_PAGE, **wanted):
            if event["number"] <= last:
                break
            newer.append(event)
        for event in reversed(newer):
            tell(event, as_json)
            last = event["number"]


def tell(event: Json, as_json: bool, indent: str = "") -> None:
    """One event as a line."""
    if as_json:
        click.echo(json.dumps(event))
        return
    words = [event["time"], event["queue"], event["message"], event["status"]]
    if event["status"] == "Started":
        words.append(f"(attempt {event['attempt']})")
    if event["client"]:
        words.append(f"by {'operator ' if event['is_by_operator'] else ''}{event['client']}")
    if event["reason"]:
        words.append(f"because of {event['reason']}")
    if event["other"]:
        words.append(f"-> {event['other']}" if event["status"] != "Received" else f"made of {event['other']}")
    click.echo(indent + "  ".join(words))
