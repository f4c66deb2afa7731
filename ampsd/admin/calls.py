"""A request to the admin interface and what can come of it, and the declaration of a resource."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec

from ampsd import units
from ampsd.admin.models import Problem
from ampsd.engine.operators import Answer, Request
from ampsd.expressions.compile import Filter, compile_filter
from ampsd.expressions.lexer import ExpressionError
from ampsd.reactor import ActionRequested

PREFIX = "/ampsd/v1"
AMPS_PREFIX = "/amps/administrator"
"""Where AMPS has what administrators may ask for."""
PAGE_MAX = 1000
LOOKED_AT_MAX = 10_000
"""Messages that one request with a filter or a state looks at; then it answers what it has found by then."""


class Refusal(Exception):  # noqa: N818 - named for what happened
    """The request cannot be answered: the HTTP status and what is told."""

    def __init__(self, status: int, error: str, remedy: str = "") -> None:
        super().__init__(error)
        self.status = status
        self.problem = Problem(error, remedy)


class Body:
    """An answer of bytes as they are."""

    __slots__ = ("data", "file_name")

    def __init__(self, data: bytes, file_name: str) -> None:
        self.data = data
        self.file_name = file_name


class InWorker:
    """An answer that must be waited for elsewhere; `then` goes on with it, back where the engine is."""

    __slots__ = ("run", "then")

    def __init__(self, run: Callable[[], Any], then: "Callable[[Any], Result]") -> None:
        self.run = run
        self.then = then


class Submit:
    """A request for the engine, and what its answer becomes."""

    __slots__ = ("answered", "request")

    def __init__(
        self, request: Callable[[Callable[[Answer], None]], Request], answered: Callable[[Answer], msgspec.Struct]
    ) -> None:
        self.request = request
        self.answered = answered


class Post:
    """An input for the reactor, and the answer, which does not wait for what comes of it."""

    __slots__ = ("answer", "posted")

    def __init__(self, posted: ActionRequested, answer: msgspec.Struct) -> None:
        self.posted = posted
        self.answer = answer


class Await:
    """An answer that the server's other parts give, some time later."""

    __slots__ = ("answer",)

    def __init__(self, answer: Callable[[], Awaitable[msgspec.Struct]]) -> None:
        self.answer = answer


Result = msgspec.Struct | Body | InWorker | Submit | Post | Await


class Call:
    """One request: the variable parts of the path, the query, the body, and who asks."""

    __slots__ = ("body", "path", "peer", "query", "request_id")

    def __init__(
        self, path: Mapping[str, str], query: Mapping[str, str], body: msgspec.Struct | None, peer: str, request_id: str
    ) -> None:
        self.path = path
        self.query = query
        self.body = body
        self.peer = peer
        self.request_id = request_id


class Parameter:
    """A parameter of a query."""

    __slots__ = ("doc", "kind", "name")

    def __init__(self, name: str, kind: str, doc: str) -> None:
        self.name = name
        self.kind = kind
        self.doc = doc


class Resource:
    """A path, what can be done with it, and the types of what goes in and out."""

    __slots__ = ("answer", "body", "body_if_empty", "handler", "method", "path", "query", "summary")

    def __init__(
        self,
        method: str,
        path: str,
        summary: str,
        handler: Callable[[Call], Result],
        answer: type[msgspec.Struct] | None,
        query: tuple[Parameter, ...] | None = (),
        body: type[msgspec.Struct] | None = None,
        prefix: str = PREFIX,
    ) -> None:
        """`query` is None where any parameter may be given. A `body` without fields may be left out."""
        self.method = method
        self.path = prefix + path
        self.summary = summary
        self.handler = handler
        self.answer = answer
        self.query = query
        self.body = body
        self.body_if_empty = b"{}" if body is not None and not body.__struct_fields__ else b""


def number_of(call: Call, name: str, default: int) -> int:
    """A number of the query. Raises Refusal."""
    text = call.query.get(name)
    if text is None:
        return default
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise Refusal(400, f"{name}={text!r} is not a number", "Write digits.")
    return int(text)


def interval_of(text: str, name: str) -> int:
    """An interval in nanoseconds. Raises Refusal."""
    try:
        return units.interval_ns(text)
    except ValueError as error:
        raise Refusal(400, f"{name}: {error}", "Write a number with a unit, such as 10m.") from error


def filter_of(text: str | None) -> Filter | None:
    """A content filter; None for none. Raises Refusal."""
    if text is None:
        return None
    try:
        return compile_filter(text)
    except ExpressionError as error:
        raise Refusal(400, f"the filter cannot be read: {error}", "Write an expression such as /id = 5.") from error
