"""AC285: settings of leases on a queue that has none."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.definitions.queues import QueueDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject

_OF_LEASES = ("lease_period_ns", "max_deliveries", "max_cancels", "leasing")


class LeaseWithoutEffect(Rule):
    """A queue that delivers at most once has settings about leases.

    With Semantics at-most-once a message leaves the queue when it is sent. There is no lease that could end, nothing
    is delivered again and nothing can be cancelled, so LeasePeriod, MaxDeliveries, MaxCancels and Leasing change
    nothing (User Guide, Message Queues). Remove them, or use at-least-once if failed messages must come again.
    """

    severity = "warning"
    failing = (
        "<SOW><Queue><Name>Ticks</Name><MessageType>json</MessageType><Semantics>at-most-once</Semantics>"
        "<MaxDeliveries>3</MaxDeliveries></Queue></SOW>"
    )
    passing = (
        "<SOW><Queue><Name>Ticks</Name><MessageType>json</MessageType><Semantics>at-least-once</Semantics>"
        "<MaxDeliveries>3</MaxDeliveries></Queue></SOW>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every at-most-once queue with such a setting that is not the default."""
        for queue in subject.all_of(QueueDefinition):
            definition = queue.definition
            if not definition.is_at_most_once:
                continue
            for option in definition.declared:
                if option.attribute in _OF_LEASES and getattr(definition, option.attribute) != option.default:
                    yield self.finding(
                        queue.span(option.attribute),
                        f"queue {definition.name!r}: {option.xml} changes nothing, because at-most-once has no leases",
                        "Remove it, or write <Semantics>at-least-once</Semantics>.",
                    )
