"""AC213: a filter that cannot be judged."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.definitions.queues import QueueDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject
from ampsd.lint.type_modules import TypeModules


class OpaqueFilter(Rule):
    """A queue has a Filter for a message type whose bodies cannot be read.

    Nothing is read of a binary message, so no filter can be applied to it (User Guide, Message Types).
    """

    severity = "error"
    failing = "<SOW><Queue><Name>Jobs</Name><MessageType>binary</MessageType><Filter>/kind = 1</Filter></Queue></SOW>"
    passing = "<SOW><Queue><Name>Jobs</Name><MessageType>json</MessageType><Filter>/kind = 1</Filter></Queue></SOW>"

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every queue with a Filter."""
        modules = TypeModules(subject)
        for queue in subject.all_of(QueueDefinition):
            definition = queue.definition
            if definition.filter is not None and modules.of(definition.message_type) == "binary":
                yield self.finding(
                    queue.span("filter"),
                    f"queue {definition.name!r} has a Filter, but bodies of type {definition.message_type!r}"
                    " are never read",
                    "Remove the Filter, or use a message type that has fields.",
                )
