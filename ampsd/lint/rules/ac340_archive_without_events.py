"""AC340."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.definitions.message_archive import MessageArchiveDefinition
from ampsd.definitions.queues import QueueDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject


class ArchiveWithoutEvents(Rule):
    """Messages of a queue are not copied to the archive, because nothing is recorded of them.

    Whether a message was archived is an event of it. Events are recorded unless ampsd:Events says no.
    """

    severity = "warning"
    failing = (
        "<ampsd:MessageArchive xmlns:ampsd='urn:ampsd:config:1'><ampsd:Directory>copies</ampsd:Directory>"
        "</ampsd:MessageArchive><SOW><Queue><Name>Jobs</Name><MessageType>json</MessageType>"
        "<ampsd:Events xmlns:ampsd='urn:ampsd:config:1'>false</ampsd:Events></Queue></SOW>"
        "<TransactionLog><JournalDirectory>j</JournalDirectory><Topic><Name>.*</Name><MessageType>json</MessageType>"
        "</Topic></TransactionLog>"
    )
    passing = (
        "<ampsd:MessageArchive xmlns:ampsd='urn:ampsd:config:1'><ampsd:Directory>copies</ampsd:Directory>"
        "</ampsd:MessageArchive><SOW><Queue><Name>Jobs</Name><MessageType>json</MessageType>"
        "</Queue></SOW>"
        "<TransactionLog><JournalDirectory>j</JournalDirectory><Topic><Name>.*</Name><MessageType>json</MessageType>"
        "</Topic></TransactionLog>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """The queues, where there is an archive."""
        if not subject.all_of(MessageArchiveDefinition):
            return
        for queue in subject.all_of(QueueDefinition):
            definition = queue.definition
            if definition.is_archived and not definition.has_events:
                yield self.finding(
                    queue.span("has_events"),
                    f"messages of queue {definition.name} are not archived: it records no events",
                    "Remove ampsd:Events, or write <ampsd:Archive>false</ampsd:Archive>.",
                )
