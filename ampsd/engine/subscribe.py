"""subscribe and unsubscribe (User Guide, Publish and Subscribe; Message Queues, Subscription Backlog)."""

from ampsd import limits
from ampsd.engine.client import Client
from ampsd.engine.subscription import Subscription
from ampsd.expressions.compile import Filter, compile_filter
from ampsd.expressions.lexer import ExpressionError
from ampsd.expressions.regex import Regex, compile_regex, is_regex
from ampsd.wire import options
from ampsd.wire.command import (
    BAD_FILTER,
    BAD_REGEX_TOPIC,
    INVALID_OPTIONS,
    INVALID_TOPIC,
    NO_TOPIC,
    NOT_SUPPORTED,
    SUB_ID_IN_USE,
    Command,
)

_RUNNING = {"none", "replace", "timestamp", "bookmark", "max_backlog", "non_regex_topic", "no_sowkey", "send_keys"}
_KNOWN = {
    *("oof", "no_empties", "select", "conflation", "conflation_key", "projection", "grouping", "top_n", "skip_n"),
    *("live", "fully_durable", "rate", "rate_max_gap", "pause", "resume", "bookmark_not_found"),
}


class RefusedError(Exception):
    """A command cannot be carried out; the text is the reason on the wire, `detail` says more in the log."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.detail = detail


def subscribe(client: Client, command: Command, sub_id: bytes) -> Subscription:
    """Enter a subscription. Raises RefusedError; then nothing has changed."""
    wanted = _options(command)
    if command.topic is None:
        raise RefusedError(NO_TOPIC)
    if command.bookmark is not None:
        raise RefusedError(NOT_SUPPORTED)
    if len(command.topic) > limits.TOPIC_LENGTH_MAX:
        raise RefusedError(INVALID_TOPIC)
    old = client.subscriptions.get(sub_id)
    if old is not None and "replace" not in wanted:
        raise RefusedError(SUB_ID_IN_USE)
    if old is None and len(client.subscriptions) >= limits.SUBSCRIPTIONS_PER_CLIENT_MAX:
        raise RefusedError(NOT_SUPPORTED)
    new = Subscription(
        client,
        sub_id,
        command.topic,
        _pattern(command.topic, "non_regex_topic" in wanted),
        filter_of(command.filter, client),
        _backlog(wanted.get("max_backlog")),
        "timestamp" in wanted,
        "bookmark" in wanted,
        command.options or b"",
    )
    if old is not None:
        _replace(client, old, new)
        return old
    _join(client, new)
    return new


def unsubscribe(client: Client, sub_ids: bytes) -> list[Subscription]:
    """Remove one subscription, a comma list of them, or `all`; unknown ids are ignored. Returns those removed."""
    named = [one.strip() for one in sub_ids.split(b",")]
    removed: list[Subscription] = []
    for sub_id in list(client.subscriptions) if sub_ids == b"all" else named:
        subscription = client.subscriptions.pop(sub_id, None)
        if subscription is not None:
            _leave(client, subscription)
            removed.append(subscription)
    return removed


def backlog_text(subscription: Subscription) -> bytes | None:
    """What the ack of a queue subscription says of its backlog; None where no queue matched."""
    return b"max_backlog=%d" % subscription.backlog_max if subscription.queues else None


def _options(command: Command) -> dict[str, str]:
    try:
        wanted = options.split(command.options) if command.options else {}
    except options.OptionsError as error:
        raise RefusedError(INVALID_OPTIONS, str(error)) from error
    if not wanted.keys() <= _RUNNING:
        raise RefusedError(NOT_SUPPORTED if wanted.keys() <= _RUNNING | _KNOWN else INVALID_OPTIONS)
    return wanted


def _backlog(text: str | None) -> int:
    try:
        return 1 if text is None else min(options.whole_number(text), limits.BACKLOG_MAX)
    except options.OptionsError as error:
        raise RefusedError(INVALID_OPTIONS) from error


def _pattern(topic: bytes, is_literal: bool) -> Regex | None:
    if is_literal or not is_regex(topic.decode("utf-8", "surrogateescape")):
        return None
    try:
        return compile_regex(topic)
    except ValueError as error:
        raise RefusedError(BAD_REGEX_TOPIC, str(error)) from error


def filter_of(text: bytes | None, client: Client) -> Filter | None:
    """The content filter of a command, None where it has none. Raises RefusedError."""
    if text is None:
        return None
    if not client.routes.message_type.is_read:
        raise RefusedError(BAD_FILTER, f"bodies of message type {client.routes.message_type.name} have no fields")
    try:
        return compile_filter(text.decode("utf-8", "surrogateescape"))
    except ExpressionError as error:
        raise RefusedError(BAD_FILTER, str(error)) from error


def _join(client: Client, subscription: Subscription) -> None:
    client.subscriptions[subscription.sub_id] = subscription
    _consume(client, subscription)


def _consume(client: Client, subscription: Subscription) -> None:
    subscription.queues = client.routes.queues_matching(subscription)
    subscription.limit()
    for queue in subscription.queues:
        queue.subscribe(subscription)
        queue.is_dirty = True
    client.routes.add(subscription)


def _leave(client: Client, subscription: Subscription) -> None:
    client.routes.remove(subscription)
    for queue in subscription.queues:
        queue.unsubscribe(subscription)
    for queue in subscription.former_queues:
        queue.lose_leases_of(subscription)


def _replace(client: Client, old: Subscription, new: Subscription) -> None:
    """Change a subscription in place: leases and the count of unacknowledged messages stay (Replacing Queue
    Subscriptions). The object stays too, because leases name it."""
    client.routes.remove(old)
    for queue in old.queues:
        queue.unsubscribe(old, keeps_leases=True)
        if queue not in old.former_queues:
            old.former_queues.append(queue)
    old.topic, old.pattern, old.filter = new.topic, new.pattern, new.filter
    old.backlog_wanted = new.backlog_wanted
    old.options = new.options
    old.wants_timestamp, old.wants_bookmark = new.wants_timestamp, new.wants_bookmark
    _consume(client, old)
