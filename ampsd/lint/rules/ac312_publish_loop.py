"""AC312."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.definitions.instance import InstanceDefinition
from ampsd.flow.build import build
from ampsd.flow.loops import find_loops
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject


class PublishLoop(Rule):
    """Messages go round in a loop.

    An action publishes to a topic that sets it off again, directly or through other actions, queues and views. AMPS
    does not support such loops; ampsd cuts them after a number of rounds. An If on the way may end the loop, so
    that one is only mentioned (User Guide, Publish Message).
    """

    severity = "warning"
    failing = (
        "<Actions><Action><On><Module>amps-action-on-publish-message</Module><Options><Topic>orders</Topic>"
        "<MessageType>json</MessageType></Options></On><Do><Module>amps-action-do-publish-message</Module>"
        "<Options><Topic>orders</Topic><MessageType>json</MessageType><Data>{{AMPS_DATA}}</Data></Options>"
        "</Do></Action></Actions>"
    )
    passing = (
        "<Actions><Action><On><Module>amps-action-on-publish-message</Module><Options><Topic>orders</Topic>"
        "<MessageType>json</MessageType></Options></On><Do><Module>amps-action-do-publish-message</Module>"
        "<Options><Topic>copies</Topic><MessageType>json</MessageType><Data>{{AMPS_DATA}}</Data></Options>"
        "</Do></Action></Actions>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every loop of the graph in which nothing has to expire."""
        for instance in subject.all_of(InstanceDefinition):
            flow = build(instance.definition)
            for loop in find_loops(flow):
                if loop.has_expiry or not loop.has_publish:
                    continue
                way = " -> ".join(loop.names(flow))
                span = subject.span_of(next(edge.place for edge in loop.edges if edge.place))
                if loop.is_conditional:
                    sentence, severity = f"messages may go round in a loop, unless an If ends it: {way}", "info"
                else:
                    sentence, severity = f"messages go round in a loop: {way}", self.severity
                yield Finding(self.code, severity, span, sentence, "Publish to another topic, or watch another one.")
