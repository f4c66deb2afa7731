"""AC286: a lease that is longer than the life of a message."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.definitions.queues import QueueDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject
from ampsd.units import interval_text


class LeaseOutlivesMessage(Rule):
    """A queue's LeasePeriod is longer than its Expiration.

    When a consumer does not answer, its lease runs to the end; by then the message is over its lifetime and expires
    instead of going to another consumer (User Guide, Message Queues). So there is one try only. Choose a LeasePeriod
    that fits several times into Expiration.
    """

    severity = "warning"
    failing = (
        "<SOW><Queue><Name>Jobs</Name><MessageType>json</MessageType><LeasePeriod>1h</LeasePeriod>"
        "<Expiration>30m</Expiration></Queue></SOW>"
    )
    passing = (
        "<SOW><Queue><Name>Jobs</Name><MessageType>json</MessageType><LeasePeriod>5m</LeasePeriod>"
        "<Expiration>30m</Expiration></Queue></SOW>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every queue with both; with ExpirationModel latest a message may live longer, and is left alone."""
        for queue in subject.all_of(QueueDefinition):
            definition = queue.definition
            lease_ns, lifetime_ns = definition.lease_period_ns, definition.expiration_ns
            if lease_ns is None or lifetime_ns is None or definition.is_at_most_once:
                continue
            if lease_ns > lifetime_ns and definition.expiration_model != "latest":
                yield self.finding(
                    queue.span("lease_period_ns"),
                    f"queue {definition.name!r}: a lease of {interval_text(lease_ns)} outlives the message, which"
                    f" expires after {interval_text(lifetime_ns)} and never gets to a second consumer",
                    "Write a LeasePeriod shorter than Expiration, or a longer Expiration.",
                )
