"""AC209: a fairness model that an at-most-once queue cannot have."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.definitions.queues import QueueDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject


class WrongFairness(Rule):
    """An at-most-once queue has a FairnessModel other than round-robin.

    The other models look at the backlog of a subscription; an at-most-once queue forgets a message when it is sent
    (User Guide, Message Queues).
    """

    severity = "error"
    failing = (
        "<SOW><Queue><Name>Jobs</Name><MessageType>json</MessageType><Semantics>at-most-once</Semantics>"
        "<FairnessModel>fast</FairnessModel></Queue></SOW>"
    )
    passing = (
        "<SOW><Queue><Name>Jobs</Name><MessageType>json</MessageType><Semantics>at-most-once</Semantics>"
        "<FairnessModel>round-robin</FairnessModel></Queue></SOW>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every at-most-once queue."""
        for queue in subject.all_of(QueueDefinition):
            definition = queue.definition
            if definition.is_at_most_once and definition.fairness != "round-robin":
                yield self.finding(
                    queue.span("fairness_model"),
                    f"queue {definition.name!r} is at-most-once; FairnessModel {definition.fairness!r} is not for such",
                    "Write round-robin, or remove FairnessModel.",
                )
