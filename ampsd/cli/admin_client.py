"""Talking to a running daemon over its admin interface, for the commands that do so."""

import json
import os
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import click

PREFIX = "/ampsd/v1"
DEFAULT = "http://127.0.0.1:8085"
ENVIRONMENT = "AMPSD_ADMIN"
TIMEOUT_SECONDS = 40.0

Json = dict[str, Any]
"""What the interface sends: its form is in `ampsd.admin.models`."""


class Refused(click.ClickException):
    """The daemon says no, or does not answer."""


class Unreachable(Refused):
    """No daemon answers, or not in time."""


def admin_option(function: Callable[..., None]) -> Callable[..., None]:
    """The options of every command that talks to a daemon."""
    function = click.option("--json", "as_json", is_flag=True, help="Print JSON.")(function)
    return click.option(
        "--admin",
        default=lambda: os.environ.get(ENVIRONMENT, DEFAULT),
        metavar="URL",
        help=f"The daemon's Admin address; without it ${ENVIRONMENT}, or {DEFAULT}.",
    )(function)


class AdminClient:
    """One daemon's resources."""

    def __init__(self, address: str, timeout: float = TIMEOUT_SECONDS) -> None:
        self._timeout = timeout
        address = address.rstrip("/")
        if "://" not in address:
            address = f"http://{address}"
        if not address.startswith(("http://", "https://")):
            raise Refused(f"{address} is not an address: write http://HOST:PORT")
        self._base = address.removesuffix(PREFIX) + PREFIX

    def get(self, path: str, **query: object) -> Json:
        """A resource."""
        given = {name: value for name, value in query.items() if value is not None}
        return self._ask(urllib.request.Request(self._url(path, given)))  # noqa: S310 - http and https only, see above

    def get_bytes(self, path: str) -> bytes:
        """A body."""
        return self._open(urllib.request.Request(self._url(path, {})))  # noqa: S310 - http and https only, see above

    def post(self, path: str, body: Json) -> Json:
        """Have something done."""
        return self._ask(
            urllib.request.Request(  # noqa: S310 - http and https only, see above
                self._url(path, {}), json.dumps(body).encode(), {"Content-Type": "application/json"}, method="POST"
            )
        )

    def pages(self, path: str, items: str, cursor: str, **query: object) -> Iterator[Json]:
        """The items of all pages."""
        while True:
            page = self.get(path, **query)
            yield from page[items]
            if page["next"] is None:
                return
            query[cursor] = page["next"]

    def queue_path(self, name: str) -> str:
        """The path of a queue that is named with its message type or, where that is clear, without."""
        if ":" in name:
            message_type, _, bare = name.partition(":")
            return f"/queues/{_quoted(message_type)}/{_quoted(bare)}"
        queues = self.get("/queues")["queues"]
        found = [one for one in queues if one["name"] == name]
        if len(found) == 1:
            return f"/queues/{_quoted(found[0]['message_type'])}/{_quoted(name)}"
        known = ", ".join(f"{one['message_type']}:{one['name']}" for one in found or queues) or "none"
        what = "several queues have that name" if found else f"there is no queue {name}"
        raise Refused(f"{what}; the queues are: {known}")

    def _url(self, path: str, query: Json) -> str:
        return f"{self._base}{path}{'?' + urllib.parse.urlencode(query) if query else ''}"

    def _ask(self, request: urllib.request.Request) -> Json:
        found: Json = json.loads(self._open(request))
        return found

    def _open(self, request: urllib.request.Request) -> bytes:
        try:
            with urllib.request.urlopen(request, timeout=self._timeout) as response:  # noqa: S310 - as above
                data: bytes = response.read()
                return data
        except urllib.error.HTTPError as error:
            raise Refused(_problem(error)) from error
        except (urllib.error.URLError, TimeoutError, OSError) as error:
            reason = getattr(error, "reason", error)
            if isinstance(reason, TimeoutError):
                raise Unreachable(
                    f"{self._base} has not answered within {self._timeout:g} s, and may still do it"
                ) from error
            raise Unreachable(
                f"no daemon answers at {self._base}: {reason}. Does its configuration have <Admin><InetAddr>, and is it"
                f" running? Name the address with --admin or ${ENVIRONMENT}."
            ) from error


def message_path(bookmark: str) -> str:
    """The path of a message."""
    return f"/messages/{_quoted(bookmark)}"


def table(rows: Sequence[tuple[str, ...]], heads: tuple[str, ...]) -> None:
    """Print rows under their heads."""
    widths = [max(len(row[at]) for row in (heads, *rows)) for at in range(len(heads))]
    for row in (heads, *rows):
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def progress(total: int | None, what: str) -> "Progress":
    """A bar on a terminal, nothing elsewhere."""
    return Progress(total, what)


class Progress:
    """Tells how far long work is, on standard error; a context manager."""

    def __init__(self, total: int | None, what: str) -> None:
        self._total = total
        self._what = what
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> "Progress":
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import Progress as Bar

            self._bar = Bar(console=Console(stderr=True))
            self._bar.start()
            self._task = self._bar.add_task(self._what, total=self._total)
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def advance(self, number: int) -> None:
        """So many more are done."""
        if self._bar is not None:
            self._bar.advance(self._task, number)


def _quoted(text: str) -> str:
    return urllib.parse.quote(text, safe="")


def _problem(error: urllib.error.HTTPError) -> str:
    try:
        problem = json.loads(error.read())
        return f"{problem['error']}. {problem['remedy']}".rstrip(" .") + "."
    except (ValueError, KeyError, TypeError):
        return f"the daemon answers {error.code} {error.reason}"
