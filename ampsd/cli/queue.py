"""`ampsd queue`: queues and their messages, and what can be done with them."""

import json
import sys
from collections.abc import Callable
from typing import Any

import click

from ampsd.cli.admin_client import AdminClient, Json, admin_option, message_path, table
from ampsd.cli.bulk import Choice, carry_out
from ampsd.engine.operators import QUEUE_VERBS, VERBS

Option = Callable[[Callable[..., None]], Callable[..., None]]
_COUNTS = ("depth", "available", "delayed", "leased", "retry_wait", "suspended", "exceeded", "consumers")


@click.group("queue")
def command() -> None:
    """Look at the queues of a running daemon, and act on their messages."""


@command.command("list")
@admin_option
def list_queues(admin: str, as_json: bool) -> None:
    """Every queue, and how many messages stand where."""
    queues = AdminClient(admin).get("/queues")["queues"]
    if as_json:
        click.echo(json.dumps(queues, indent=2))
        return
    rows = [
        (f"{one['message_type']}:{one['name']}", *(str(one[count]) for count in _COUNTS), _paused(one))
        for one in queues
    ]
    table(rows, ("QUEUE", *(count.replace("_", " ").upper() for count in _COUNTS), "PAUSED"))


@command.command("messages")
@admin_option
@click.argument("queue")
@click.option("--state", help="In this state, such as suspended.")
@click.option("--filter", "content", help="Whose bodies match this expression.")
@click.option("-n", "number", default=50, show_default=True, help="How many, the oldest; 0 for all.")
def messages(admin: str, as_json: bool, queue: str, state: str | None, content: str | None, number: int) -> None:
    """The messages of QUEUE, oldest first. Nothing is leased or removed."""
    client = AdminClient(admin)
    path = f"{client.queue_path(queue)}/messages"
    found: list[Json] = []
    for one in client.pages(path, "messages", "after", state=state, filter=content, limit=min(number, 1000) or 1000):
        found.append(one)
        if number and len(found) == number:
            break
    if as_json:
        for one in found:
            click.echo(json.dumps(one))
        return
    rows = [
        (one["bookmark"], one["state"], str(one["attempts"]), one["client"] or "", str(one["size"]), _remarks(one))
        for one in found
    ]
    table(rows, ("MESSAGE", "STATE", "ATTEMPTS", "CLIENT", "SIZE", ""))


@command.command("body")
@admin_option
@click.argument("bookmark")
def body(admin: str, as_json: bool, bookmark: str) -> None:
    """Write the bytes of the message with BOOKMARK to standard output, as they were published."""
    sys.stdout.buffer.write(AdminClient(admin).get_bytes(f"{message_path(bookmark)}/body"))


def _choosing(function: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option("--all", "is_all", is_flag=True, help="Every message in the queue."),
        click.option("--state", help="Messages in this state."),
        click.option("--filter", "content", help="Messages whose bodies match this expression."),
        click.option("--actor", help="Who asks, for the audit; without it, where the request comes from."),
        click.argument("bookmarks", nargs=-1, metavar="[BOOKMARK]..."),
        click.argument("queue"),
    ):
        function = option(function)
    return admin_option(function)


def _make(verb: str, *options: Option) -> None:
    def run(
        admin: str,
        as_json: bool,
        queue: str,
        bookmarks: tuple[str, ...],
        content: str | None,
        state: str | None,
        is_all: bool,
        actor: str | None,
        **parameters: Any,
    ) -> None:
        choice = Choice(bookmarks, content, state, is_all)
        client = AdminClient(admin)
        path = client.queue_path(queue)
        given = {name: value for name, value in {"actor": actor, **parameters}.items() if value is not None}
        if not carry_out(client, path, verb, choice.of(client, path), given, None, as_json):
            sys.exit(1)

    run.__doc__ = VERBS[verb] + " Exit code 1: a message was refused."
    function: Callable[..., None] = _choosing(run)
    for option in options:
        function = option(function)
    command.command(verb)(function)


for _verb in ("skip", "suspend", "resume", "extend", "expire", "reprocess"):
    _make(_verb)
_make("terminate", click.option("--redeliver/--no-redeliver", default=True, help="Offer the messages again, or not."))
_make(
    "status",
    click.option("--status", required=True, help="The word."),
    click.option("--reason", help="Why."),
)
_make("reset", click.option("--attempts", type=int, help="How many deliveries count as done, 0 to 100."))
_make(
    "reroute",
    click.option("--topic", required=True, help="Where to."),
    click.option("--correlation-id", help="Instead of the message's own."),
    click.option("--expiration", help="Lifetime of the new message, such as 10m."),
)


def _make_for_queue(verb: str, *options: Option) -> None:
    def run(admin: str, as_json: bool, queue: str, **parameters: Any) -> None:
        client = AdminClient(admin)
        given = {name: value for name, value in parameters.items() if value is not None}
        answer = client.post(f"{client.queue_path(queue)}/{verb}", given)
        click.echo(json.dumps(answer) if as_json else answer["items"][0]["outcome"])

    run.__doc__ = VERBS[verb]
    function: Callable[..., None] = admin_option(run)
    shared: tuple[Option, ...] = (click.option("--actor", help="Who asks, for the audit."), click.argument("queue"))
    for option in (*shared, *options):
        function = option(function)
    command.command(verb)(function)


_make_for_queue("pause", click.option("--for", "pause_for", help="How long, such as 10m; without it until unpause."))
_make_for_queue("unpause")
assert set(QUEUE_VERBS) == {"pause", "unpause"}, "every verb has its command"


def _name(queue: Json) -> str:
    return f"{queue['message_type']}:{queue['name']}"


def _paused(queue: Json) -> str:
    return f"until {queue['paused_until'] or 'unpause'}" if queue["is_paused"] else ""


def _remarks(message: Json) -> str:
    remarks = [f"due {message['due']}"] if message["due"] else []
    remarks += [f"to be skipped, says {message['skip_by']}"] if message["skip_by"] else []
    remarks += [f"to be suspended, says {message['suspend_by']}"] if message["suspend_by"] else []
    return ", ".join([*remarks, *(["stuck"] if message["is_stuck"] else [])])
