"""AC283: names for the copies of many topics."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.definitions.conflated_topics import ConflatedTopicDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.sow_entries import SowEntries
from ampsd.lint.subject import Subject

_NAME = "%n"
_OF_REGEXES = ".^$|*+?()[]{}\\"


class TopicFormat(Rule):
    """A conflated topic over a topic with a Pattern does not say what its copies are called.

    Each of the topics in the source is copied to a topic of its own. TopicFormat makes their names: it must hold `%n`,
    for the name of the topic that is copied, and none of the characters of regular expressions, the dot among them
    (User Guide, Conflated Topics).
    """

    severity = "error"
    failing = (
        "<SOW><Topic><Name>all</Name><Pattern>^/orders/</Pattern><MessageType>json</MessageType><Key>/id</Key>"
        "<FileName>%n.sow</FileName></Topic><ConflatedTopic><Name>slow</Name><MessageType>json</MessageType>"
        "<UnderlyingTopic>all</UnderlyingTopic></ConflatedTopic></SOW>"
    )
    passing = (
        "<SOW><Topic><Name>all</Name><Pattern>^/orders/</Pattern><MessageType>json</MessageType><Key>/id</Key>"
        "<FileName>%n.sow</FileName></Topic><ConflatedTopic><Name>slow</Name><MessageType>json</MessageType>"
        "<UnderlyingTopic>all</UnderlyingTopic><TopicFormat>%n-C</TopicFormat></ConflatedTopic></SOW>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every conflated topic over a topic with a Pattern."""
        entries = SowEntries(subject)
        for topic in subject.all_of(ConflatedTopicDefinition):
            definition = topic.definition
            source = entries.find(definition.message_type, definition.underlying_topic)
            sentence = _fault(definition) if source is not None and source.pattern is not None else ""
            if sentence:
                yield self.finding(
                    topic.span("topic_format"),
                    f"conflated topic {definition.name!r}: {sentence}",
                    "Write a TopicFormat such as %n-C.",
                )


def _fault(definition: ConflatedTopicDefinition) -> str:
    given = definition.topic_format
    if given is None:
        return f"its source {definition.underlying_topic!r} has a Pattern, so it needs a TopicFormat"
    if _NAME not in given:
        return f"the TopicFormat {given!r} lacks {_NAME}, so all copies would have one name"
    wrong = [one for one in _OF_REGEXES if one in given]
    return f"the TopicFormat {given!r} holds {wrong[0]!r}, a character of regular expressions" if wrong else ""
