"""AC281: a field of a view that does not say of which topic it is."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.lint.fields import Identifier
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject
from ampsd.lint.view_fields import view_fields
from ampsd.lint.view_sources import SourcedView, sourced_views


class UnqualifiedField(Rule):
    """A Field of a view leaves out the topic or the message type that it must say.

    In a view over joined topics every field says its topic, as `[orders]./id`. When messages of several types meet, or
    the view has another type than its source, the type stands before it: `[nvfix].[orders]./id` (User Guide,
    Aggregating and Analyzing Data in AMPS, and Constructing View Fields).
    """

    severity = "error"
    failing = (
        "<SOW><Topic><Name>a</Name><MessageType>nvfix</MessageType><Key>/id</Key><FileName>%n.sow</FileName></Topic>"
        "<View><Name>v</Name><MessageType>json</MessageType><UnderlyingTopic>[nvfix].[a]</UnderlyingTopic>"
        "<Projection><Field>[nvfix].[a]./id AS /id</Field></Projection><Grouping><Field>/id</Field></Grouping>"
        "</View></SOW>"
    )
    passing = (
        "<SOW><Topic><Name>a</Name><MessageType>nvfix</MessageType><Key>/id</Key><FileName>%n.sow</FileName></Topic>"
        "<View><Name>v</Name><MessageType>json</MessageType><UnderlyingTopic>[nvfix].[a]</UnderlyingTopic>"
        "<Projection><Field>[nvfix].[a]./id AS /id</Field></Projection>"
        "<Grouping><Field>[nvfix].[a]./id</Field></Grouping></View></SOW>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every field that Projection and Grouping read, once for each Field."""
        for view in sourced_views(subject):
            if not view.sources or any(source.entry is None for source in view.sources):
                continue
            needs_type = view.message_types != [view.definition.message_type]
            for span, used in view_fields(subject, view.definition):
                short = next((one for one in used if _is_short(view, one, needs_type=needs_type)), None)
                if short is not None:
                    yield self.finding(
                        span,
                        f"{view.entry.what}: the field {str(short)!r} must say its"
                        f" {_reason(view, needs_type=needs_type)}",
                        f"Write {_examples(view, short, needs_type=needs_type)}.",
                    )


def _is_short(view: SourcedView, field: Identifier, *, needs_type: bool) -> bool:
    if needs_type:
        return not field.message_type
    return view.is_join and not field.topic


def _reason(view: SourcedView, *, needs_type: bool) -> str:
    if not needs_type:
        return "topic, because the view has several sources"
    if len(view.message_types) > 1:
        return "message type and topic, because the view has sources of several types"
    return "message type and topic, because the view has another type than its source"


def _examples(view: SourcedView, field: Identifier, *, needs_type: bool) -> str:
    """The field as it may have been meant: of its topic, or of each of the sources."""
    fitting = [one for one in view.sources if one.topic == field.topic] or view.sources
    return " or ".join(
        str(Identifier(one.message_type if needs_type else "", one.topic, field.path)) for one in fitting
    )
