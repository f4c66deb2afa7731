"""AC295: a check that cannot be left out."""

from collections.abc import Iterable

from ampsd.config.advice import listed
from ampsd.config.finding import Finding
from ampsd.definitions.replication import FIXED_VALIDATIONS, VALIDATIONS, ReplicatedTopicDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject


class ValidationNotExcludable(Rule):
    """ExcludeValidation names queue or queue_underlying.

    When a connection is made, AMPS compares the configurations of both instances. Most checks can be left out for a
    topic, but a replicated queue must be a queue on both sides, over the same topics with the same filter: otherwise it
    cannot work, and these two checks always apply (User Guide, Replication Configuration Validation).
    """

    severity = "error"
    failing = (
        "<Replication><Destination><Name>B</Name><SyncType>sync</SyncType><Topic><Name>orders</Name>"
        "<MessageType>json</MessageType><ExcludeValidation>replicate,queue</ExcludeValidation></Topic>"
        "<Transport><Type>amps-replication</Type><InetAddr>b:10004</InetAddr></Transport></Destination></Replication>"
    )
    passing = (
        "<Replication><Destination><Name>B</Name><SyncType>sync</SyncType><Topic><Name>orders</Name>"
        "<MessageType>json</MessageType><ExcludeValidation>replicate</ExcludeValidation></Topic>"
        "<Transport><Type>amps-replication</Type><InetAddr>b:10004</InetAddr></Transport></Destination></Replication>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every replicated topic."""
        for topic in subject.all_of(ReplicatedTopicDefinition):
            fixed = [one for one in topic.definition.exclude_validation if one in FIXED_VALIDATIONS]
            if fixed:
                yield self.finding(
                    topic.span("exclude_validation"),
                    f"the check {listed(fixed)} cannot be left out",
                    f"Remove it; these can be: {listed(VALIDATIONS)}.",
                )
