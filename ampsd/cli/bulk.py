"""A verb for many messages: chosen page by page, asked for in pieces, with a result for each."""

import json
import secrets
import time
from collections import Counter
from collections.abc import Iterator, Sequence

import click

from ampsd.cli.admin_client import AdminClient, Json, progress

_PIECE = 200


class Choice:
    """Which messages of a queue: bookmarks, or those that match; without either none."""

    def __init__(self, bookmarks: Sequence[str], content: str | None, state: str | None, is_all: bool) -> None:
        if not bookmarks and content is None and state is None and not is_all:
            raise click.UsageError("name messages by BOOKMARK, or choose them with --filter, --state or --all")
        if bookmarks and (content is not None or state is not None or is_all):
            raise click.UsageError(
                "name messages by BOOKMARK, or choose them with --filter, --state or --all; not both"
            )
        self._bookmarks = bookmarks
        self._content = content
        self._state = state

    def of(self, client: AdminClient, queue: str) -> list[str]:
        """Their bookmarks."""
        if self._bookmarks:
            return [one if one.endswith("|") else f"{one}|" for one in self._bookmarks]
        query = {"filter": self._content, "state": self._state, "limit": 1000}
        found: list[str] = []
        with progress(None, "choosing") as bar:
            for message in client.pages(f"{queue}/messages", "messages", "after", **query):
                found.append(message["bookmark"])
                bar.advance(1)
        return found


def carry_out(
    client: AdminClient, queue: str, verb: str, bookmarks: Sequence[str], body: Json, rate: float | None, as_json: bool
) -> bool:
    """Ask for all of it; prints what became of it. Returns whether nothing was refused."""
    name = secrets.token_hex(8)
    piece = _PIECE if rate is None else max(1, min(_PIECE, round(rate / 10)))
    outcomes: Counter[str] = Counter()
    with progress(len(bookmarks), verb) as bar:
        for number, part in enumerate(_pieces(bookmarks, piece)):
            started = time.monotonic()
            answer = client.post(f"{queue}/{verb}", {**body, "messages": part, "request": f"{name}-{number}"})
            for item in answer["items"]:
                outcomes[item["outcome"]] += 1
                _tell(item, as_json)
            bar.advance(len(part))
            if rate is not None:
                time.sleep(max(0.0, len(part) / rate - (time.monotonic() - started)))
    if not as_json:
        click.echo(", ".join(f"{number} {outcome}" for outcome, number in outcomes.items()) or "no message is chosen")
    return not outcomes["refused"]


def _tell(item: Json, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(item))
    elif item["outcome"] != "done":
        click.echo(f"{item['message']} {item['outcome']}: {item['reason']}".rstrip(": "))
    elif item["child"] is not None:
        click.echo(f"{item['message']} -> {item['child']}")


def _pieces(bookmarks: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(bookmarks), size):
        yield bookmarks[start : start + size]
