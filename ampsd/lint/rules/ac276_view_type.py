"""AC276: a message type that views cannot have."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject
from ampsd.lint.type_modules import NEVER_PROJECTED, TypeModules
from ampsd.lint.view_sources import sourced_views


class ViewType(Rule):
    """A view has a message type, or a source of one, that views do not support.

    Messages of binary, protobuf, struct and composite-global types cannot be built from computed fields, so no view has
    such a type. All but binary can be a source (User Guide, Aggregating and Analyzing Data in AMPS).
    """

    severity = "error"
    failing = (
        "<SOW><Topic><Name>scans</Name><MessageType>binary</MessageType><FileName>%n.sow</FileName></Topic>"
        "<View><Name>count</Name><MessageType>json</MessageType>"
        "<UnderlyingTopic>[binary].[scans]</UnderlyingTopic>"
        "<Projection><Field>COUNT([binary].[scans]./id) AS /n</Field></Projection>"
        "<Grouping><Field>[binary].[scans]./id</Field></Grouping></View></SOW>"
    )
    passing = (
        "<SOW><Topic><Name>scans</Name><MessageType>nvfix</MessageType><FileName>%n.sow</FileName></Topic>"
        "<View><Name>count</Name><MessageType>json</MessageType><UnderlyingTopic>[nvfix].[scans]</UnderlyingTopic>"
        "<Projection><Field>COUNT([nvfix].[scans]./id) AS /n</Field></Projection>"
        "<Grouping><Field>[nvfix].[scans]./id</Field></Grouping></View></SOW>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every view and its sources."""
        modules = TypeModules(subject)
        for view in sourced_views(subject):
            message_type = view.definition.message_type
            module = modules.of(message_type)
            if module in NEVER_PROJECTED:
                kind = "" if module == message_type else f", a {module} type"
                yield self.finding(
                    view.placed.span("message_type"),
                    f"{view.entry.what}: no view can make messages of type {message_type!r}{kind}",
                    "Write another MessageType, such as json, and [type].[topic] before the fields of the source.",
                )
                continue
            for source in view.sources:
                if modules.of(source.message_type) == "binary":
                    yield self.finding(
                        source.span,
                        f"{view.entry.what}: nothing can be computed from {source.topic!r},"
                        f" whose type {source.message_type!r} has no fields",
                        "Use a source with messages that have fields.",
                    )
