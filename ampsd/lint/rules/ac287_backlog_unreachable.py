"""AC287: one subscription may hold more than the whole queue."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.definitions.queues import QueueDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject


class BacklogUnreachable(Rule):
    """A queue's MaxBacklog is smaller than its MaxPerSubscriptionBacklog.

    MaxBacklog bounds the unacknowledged messages of all subscriptions together, so no subscription ever gets as many
    as MaxPerSubscriptionBacklog promises, and one that is slow can keep all others waiting (User Guide, Message
    Queues). Raise MaxBacklog to the number of consumers times MaxPerSubscriptionBacklog.
    """

    severity = "warning"
    failing = (
        "<SOW><Queue><Name>Jobs</Name><MessageType>json</MessageType><MaxBacklog>5</MaxBacklog>"
        "<MaxPerSubscriptionBacklog>10</MaxPerSubscriptionBacklog></Queue></SOW>"
    )
    passing = (
        "<SOW><Queue><Name>Jobs</Name><MessageType>json</MessageType><MaxBacklog>100</MaxBacklog>"
        "<MaxPerSubscriptionBacklog>10</MaxPerSubscriptionBacklog></Queue></SOW>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every queue with both."""
        for queue in subject.all_of(QueueDefinition):
            definition = queue.definition
            total, each = definition.max_backlog, definition.max_per_subscription_backlog
            if total is not None and total < each:
                yield self.finding(
                    queue.span("max_backlog"),
                    f"queue {definition.name!r}: MaxBacklog {total} is less than MaxPerSubscriptionBacklog {each}",
                    f"Raise MaxBacklog to at least {each}, or lower MaxPerSubscriptionBacklog.",
                )
