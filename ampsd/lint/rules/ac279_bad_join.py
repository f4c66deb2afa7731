"""AC279: a Join that is none."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.definitions.views import JoinsDefinition
from ampsd.lint.fields import join_operands
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject


class BadJoin(Rule):
    """A Join does not compare a field of one topic with a field of another.

    A Join is no expression: it holds two fields with `=` between them, each with its topic, as in
    `[orders]./customer = [customers]./id`. The message type may stand before the topic, in brackets too; functions and
    other operators mean nothing here (User Guide, Aggregating and Analyzing Data in AMPS).
    """

    severity = "error"
    failing = (
        "<SOW><Topic><Name>a</Name><MessageType>json</MessageType><Key>/id</Key><FileName>%n.sow</FileName></Topic>"
        "<Topic><Name>b</Name><MessageType>json</MessageType><Key>/id</Key><FileName>%n.sow</FileName></Topic>"
        "<View><Name>v</Name><MessageType>json</MessageType>"
        "<UnderlyingTopic><Join>UPPER([a]./id) = [b]./id</Join></UnderlyingTopic>"
        "<Projection><Field>[a]./id</Field></Projection><Grouping><Field>[a]./id</Field></Grouping></View></SOW>"
    )
    passing = (
        "<SOW><Topic><Name>a</Name><MessageType>json</MessageType><Key>/id</Key><FileName>%n.sow</FileName></Topic>"
        "<Topic><Name>b</Name><MessageType>json</MessageType><Key>/id</Key><FileName>%n.sow</FileName></Topic>"
        "<View><Name>v</Name><MessageType>json</MessageType>"
        "<UnderlyingTopic><Join>[a]./id = [b]./id</Join></UnderlyingTopic>"
        "<Projection><Field>[a]./id</Field></Projection><Grouping><Field>[a]./id</Field></Grouping></View></SOW>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every Join."""
        for joins in subject.all_of(JoinsDefinition):
            for text, span in zip(joins.definition.joins, joins.spans("joins"), strict=True):
                if join_operands(text) is None:
                    yield self.finding(
                        span,
                        f"the Join {text!r} does not have the form [topic]./field = [topic]./field",
                        "Write two fields, each with its topic in brackets, and one = between them.",
                    )
