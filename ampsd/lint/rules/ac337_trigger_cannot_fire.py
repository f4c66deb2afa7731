"""AC337."""

from collections.abc import Iterable

from ampsd.actions.module import Step
from ampsd.config.advice import did_you_mean
from ampsd.config.finding import Finding
from ampsd.config.placed import Placed
from ampsd.definitions.admin import AdminDefinition
from ampsd.definitions.replication import DestinationDefinition
from ampsd.definitions.transports import TransportDefinition
from ampsd.expressions.regex import is_regex
from ampsd.lint.rule import Rule
from ampsd.lint.rules.ac223_pattern_as_name import PATTERN_ONLY
from ampsd.lint.sow_entries import SowEntries
from ampsd.lint.step_options import called, option_of
from ampsd.lint.subject import Subject

_Lacking = tuple[str, str, str]
"""The attribute at fault, what is not there, and what to do."""

_OF_DESTINATIONS = (
    "on-connect-replication",
    "on-disconnect-replication",
    "on-replication-resync-complete",
    "on-upgrade-replication",
    "on-downgrade-replication",
)
_OF_SOURCES = ("on-connect-incoming-replication", "on-disconnect-incoming-replication")
_OF_RECORDS = (
    "on-sow-delete-message",
    "on-oof-message",
    "on-alert",
    "on-message-condition-timeout",
    "on-message-affinity",
)
"""on-sow-expire-message has a rule of its own."""


class TriggerCannotFire(Rule):
    """An action waits for something that cannot happen.

    Its trigger needs a part of the configuration that is not there: a topic in the SOW, the admin interface,
    replication. The action never runs.
    """

    severity = "warning"
    failing = (
        "<Actions><Action><On><Module>amps-action-on-connect-replication</Module></On><Do>"
        "<Module>amps-action-do-nothing</Module></Do></Action></Actions>"
    )
    passing = (
        "<Actions><Action><On><Module>amps-action-on-connect-client</Module></On><Do>"
        "<Module>amps-action-do-nothing</Module></Do></Action></Actions>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every trigger, against what the configuration holds."""
        entries = SowEntries(subject)
        for _, ons, _ in subject.actions():
            for on in ons:
                lacking = self._lacking(subject, on) or _lacking_topic(entries, on)
                if lacking is not None:
                    attribute, what, remedy = lacking
                    yield self.finding(on.span(attribute), f"{on.definition.module} never fires: {what}", remedy)

    def _lacking(self, subject: Subject, on: Placed[Step]) -> "_Lacking | None":
        if called(on, "on-admin") and not any(one.is_set("inet_addr") for one in subject.all_of(AdminDefinition)):
            return (
                "",
                "there is no admin interface with an InetAddr",
                "Add <Admin><InetAddr>localhost:8085</InetAddr></Admin>.",
            )
        if called(on, *_OF_DESTINATIONS) and not (
            subject.all_of(DestinationDefinition) or subject.has_unbuilt(DestinationDefinition)
        ):
            return "", "there is no Destination", "Add <Replication>, or remove the action."
        if called(on, *_OF_SOURCES):
            transports = subject.all_of(TransportDefinition)
            if not subject.has_unbuilt(TransportDefinition) and not any(
                "replication" in one.definition.type for one in transports
            ):
                return "", "there is no transport for replication", "Add one, or remove the action."
        return None


def _lacking_topic(entries: SowEntries, on: Placed[Step]) -> "_Lacking | None":
    """Triggers on stored messages need a topic that stores them."""
    attribute = "data_topic" if called(on, "on-message-affinity") else "topic"
    topic = option_of(on, attribute)
    message_type = option_of(on, "message_type")
    if not called(on, *_OF_RECORDS) or not entries.is_complete or topic is None or message_type is None:
        return None
    if is_regex(topic) or is_regex(message_type) or any(one in topic for one in PATTERN_ONLY):
        return None
    if entries.find(message_type, topic) is not None or entries.keeper(message_type, topic) is not None:
        return None
    near = did_you_mean(topic, entries.names(message_type))
    sentence = f"no topic or queue of type {message_type!r} in the SOW is called {topic!r}"
    return attribute, sentence, near or "Name a topic of the SOW, or remove the action."
