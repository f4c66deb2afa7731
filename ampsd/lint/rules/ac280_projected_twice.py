"""AC280: two values for one field of a view."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.definitions.views import ProjectionDefinition
from ampsd.lint.fields import construct
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject


class ProjectedTwice(Rule):
    """Two Fields of a Projection make the same field.

    The messages of the view can hold one of them only. Usually an AS is missing or was copied: in a view over joined
    topics, fields of the same name from two of them need different targets (User Guide, Constructing Fields).
    """

    severity = "warning"
    failing = (
        "<SOW><Topic><Name>a</Name><MessageType>json</MessageType><Key>/id</Key><FileName>%n.sow</FileName></Topic>"
        "<View><Name>v</Name><MessageType>json</MessageType><UnderlyingTopic>a</UnderlyingTopic>"
        "<Projection><Field>MIN(/price) AS /price</Field><Field>MAX(/price) AS /price</Field></Projection>"
        "<Grouping><Field>/id</Field></Grouping></View></SOW>"
    )
    passing = (
        "<SOW><Topic><Name>a</Name><MessageType>json</MessageType><Key>/id</Key><FileName>%n.sow</FileName></Topic>"
        "<View><Name>v</Name><MessageType>json</MessageType><UnderlyingTopic>a</UnderlyingTopic>"
        "<Projection><Field>MIN(/price) AS /low</Field><Field>MAX(/price) AS /high</Field></Projection>"
        "<Grouping><Field>/id</Field></Grouping></View></SOW>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every Projection."""
        for projection in subject.all_of(ProjectionDefinition):
            first: dict[str, int] = {}
            for text, span in zip(projection.definition.fields, projection.spans("fields"), strict=True):
                target = construct(text).target
                if target and target in first:
                    yield self.finding(
                        span,
                        f"the field {target!r} is projected already in line {first[target]}",
                        "Give it another name with AS, or remove one of the two.",
                    )
                first.setdefault(target, span.line)
