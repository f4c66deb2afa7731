"""AC290: what expires from a queue is gone."""

from collections.abc import Iterable

from ampsd.actions.modules.on_sow_expire_message import OnSowExpireMessage
from ampsd.config.advice import listed
from ampsd.config.finding import Finding
from ampsd.definitions.queues import QueueDefinition
from ampsd.lint.expiry import limits_of
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject


class ExpiredMessagesLost(Rule):
    """Messages of a queue may expire, and no action catches them.

    A message over MaxDeliveries, MaxCancels or Expiration leaves the queue. Only an action on
    amps-action-on-sow-expire-message sees it once more and can publish it to a dead-letter queue or log it; each such
    action takes the reasons that it names, and without Reason all (User Guide, Message Queues).
    """

    severity = "warning"
    is_strict_only = True
    failing = "<SOW><Queue><Name>Jobs</Name><MessageType>json</MessageType><MaxCancels>3</MaxCancels></Queue></SOW>"
    passing = (
        "<SOW><Queue><Name>Jobs</Name><MessageType>json</MessageType><MaxCancels>3</MaxCancels></Queue></SOW>"
        "<Actions><Action><On><Module>amps-action-on-sow-expire-message</Module>"
        "<Options><Topic>Jobs</Topic><MessageType>json</MessageType></Options></On>"
        "<Do><Module>amps-action-do-echo-message</Module>"
        "<Options><Message>expired: {{AMPS_DATA}}</Message></Options></Do></Action></Actions>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every limit of a queue whose reason no action waits for."""
        if subject.has_unbuilt(OnSowExpireMessage):
            return
        ons = [one.definition for one in subject.all_of(OnSowExpireMessage)]
        for queue in subject.all_of(QueueDefinition):
            definition = queue.definition
            reasons = [
                reason
                for on in ons
                if (on.topic, on.message_type) == (definition.name, definition.message_type)
                for reason in on.reason
            ]
            lost = [limit for limit in limits_of(definition) if limit.reason not in reasons]
            if lost:
                yield self.finding(
                    queue.span(lost[0].attribute),
                    f"queue {definition.name!r}: messages that expire because of"
                    f" {listed(limit.xml for limit in lost)} vanish; no action catches them",
                    "Add an action with amps-action-on-sow-expire-message for the queue"
                    f" and the reason {listed(limit.reason for limit in lost)}.",
                )
