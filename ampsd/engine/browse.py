"""Looking into a queue without taking anything: the sow command, and messages that a filter names.

User Guide, Message Queues, Querying Queues as a View; Command Reference, sow. Shown is what could be delivered now: not
what is leased, waits for its time, is on hold, or is beyond TargetQueueDepth.
"""

from collections.abc import Iterator

from ampsd import limits
from ampsd.engine.client import Client
from ampsd.engine.entries import AVAILABLE, LEASED, WAITING
from ampsd.engine.outbox import Outbox
from ampsd.engine.queue import Queue
from ampsd.engine.subscribe import RefusedError, filter_of
from ampsd.expressions.compile import Expression, Filter, compile_expression
from ampsd.expressions.lexer import ExpressionError
from ampsd.message_types.message_type import BodyError, Fields, Value
from ampsd.wire import amps, options
from ampsd.wire.command import (
    BAD_FILTER,
    COMPLETED,
    INVALID_OPTIONS,
    NO_TOPIC,
    NOT_SUPPORTED,
    PROCESSED,
    STATS,
    Command,
)

_BATCH_SIZE_MAX = 10_000
_RUNNING = {"none", "skip_n", "timestamp", "no_sowkey", "non_regex_topic"}


class Query:
    """A sow command that can be carried out; `content` stands for its filter. Raises RefusedError otherwise."""

    def __init__(self, client: Client, command: Command, content: Filter | None = None) -> None:
        self._client = client
        self._query_id = command.query_id or command.command_id or b""
        if command.topic is None:
            raise RefusedError(NO_TOPIC)
        queue = client.routes.queue(command.topic)
        if queue is None:
            raise RefusedError(NOT_SUPPORTED, "only queues can be queried in this version")
        if command.sow_keys is not None:
            raise RefusedError(NOT_SUPPORTED, "messages of a queue have no keys")
        self._queue = queue
        self._filter = content or filter_of(command.filter, client)
        try:
            wanted = options.split(command.options) if command.options else {}
            self._skip = options.whole_number(wanted.get("skip_n", "0"))
            self._most = None if command.top_n is None else _number(command.top_n)
            self._batch_size = min(max(_number(command.batch_size or b"1"), 1), _BATCH_SIZE_MAX)
        except options.OptionsError as error:
            raise RefusedError(INVALID_OPTIONS, str(error)) from error
        if not wanted.keys() <= _RUNNING:
            raise RefusedError(NOT_SUPPORTED, "an option that does not run yet")
        self._wants_timestamp = "timestamp" in wanted
        self._order = _order_of(command.order_by)
        self._command = command

    def answer(self, outbox: Outbox) -> None:
        """Send the group between its acks; clients drop what follows `completed`."""
        self._ack(outbox, PROCESSED, b"processed")
        query = amps.escape(self._query_id)
        outbox.send(self._client, amps.frame(b'{"c":"group_begin","query_id":"%b"}' % query))
        serials = self._serials()
        end = None if self._most is None else self._skip + self._most
        wanted = serials[self._skip : end]
        batch: list[bytes] = []
        number, had_x = 0, False
        for serial in wanted:
            record, has_x = self._record(serial)
            if number and (number == self._batch_size or has_x is not had_x):
                outbox.send(self._client, self._frame(batch, number))
                batch, number = [], 0
            batch.append(record)
            number += 1
            had_x = has_x
        if number:
            outbox.send(self._client, self._frame(batch, number))
        outbox.send(self._client, amps.frame(b'{"c":"group_end","query_id":"%b"}' % query))
        self._ack(outbox, COMPLETED, b"completed")
        matches = len(serials)
        counts = ((b"topic_matches", matches), (b"matches", matches), (b"records_returned", len(wanted)))
        self._ack(outbox, STATS, b"stats", counts)

    def first(self) -> bytes | None:
        """The first message; None when there is none."""
        serials = self._serials()[self._skip :]
        return self._queue.message_of(serials[0])[0] if serials else None

    def _ack(self, outbox: Outbox, bit: int, kind: bytes, numbers: tuple[tuple[bytes, int], ...] = ()) -> None:
        if self._command.acks & bit:
            fields = ((b"query_id", self._query_id),)
            outbox.send(
                self._client, amps.ack(kind, command_id=self._command.command_id, fields=fields, numbers=numbers)
            )

    def _serials(self) -> list[int]:
        found: list[tuple[int, Fields | None]] = []
        for serial in self._queue.entries.available():
            fields = fields_of(self._queue, serial, self._filter) if self._filter or self._order else None
            if self._filter is None or fields is not None:
                found.append((serial, fields))
        for expression, is_descending in reversed(self._order):
            found.sort(key=lambda pair: _sort_key(expression, pair[1]), reverse=is_descending)
        return [serial for serial, _ in found]

    def _record(self, serial: int) -> tuple[bytes, bool]:
        """A message with the header of its own; and whether it has a correlation id.

        Clients keep fields of the record before that a record lacks, so those with and without one are kept apart.
        """
        data, correlation_id = self._queue.message_of(serial)
        extra = b"" if correlation_id is None else b',"x":"%b"' % amps.escape(correlation_id)
        header = b'{"bm":"%b"%b,"l":%d}' % (self._queue.bookmark_of(serial), extra, len(data))
        return header + data, correlation_id is not None

    def _frame(self, batch: list[bytes], number: int) -> bytes:
        time = b',"ts":"%b"' % self._queue.around.turn.timestamp if self._wants_timestamp else b""
        names = (amps.escape(self._query_id), amps.escape(self._queue.name), time, number)
        return amps.frame(b'{"c":"sow","query_id":"%b","t":"%b"%b,"bs":%d}' % names, b"".join(batch))


def fields_of(queue: Queue, serial: int, content: Filter | None) -> Fields | None:
    """The fields of a message that passes; None where it does not, or cannot be read."""
    data, environment = queue.handout.look(serial, content is not None and content.asks_environment)
    try:
        fields = queue.type.fields(data)
    except BodyError:
        return None
    return fields if content is None or content.matches(fields, environment) else None


def named_by(queue: Queue, content: Filter) -> Iterator[int]:
    """Serials of the messages that a filter names, leased ones included, in the order of arrival."""
    entries = queue.entries
    for serial in entries.serials():
        if serial >= entries.active_end:
            return
        if entries.state(serial) in (AVAILABLE, LEASED, WAITING) and fields_of(queue, serial, content) is not None:
            yield serial


def _order_of(text: bytes | None) -> list[tuple[Expression, bool]]:
    """`/path [ASC|DESC], ...`: what to sort by, the most important first. Raises RefusedError."""
    found: list[tuple[Expression, bool]] = []
    for part in (text or b"").decode("utf-8", "surrogateescape").split(","):
        words = part.split()
        if not words:
            continue
        direction = words[-1].upper() if len(words) > 1 else "ASC"
        if direction not in ("ASC", "DESC") or len(words) > 2 or len(found) >= limits.ORDER_BY_MAX:
            raise RefusedError(INVALID_OPTIONS, f"{part.strip()!r} is not a field with ASC or DESC")
        try:
            found.append((compile_expression(words[0]), direction == "DESC"))
        except ExpressionError as error:
            raise RefusedError(BAD_FILTER, str(error)) from error
    return found


def _number(text: bytes) -> int:
    return options.whole_number(text.decode("ascii", "replace"))


def _sort_key(expression: Expression, fields: Fields | None) -> tuple[int, float, bytes]:
    """Nothing first, then numbers, then texts."""
    value: Value = None if fields is None else expression.value(fields)
    if value is None or value != value:
        return 0, 0.0, b""
    return (2, 0.0, bytes(value)) if isinstance(value, bytes) else (1, float(value), b"")
