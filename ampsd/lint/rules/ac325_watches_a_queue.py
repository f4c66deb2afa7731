"""AC325."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.definitions.queues import QueueDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.step_options import all_steps, called, option_of
from ampsd.lint.subject import Subject


class WatchesAQueue(Rule):
    """An action watches messages of a queue in a way that does not fit queues.

    on-publish-message and on-oof-message are subscriptions: on a queue they take messages away from its consumers
    and never acknowledge them. Alerts, condition timeouts and affinity need records with keys. Watch the underlying
    topic instead (User Guide, Message Publish).
    """

    severity = "warning"
    failing = (
        "<SOW><Queue><Name>Jobs</Name><UnderlyingTopic>work</UnderlyingTopic>"
        "<MessageType>json</MessageType></Queue></SOW><Actions><Action><On>"
        "<Module>amps-action-on-publish-message</Module><Options><Topic>Jobs</Topic>"
        "<MessageType>json</MessageType></Options></On><Do><Module>amps-action-do-nothing</Module></Do>"
        "</Action></Actions>"
    )
    passing = (
        "<SOW><Queue><Name>Jobs</Name><UnderlyingTopic>work</UnderlyingTopic>"
        "<MessageType>json</MessageType></Queue></SOW><Actions><Action><On>"
        "<Module>amps-action-on-publish-message</Module><Options><Topic>work</Topic>"
        "<MessageType>json</MessageType></Options></On><Do><Module>amps-action-do-nothing</Module></Do>"
        "</Action></Actions>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every such trigger on a queue whose name is not that of its underlying topic."""
        queues = {
            (one.definition.message_type, one.definition.name): one.definition
            for one in subject.all_of(QueueDefinition)
        }
        for _, step in all_steps(subject):
            is_subscription = called(step, "on-publish-message", "on-oof-message")
            if not is_subscription and not called(
                step, "on-alert", "on-message-condition-timeout", "on-message-affinity"
            ):
                continue
            attribute = "data_topic" if called(step, "on-message-affinity") else "topic"
            topic = option_of(step, attribute) or ""
            queue = queues.get((option_of(step, "message_type") or "", topic))
            if queue is None:
                continue
            if called(step, "on-publish-message") and queue.underlying == queue.name:
                continue
            yield self.finding(
                step.span(attribute),
                f"{topic!r} is a queue, and {step.definition.module} does not fit queues",
                f"Watch its underlying topic {queue.underlying!r}."
                if queue.underlying != queue.name
                else "Use amps-action-on-sow-expire-message or amps-action-on-sow-delete-message.",
            )
