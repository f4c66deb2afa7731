"""AC223: a queue whose name looks like a regular expression."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.definitions.queues import QueueDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject

PATTERN_ONLY = "^$|*+?()[]{}\\"
"""Characters of regular expressions that hardly anyone puts into a topic's name."""


class PatternAsName(Rule):
    """The name of a queue has characters of regular expressions, but is taken literally.

    A queue has one name. Regular expressions belong into UnderlyingTopic (User Guide, Message Queues).
    """

    severity = "warning"
    failing = "<SOW><Queue><Name>^Jobs</Name><MessageType>json</MessageType></Queue></SOW>"
    passing = (
        "<SOW><Queue><Name>Jobs</Name><UnderlyingTopic>^work-</UnderlyingTopic>"
        "<DefaultPublishTarget>work-1</DefaultPublishTarget><MessageType>json</MessageType></Queue></SOW>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every queue's name."""
        for queue in subject.all_of(QueueDefinition):
            name = queue.definition.name
            if any(one in name for one in PATTERN_ONLY):
                yield self.finding(
                    queue.span("name"),
                    f"the queue name {name!r} looks like a regular expression, but is taken literally",
                    "Choose a plain name; a regular expression belongs into UnderlyingTopic.",
                )
