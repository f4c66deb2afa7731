"""AC289: a message that no consumer can process comes back for ever."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.definitions.queues import QueueDefinition
from ampsd.lint.expiry import dead_letter_topics
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject


class PoisonMessage(Rule):
    """A queue has no limit after which a message that nobody can process leaves it.

    Without MaxDeliveries, MaxCancels and Expiration such a message is delivered again each time a consumer fails on it
    or gives it back, and keeps consumers from other work (User Guide, Message Queues). Set MaxDeliveries or MaxCancels,
    and catch what expires with an action on amps-action-on-sow-expire-message. Queues that such an action publishes to
    are where messages wait for a person, and need no limit.
    """

    severity = "warning"
    is_strict_only = True
    failing = "<SOW><Queue><Name>Jobs</Name><MessageType>json</MessageType></Queue></SOW>"
    passing = "<SOW><Queue><Name>Jobs</Name><MessageType>json</MessageType><MaxCancels>3</MaxCancels></Queue></SOW>"

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every at-least-once queue without a limit, dead-letter queues left out."""
        kept = dead_letter_topics(subject)
        for queue in subject.all_of(QueueDefinition):
            definition = queue.definition
            if definition.is_at_most_once or definition.max_deliveries or definition.max_cancels:
                continue
            if definition.expiration_ns is None and not kept.takes(definition):
                yield self.finding(
                    queue.span(),
                    f"queue {definition.name!r} has neither MaxDeliveries, MaxCancels nor Expiration:"
                    " a message that no consumer can process comes back for ever",
                    "Add <MaxDeliveries>10</MaxDeliveries>, and an action that publishes what expires elsewhere.",
                )
