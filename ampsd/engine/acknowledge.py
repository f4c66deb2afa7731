"""sow_delete on a queue: acknowledge, cancel or expire messages by bookmark or by filter.

User Guide, Message Queues, Acknowledging Messages.
."""

from ampsd import limits
from ampsd.engine.browse import named_by
from ampsd.engine.client import Client
from ampsd.engine.entries import LEASED
from ampsd.engine.queue import Queue
from ampsd.engine.subscribe import RefusedError, filter_of
from ampsd.wire import options
from ampsd.wire.command import (
    INVALID_OPTIONS,
    INVALID_TOPIC,
    NO_FILTER_OR_BOOKMARK,
    NO_TOPIC,
    NOT_SUPPORTED,
    ONE_SELECTOR,
    Command,
)

AFTER = "ampsd_after"
"""Option with an interval: the message is offered again after it, and this delivery does not count. AMPS has none."""
_ENDINGS = frozenset(("cancel", "expire", AFTER))


class Outcome:
    """What a sow_delete did: why it failed, or how many messages it named and how many it removed or returned."""

    __slots__ = ("deleted", "named", "reason")

    def __init__(self, reason: str | None, named: int = 0, deleted: int = 0) -> None:
        self.reason = reason
        self.named = named
        self.deleted = deleted


def acknowledge(client: Client, command: Command) -> Outcome:
    """Carry out a sow_delete. Unknown bookmarks, and those the client may not end, count as processed."""
    if command.topic is None:
        return Outcome(NO_TOPIC)
    selectors = [command.filter, command.sow_keys, command.bookmark, command.body or None]
    given = sum(one is not None for one in selectors)
    if given > 1:
        return Outcome(ONE_SELECTOR)
    if given == 0:
        return Outcome(NO_FILTER_OR_BOOKMARK)
    queue = client.routes.queue(command.topic)
    if queue is None:
        return Outcome(INVALID_TOPIC)
    if command.bookmark is None and command.filter is None:
        return Outcome(NOT_SUPPORTED)
    try:
        wanted = options.split(command.options) if command.options else {}
    except options.OptionsError:
        return Outcome(INVALID_OPTIONS)
    if wanted.keys() - _ENDINGS - {"none"} or len(wanted.keys() & _ENDINGS) > 1:
        return Outcome(INVALID_OPTIONS)
    if command.bookmark is None:
        return _by_filter(queue, client, command, wanted)
    bookmarks = command.bookmark.split(b",")
    if b" " in command.bookmark:
        bookmarks = [one.strip() for one in bookmarks]
    if "cancel" in wanted:
        deleted = sum(queue.cancel(bookmark, client) for bookmark in bookmarks)
    elif AFTER in wanted:
        try:
            wait_ns = min(options.interval_ns(wanted[AFTER]), limits.LIFETIME_MAX_NS)
        except options.OptionsError:
            return Outcome(INVALID_OPTIONS)
        deleted = sum(queue.hand_back(bookmark, client, wait_ns) for bookmark in bookmarks)
    elif "expire" in wanted:
        deleted = sum(queue.expire(bookmark, client) for bookmark in bookmarks)
    else:
        deleted = queue.acknowledge(bookmarks, client)
    return Outcome(None, len(bookmarks), deleted)


def _by_filter(queue: Queue, client: Client, command: Command, wanted: dict[str, str]) -> Outcome:
    """What a filter names, whoever holds it, as far as Leasing allows."""
    try:
        content = filter_of(command.filter, client)
    except RefusedError as error:
        return Outcome(str(error))
    assert content is not None, "one of the selectors is given, and it is not the bookmark"
    serials = list(named_by(queue, content))
    leased = [queue.bookmark_of(serial) for serial in serials if queue.entries.state(serial) == LEASED]
    if "cancel" in wanted:
        deleted = sum(queue.cancel(bookmark, client) for bookmark in leased)
    elif "expire" in wanted:
        deleted = sum(queue.expire(queue.bookmark_of(serial), client) for serial in serials)
    else:
        waiting = [serial for serial in serials if queue.entries.state(serial) != LEASED]
        deleted = queue.acknowledge(leased, client) + sum(queue.complete(serial, client) for serial in waiting)
    return Outcome(None, len(serials), deleted)
