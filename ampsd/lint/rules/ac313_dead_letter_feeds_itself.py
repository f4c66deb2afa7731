"""AC313."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.definitions.instance import InstanceDefinition
from ampsd.flow.build import build
from ampsd.flow.loops import find_loops
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject


class DeadLetterFeedsItself(Rule):
    """Expired messages come back to the queue from which they expired.

    An action on expired messages publishes them to their own queue, directly or through other queues. A message
    that cannot be processed then circulates for ever, with a new life each time.
    """

    severity = "warning"
    failing = (
        "<SOW><Queue><Name>Jobs</Name><MessageType>json</MessageType><MaxCancels>3</MaxCancels></Queue>"
        "</SOW><Actions><Action><On><Module>amps-action-on-sow-expire-message</Module><Options>"
        "<Topic>Jobs</Topic><MessageType>json</MessageType></Options></On><Do>"
        "<Module>amps-action-do-publish-message</Module><Options><Topic>Jobs</Topic>"
        "<MessageType>json</MessageType><Data>{{AMPS_DATA}}</Data></Options></Do></Action></Actions>"
    )
    passing = (
        "<SOW><Queue><Name>Jobs</Name><MessageType>json</MessageType><MaxCancels>3</MaxCancels></Queue>"
        "</SOW><Actions><Action><On><Module>amps-action-on-sow-expire-message</Module><Options>"
        "<Topic>Jobs</Topic><MessageType>json</MessageType></Options></On><Do>"
        "<Module>amps-action-do-publish-message</Module><Options><Topic>Failed</Topic>"
        "<MessageType>json</MessageType><Data>{{AMPS_DATA}}</Data></Options></Do></Action></Actions>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every loop of the graph in which a message has to expire."""
        for instance in subject.all_of(InstanceDefinition):
            flow = build(instance.definition)
            for loop in find_loops(flow):
                if loop.has_expiry:
                    way = " -> ".join(loop.names(flow))
                    span = subject.span_of(next(edge.place for edge in loop.edges if edge.place))
                    yield self.finding(
                        span,
                        f"expired messages come back to where they expired: {way}",
                        "Publish them to a topic or queue of their own.",
                    )
