"""`ampsd dlq`: dead letters, and sending them back to where they came from."""

import json
import sys

import click

from ampsd.cli.admin_client import AdminClient, Json, admin_option, message_path
from ampsd.cli.bulk import Choice, carry_out


@click.group("dlq")
def command() -> None:
    """Look at dead letters and send them back to where they came from."""


@command.command("list")
@admin_option
@click.argument("queue")
@click.option("--filter", "content", help="Letters whose bodies match this expression.")
@click.option("-n", "number", default=50, show_default=True, help="How many, the oldest; 0 for all.")
def list_letters(admin: str, as_json: bool, queue: str, content: str | None, number: int) -> None:
    """The dead letters in QUEUE: what each was made of, and why that ended."""
    client = AdminClient(admin)
    path = f"{client.queue_path(queue)}/messages"
    for at, message in enumerate(
        client.pages(path, "messages", "after", filter=content, limit=min(number, 1000) or 1000)
    ):
        if number and at == number:
            return
        letter = _letter(client, message)
        if as_json:
            click.echo(json.dumps(letter))
        elif letter["parent"] is None:
            click.echo(f"{letter['bookmark']}  {letter['state']}  no dead letter")
        else:
            redriven = f", redriven {letter['redrives']} times before" if letter["redrives"] else ""
            click.echo(
                f"{letter['bookmark']}  {letter['state']}  of {letter['parent']} on {letter['topic']}: "
                f"{letter['reason']}{redriven}"
            )


@command.command("redrive")
@admin_option
@click.argument("queue")
@click.argument("bookmarks", nargs=-1, metavar="[BOOKMARK]...")
@click.option("--all", "is_all", is_flag=True, help="Every dead letter in the queue.")
@click.option("--filter", "content", help="Letters whose bodies match this expression.")
@click.option("--rate", type=click.FloatRange(min=0.1), help="How many a second at most.")
@click.option("--most", type=click.IntRange(min=1), help="Refuse what was redriven as often; 3 without it.")
@click.option("--actor", help="Who asks, for the audit.")
def redrive(
    admin: str,
    as_json: bool,
    queue: str,
    bookmarks: tuple[str, ...],
    is_all: bool,
    content: str | None,
    rate: float | None,
    most: int | None,
    actor: str | None,
) -> None:
    """Publish what became a dead letter in QUEUE where it came from, and take the letter out of the queue.

    Both are one step of the log: a crash loses none and doubles none. Exit code 1: a letter was refused.
    """
    choice = Choice(bookmarks, content, None, is_all)
    client = AdminClient(admin)
    path = client.queue_path(queue)
    given = {name: value for name, value in (("most", most), ("actor", actor)) if value is not None}
    if not carry_out(client, path, "redrive", choice.of(client, path), given, rate, as_json):
        sys.exit(1)


def _letter(client: AdminClient, message: Json) -> Json:
    """What is known of a dead letter beside its place in the queue."""
    story = client.get(message_path(message["bookmark"]))
    family = {one["bookmark"]: one for one in story["family"]}
    own = family[message["bookmark"]]
    parent = family.get(own["parent"]) if own["cause"] == "Dead-Lettered" else None
    reasons = [
        event["reason"]
        for event in story["timeline"]
        if event["message"] == own["parent"] and event["outcome"] is not None and event["reason"]
    ]
    return {
        "bookmark": message["bookmark"],
        "state": message["state"],
        "parent": None if parent is None else parent["bookmark"],
        "topic": None if parent is None else parent["topic"],
        "reason": reasons[-1] if reasons else "",
        "redrives": sum(one["cause"] == "Redriven" for one in story["family"]),
    }
