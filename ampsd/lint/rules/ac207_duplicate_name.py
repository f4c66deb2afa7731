"""AC207: two things of a kind with one name."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.config.placed import Placed
from ampsd.declare import Definition
from ampsd.definitions.message_types import MessageTypeDefinition
from ampsd.definitions.modules import ModuleDefinition
from ampsd.definitions.protocols import ProtocolDefinition
from ampsd.definitions.sow import SOW_CLASSES
from ampsd.definitions.transports import TransportDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject


class DuplicateName(Rule):
    """Two things of a kind have the same name.

    What refers to the name would not know which is meant. Topics, queues, views and conflated topics share their names
    within one message type; one name may stand once for each message type (User Guide, State of the World).
    """

    severity = "error"
    failing = (
        "<SOW><Queue><Name>Jobs</Name><MessageType>json</MessageType></Queue>"
        "<LocalQueue><Name>Jobs</Name><MessageType>json</MessageType></LocalQueue></SOW>"
    )
    passing = (
        "<SOW><Queue><Name>Jobs</Name><MessageType>json</MessageType></Queue>"
        "<LocalQueue><Name>LocalJobs</Name><MessageType>json</MessageType></LocalQueue></SOW>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Everything that has a name."""
        in_sow = [one for cls in SOW_CLASSES for one in subject.all_of(cls) if type(one.definition) is cls]
        in_sow.sort(key=lambda one: (one.span().file, one.span().line, one.span().column))
        yield from self._twice(
            [(f"{_attribute(one, 'message_type')}!{_attribute(one, 'name')}", one) for one in in_sow]
        )
        for cls in (TransportDefinition, ModuleDefinition, MessageTypeDefinition, ProtocolDefinition):
            yield from self._twice([(_attribute(one, "name"), one) for one in subject.all_of(cls)])

    def _twice(self, members: "list[tuple[str, Placed[Definition]]]") -> Iterable[Finding]:
        first: dict[str, Placed[Definition]] = {}
        for key, placed in members:
            earlier = first.setdefault(key, placed)
            if earlier is not placed:
                yield self.finding(
                    placed.span("name"),
                    f"the {_kind(placed)} {_attribute(placed, 'name')!r} is there already,"
                    f" in line {earlier.span('name').line}",
                    "Choose another name, or remove one.",
                )


def _attribute(placed: Placed[Definition], name: str) -> str:
    return str(getattr(placed.definition, name))


def _kind(placed: Placed[Definition]) -> str:
    return {
        "MessageType": "message type",
        "ConflatedTopic": "conflated topic",
        "LocalQueue": "queue",
        "GroupLocalQueue": "queue",
    }.get(placed.definition.element, placed.definition.element.lower())
