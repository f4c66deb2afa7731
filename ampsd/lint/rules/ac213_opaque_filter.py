"""AC213: a filter that cannot be judged."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.definitions.queues import QueueDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject
from ampsd.message_types import registry
from ampsd.message_types.opaque import Opaque


class OpaqueFilter(Rule):
    """A queue has a Filter for a message type whose bodies cannot be read.

    AMPS cannot filter binary messages. This version of ampsd reads json bodies only, so a filter for another type
    cannot be applied (User Guide, Message Types).
    """

    severity = "error"
    failing = "<SOW><Queue><Name>Jobs</Name><MessageType>binary</MessageType><Filter>/kind = 1</Filter></Queue></SOW>"
    passing = "<SOW><Queue><Name>Jobs</Name><MessageType>json</MessageType><Filter>/kind = 1</Filter></Queue></SOW>"

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every queue with a Filter."""
        for queue in subject.all_of(QueueDefinition):
            definition = queue.definition
            if definition.filter is not None and isinstance(registry.find(definition.message_type), Opaque):
                yield self.finding(
                    queue.span("filter"),
                    f"queue {definition.name!r} has a Filter, but bodies of type {definition.message_type!r}"
                    " cannot be read in this version",
                    "Remove the Filter, or use message type json.",
                )
