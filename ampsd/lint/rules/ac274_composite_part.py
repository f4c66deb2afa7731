"""AC274: a composite message type out of what does not exist yet."""

from collections.abc import Iterable

from ampsd.config.advice import nearest
from ampsd.config.finding import Finding
from ampsd.definitions.message_types import BUILT_IN, MessageTypeDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject
from ampsd.lint.type_modules import COMPOSITE


class CompositePart(Rule):
    """A part of a composite message type is not defined before it.

    A composite type is put together from message types that are built in or stand earlier in MessageTypes, and it needs
    at least one (User Guide, Message Types).
    """

    severity = "error"
    failing = (
        "<MessageTypes><MessageType><Name>scan</Name><Module>composite-local</Module>"
        "<MessageType>jsn</MessageType><MessageType>binary</MessageType></MessageType></MessageTypes>"
    )
    passing = (
        "<MessageTypes><MessageType><Name>scan</Name><Module>composite-local</Module>"
        "<MessageType>json</MessageType><MessageType>binary</MessageType></MessageType></MessageTypes>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every composite message type."""
        if subject.has_unbuilt(MessageTypeDefinition):
            return
        types = subject.all_of(MessageTypeDefinition)
        for number, composite in enumerate(types):
            definition = composite.definition
            if definition.module not in COMPOSITE:
                continue
            before = [*BUILT_IN, *(one.definition.name for one in types[:number])]
            later = [one.definition.name for one in types[number:]]
            if not composite.is_set("parts"):
                yield self.finding(
                    composite.span("module"),
                    f"message type {definition.name!r} is composite, but names no parts",
                    "Add <MessageType>TYPE</MessageType> for each part, in their order.",
                )
            for part, span in zip(definition.parts, composite.spans("parts"), strict=True):
                if part not in before:
                    yield self.finding(
                        span,
                        f"message type {definition.name!r}: its part {part!r} is defined only after it"
                        if part in later
                        else f"message type {definition.name!r}: there is no message type {part!r} for its part",
                        f"Move {part!r} before it." if part in later else nearest(part, before),
                    )
