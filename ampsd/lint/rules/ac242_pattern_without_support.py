"""AC242."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.declare import TOPIC_OR_REGEX, Definition
from ampsd.definitions.instance import InstanceDefinition
from ampsd.expressions.regex import is_regex
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject


class PatternWithoutSupport(Rule):
    """Regular expressions are used as topics, but RegexTopicSupport is off.

    They are then names like others, and match nothing (User Guide, Instance-Level Configuration).
    """

    severity = "warning"
    failing = (
        "<RegexTopicSupport>false</RegexTopicSupport><TransactionLog><JournalDirectory>j</JournalDirectory>"
        "<Topic><Name>^orders</Name><MessageType>json</MessageType></Topic></TransactionLog>"
    )
    passing = (
        "<RegexTopicSupport>true</RegexTopicSupport><TransactionLog><JournalDirectory>j</JournalDirectory>"
        "<Topic><Name>^orders</Name><MessageType>json</MessageType></Topic></TransactionLog>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every topic that is a regular expression."""
        if all(one.definition.regex_topic_support for one in subject.all_of(InstanceDefinition)):
            return
        for placed in subject.all_of(Definition):
            for option in placed.definition.declared:
                value = getattr(placed.definition, option.attribute)
                if option.kind is TOPIC_OR_REGEX and isinstance(value, str) and is_regex(value):
                    yield self.finding(
                        placed.span(option.attribute),
                        f"{value!r} is a regular expression, but RegexTopicSupport is off",
                        "Name the topic, or remove RegexTopicSupport.",
                    )
