"""AC292: a topic of the transaction log that is recorded anyway."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.config.placed import Placed
from ampsd.definitions.transaction_log import LoggedTopicDefinition
from ampsd.expressions.regex import Regex, compile_regex, is_regex
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject


class LogTopicShadowed(Rule):
    """A Topic of the TransactionLog is covered by one before it.

    An earlier Topic of the same message type has the same name or a regular expression that matches this one, so this
    one adds nothing. That does no harm, but who removes it later may think that recording stops (User Guide,
    Transaction Log). Topics of different message types are different topics and never cover each other.
    """

    severity = "info"
    failing = (
        "<TransactionLog><JournalDirectory>./journal</JournalDirectory>"
        "<Topic><Name>.*</Name><MessageType>json</MessageType></Topic>"
        "<Topic><Name>orders</Name><MessageType>json</MessageType></Topic></TransactionLog>"
    )
    passing = (
        "<TransactionLog><JournalDirectory>./journal</JournalDirectory>"
        "<Topic><Name>.*</Name><MessageType>json</MessageType></Topic>"
        "<Topic><Name>orders</Name><MessageType>fix</MessageType></Topic></TransactionLog>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every Topic of the TransactionLog, against those before it."""
        earlier = _Recorded()
        for topic in subject.all_of(LoggedTopicDefinition):
            covering = earlier.covering(topic.definition)
            if covering is None:
                earlier.add(topic)
                continue
            yield self.finding(
                topic.span("name"),
                f"topic {topic.definition.name!r} is recorded already by {covering.definition.name!r}"
                f" in line {covering.span('name').line}",
                "Remove this Topic, or make the earlier one narrower.",
            )


class _Recorded:
    """Topics of the TransactionLog that were seen, none of them covered by another."""

    def __init__(self) -> None:
        self._named: dict[tuple[str, str], Placed[LoggedTopicDefinition]] = {}
        self._patterns: list[tuple[Regex, Placed[LoggedTopicDefinition]]] = []

    def add(self, topic: Placed[LoggedTopicDefinition]) -> None:
        definition = topic.definition
        self._named[definition.message_type, definition.name] = topic
        if is_regex(definition.name):
            self._patterns.append((compile_regex(definition.name.encode()), topic))

    def covering(self, topic: LoggedTopicDefinition) -> Placed[LoggedTopicDefinition] | None:
        """What records all of the topic, as far as that can be told: of two regular expressions it hardly can."""
        for name in (topic.name, ".*"):
            if (topic.message_type, name) in self._named:
                return self._named[topic.message_type, name]
        if is_regex(topic.name):
            return None
        text = topic.name.encode("utf-8", "surrogateescape")
        fitting = (one for regex, one in self._patterns if regex.search(text))
        return next((one for one in fitting if one.definition.message_type == topic.message_type), None)
