"""AC208: settings of a queue that AMPS does not take together."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.definitions.queues import QueueDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject

_PAIRS = (
    ("priority", "Priority", "barrier_expression", "BarrierExpression"),
    ("target_queue_depth", "TargetQueueDepth", "priority", "Priority"),
    ("target_queue_depth", "TargetQueueDepth", "barrier_expression", "BarrierExpression"),
)


class ExclusiveSettings(Rule):
    """A queue has two settings that cannot be used together.

    Priority, BarrierExpression and TargetQueueDepth exclude each other (User Guide, Message Queues).
    """

    severity = "error"
    failing = (
        "<SOW><Queue><Name>Jobs</Name><MessageType>json</MessageType><Priority>/urgency</Priority>"
        "<BarrierExpression>/last = 1</BarrierExpression></Queue></SOW>"
    )
    passing = "<SOW><Queue><Name>Jobs</Name><MessageType>json</MessageType><Priority>/urgency</Priority></Queue></SOW>"

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every queue with one of the pairs."""
        for queue in subject.all_of(QueueDefinition):
            for one, one_name, other, other_name in _PAIRS:
                if queue.is_set(one) and queue.is_set(other):
                    yield self.finding(
                        queue.span(),
                        f"queue {queue.definition.name!r} has both {one_name} and {other_name},"
                        " which exclude each other",
                        f"Remove {one_name} or {other_name}.",
                    )
