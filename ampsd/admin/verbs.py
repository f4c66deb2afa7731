"""The verbs of operators as requests: which messages, with what, and what became of them."""

from collections.abc import Callable, Mapping, Sequence

from ampsd import limits
from ampsd.admin.calls import LOOKED_AT_MAX, Call, InWorker, Refusal, Result, Submit, filter_of, interval_of
from ampsd.admin.models import Asked, Done, ItemResult
from ampsd.admin.queries import EventQueries
from ampsd.engine.browse import fields_of
from ampsd.engine.operators import DONE, QUEUE_VERBS, Answer, Left, Operators, Request
from ampsd.engine.queue import Queue
from ampsd.storage.tellings import Item

_CHILD_VERBS = ("reprocess", "reroute", "redrive")


class Verbs:
    """Makes requests for the engine of what was asked."""

    def __init__(self, operators: Operators, queries: EventQueries | None) -> None:
        self._operators = operators
        self._queries = queries

    def carrier(self, verb: str, named: Callable[[Call], Queue]) -> Callable[[Call], Result]:
        """The handler of a verb."""

        def carry_out(call: Call) -> Result:
            asked = call.body
            assert isinstance(asked, Asked)
            queue = named(call)
            if verb in QUEUE_VERBS:
                return self._submit(verb, queue, asked, call, [], {})
            bookmarks, more = self._selected(queue, asked)
            kept, lacking = self._queries, self._operators.lacks(queue, bookmarks)
            if kept is None or not lacking:
                return self._submit(verb, queue, asked, call, bookmarks, {}, more)
            return InWorker(
                lambda: {one: kept.left(one, queue.key.decode()) for one in lacking},
                lambda left: self._submit(verb, queue, asked, call, bookmarks, left, more),
            )

        return carry_out

    def _selected(self, queue: Queue, asked: Asked) -> tuple[list[str], bool]:
        """The messages a request names, and whether there are more than it may."""
        most = limits.OPERATOR_ITEMS_MAX
        if (asked.filter is None) == (not asked.messages):
            raise Refusal(400, "a verb needs messages or a filter", 'Write {"messages": ["PUBLISHER|SEQUENCE|"]}.')
        if asked.filter is None:
            if len(asked.messages) > most:
                raise Refusal(413, f"{len(asked.messages)} messages are more than {most}", "Send several requests.")
            return list(dict.fromkeys(asked.messages)), False
        content = filter_of(asked.filter)
        found: list[str] = []
        for looked_at, serial in enumerate(queue.entries.serials()):
            if looked_at == LOOKED_AT_MAX:
                return found, True
            if fields_of(queue, serial, content) is not None:
                if len(found) == most:
                    return found, True
                found.append(queue.bookmark_of(serial).decode())
        return found, False

    def _submit(
        self,
        verb: str,
        queue: Queue,
        asked: Asked,
        call: Call,
        bookmarks: Sequence[str],
        left: Mapping[str, Left | None],
        more: bool = False,
    ) -> Submit:
        parameters = self._parameters(verb, asked)
        name = asked.request or call.request_id
        known = {one: found for one, found in left.items() if found is not None}

        def request(reply: Callable[[Answer], None]) -> Request:
            return Request(
                name, asked.actor or call.peer, verb, queue.key.decode(), bookmarks, reply, parameters, known
            )

        def answered(answer: Answer) -> Done:
            items = [_result(verb, one) for one in answer.items]
            return Done(name, answer.is_again, items, more)

        return Submit(request, answered)

    def _parameters(self, verb: str, asked: Asked) -> dict[str, object]:
        """What the verb needs beside the messages. Raises Refusal."""
        if verb == "reroute":
            if not asked.topic:
                raise Refusal(400, "reroute needs a topic", 'Write {"topic": "..."}.')
            lives_ns = None if asked.expiration is None else interval_of(asked.expiration, "expiration")
            return {"topic": asked.topic, "correlation_id": asked.correlation_id, "expiration_ns": lives_ns}
        if verb == "terminate":
            return {"redeliver": asked.redeliver}
        if verb == "reset":
            return {"attempts": asked.attempts}
        if verb == "status":
            return {"status": asked.status, "reason": asked.reason}
        if verb == "redrive":
            return {} if asked.most is None else {"most": asked.most}
        if verb == "pause" and asked.pause_for is not None:
            return {"for_ns": interval_of(asked.pause_for, "pause_for")}
        return {}


def _result(verb: str, item: Item) -> ItemResult:
    if verb in _CHILD_VERBS and item.outcome == DONE:
        return ItemResult(item.what, item.outcome, "", item.reason or None)
    return ItemResult(item.what, item.outcome, item.reason)
