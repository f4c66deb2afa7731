"""AC330."""

from collections.abc import Iterable

from ampsd.actions.modules.do_publish_message import DoPublishMessage
from ampsd.config.finding import Finding
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject


class UpdateOnlyWithoutDelta(Rule):
    """UpdateOnly is set, but not Delta.

    UpdateOnly is about deltas: without Delta it changes nothing (User Guide, Publish Message).
    """

    severity = "warning"
    failing = (
        "<Actions><Action><On><Module>amps-action-on-publish-message</Module><Options><Topic>orders</Topic>"
        "<MessageType>json</MessageType></Options></On><Do><Module>amps-action-do-publish-message</Module>"
        "<Options><Topic>copies</Topic><MessageType>json</MessageType><Data>{{AMPS_DATA}}</Data>"
        "<UpdateOnly>true</UpdateOnly></Options></Do></Action></Actions>"
    )
    passing = (
        "<Actions><Action><On><Module>amps-action-on-publish-message</Module><Options><Topic>orders</Topic>"
        "<MessageType>json</MessageType></Options></On><Do><Module>amps-action-do-publish-message</Module>"
        "<Options><Topic>copies</Topic><MessageType>json</MessageType><Data>{{AMPS_DATA}}</Data>"
        "<Delta>true</Delta><UpdateOnly>true</UpdateOnly></Options></Do></Action></Actions>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every publish step."""
        for step in subject.all_of(DoPublishMessage):
            if step.definition.update_only and not step.definition.delta:
                yield self.finding(
                    step.span("update_only"),
                    "UpdateOnly changes nothing without Delta",
                    "Add <Delta>true</Delta>, or remove it.",
                )
