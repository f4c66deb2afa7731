"""Which topics a TransactionLog records, and which of them a queue needs."""

from collections.abc import Sequence

from ampsd.definitions.queues import QueueDefinition
from ampsd.definitions.transaction_log import LoggedTopicDefinition
from ampsd.expressions.regex import Regex, compile_regex, is_regex


class RecordedTopics:
    """The topics of a TransactionLog, as it lists them in `listed`; none where there is no log."""

    __slots__ = ("_names", "_patterns", "listed")

    def __init__(self, listed: Sequence[LoggedTopicDefinition] = ()) -> None:
        self.listed = tuple(listed)
        self._names = frozenset((one.message_type, one.name) for one in listed if not is_regex(one.name))
        self._patterns: dict[str, list[Regex]] = {}
        for one in listed:
            if is_regex(one.name):
                self._patterns.setdefault(one.message_type, []).append(compile_regex(one.name.encode()))

    def has(self, topic: str, message_type: str) -> bool:
        """Whether one of them records the topic with that message type."""
        if (message_type, topic) in self._names:
            return True
        subject = topic.encode("utf-8", "surrogateescape")
        return any(pattern.search(subject) for pattern in self._patterns.get(message_type, ()))


def matches(pattern: str, topic: str) -> bool:
    """Whether a topic is the name, or matches the regular expression, `pattern`; exactly what the engine does."""
    if not is_regex(pattern):
        return pattern == topic
    return compile_regex(pattern.encode()).search(topic.encode("utf-8", "surrogateescape"))


def journal_topic(queue: QueueDefinition) -> str | None:
    """The topic that must be recorded for a queue; None when its regular expression names none."""
    return queue.default_publish_target if queue.underlying_is_regex else queue.underlying
