"""AC212: an action waits for what cannot happen."""

from collections.abc import Iterable

from ampsd.actions.modules.on_sow_expire_message import OnSowExpireMessage
from ampsd.config.advice import nearest
from ampsd.config.finding import Finding
from ampsd.definitions.sow import SOW_CLASSES
from ampsd.lint.rule import Rule
from ampsd.lint.rules.ac223_pattern_as_name import PATTERN_ONLY
from ampsd.lint.subject import Subject


class NothingExpires(Rule):
    """An action waits for expirations of a topic that is not in the SOW.

    Only messages of queues, topics, views and conflated topics expire, and each is one of a message type (User
    Guide, SOW Message Expiration).
    """

    severity = "warning"
    failing = (
        "<Actions><Action><On><Module>amps-action-on-sow-expire-message</Module>"
        "<Options><Topic>Jbs</Topic><MessageType>json</MessageType></Options></On>"
        "<Do><Module>amps-action-do-nothing</Module></Do></Action></Actions>"
    )
    passing = (
        "<SOW><Queue><Name>Jobs</Name><MessageType>json</MessageType></Queue></SOW>"
        "<Actions><Action><On><Module>amps-action-on-sow-expire-message</Module>"
        "<Options><Topic>Jobs</Topic><MessageType>json</MessageType></Options></On>"
        "<Do><Module>amps-action-do-nothing</Module></Do></Action></Actions>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every on-sow-expire-message."""
        if subject.has_unbuilt(*SOW_CLASSES):
            return
        known = [
            (str(getattr(one.definition, "name", "")), str(getattr(one.definition, "message_type", "")))
            for cls in SOW_CLASSES
            for one in subject.all_of(cls)
        ]
        for on in subject.all_of(OnSowExpireMessage):
            topic, message_type = on.definition.topic, on.definition.message_type
            # A topic that looks like a regular expression has a finding of its own.
            if (topic, message_type) not in known and not any(one in topic for one in PATTERN_ONLY):
                others = [name for name, kind in known if kind == message_type]
                yield self.finding(
                    on.span("topic"),
                    f"the action waits for messages that expire from {topic!r},"
                    f" but no topic or queue of type {message_type!r} in the SOW is called so",
                    nearest(topic, others) if others else "Name a topic or queue of the SOW, or remove the action.",
                )
