"""AC288: leases that never end."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.definitions.queues import QueueDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject


class NoLeasePeriod(Rule):
    """A queue that delivers at least once has no LeasePeriod.

    A consumer then keeps its messages until it acknowledges them, disconnects or unsubscribes. One that hangs but
    stays connected keeps them for ever (User Guide, Message Queues). Set a LeasePeriod somewhat longer than the work
    on a message may take; a consumer whose lease ended too early sees its message delivered twice.
    """

    severity = "info"
    is_strict_only = True
    failing = "<SOW><Queue><Name>Jobs</Name><MessageType>json</MessageType></Queue></SOW>"
    passing = "<SOW><Queue><Name>Jobs</Name><MessageType>json</MessageType><LeasePeriod>30s</LeasePeriod></Queue></SOW>"

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every such queue whose LeasePeriod is not written, wrongly or rightly."""
        for queue in subject.all_of(QueueDefinition):
            definition = queue.definition
            if definition.lease_period_ns is None and not definition.is_at_most_once:
                yield self.finding(
                    queue.span(),
                    f"queue {definition.name!r} has no LeasePeriod, so a consumer that hangs keeps its messages",
                    "Add <LeasePeriod>30s</LeasePeriod>, with the longest time the work on a message may take.",
                )
