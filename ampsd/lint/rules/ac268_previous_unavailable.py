"""AC268: the previous state is asked for where there is none."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.config.placed import Placed
from ampsd.definitions.conflated_topics import ConflatedTopicDefinition
from ampsd.definitions.sow_topics import EnrichmentDefinition, PreprocessingDefinition
from ampsd.lint.fields import construct
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject


class PreviousUnavailable(Rule):
    """A Field uses OF PREVIOUS where the previous message is not known.

    Preprocessing runs before the key is taken, so the stored message cannot be found yet, and the Enrichment of a
    conflated topic sees the copied message only. OF PREVIOUS is for the Enrichment of a Topic (User Guide, State of
    the World Message Enrichment).
    """

    severity = "error"
    failing = (
        "<SOW><Topic><Name>orders</Name><MessageType>json</MessageType><FileName>%n.sow</FileName><Key>/id</Key>"
        "<Preprocessing><Field>/size - /size OF PREVIOUS AS /change</Field></Preprocessing></Topic></SOW>"
    )
    passing = (
        "<SOW><Topic><Name>orders</Name><MessageType>json</MessageType><FileName>%n.sow</FileName><Key>/id</Key>"
        "<Enrichment><Field>/size - /size OF PREVIOUS AS /change</Field></Enrichment></Topic></SOW>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every Preprocessing, and every Enrichment of a conflated topic."""
        for preprocessing in subject.all_of(PreprocessingDefinition):
            yield from self._of(preprocessing, "Preprocessing runs before the stored message is looked up")
        for topic in subject.all_of(ConflatedTopicDefinition):
            if topic.definition.enrichment is not None:
                enrichment = subject.placed(topic.definition.enrichment)
                yield from self._of(enrichment, "a conflated topic enriches without the message before")

    def _of(
        self, enrichment: Placed[PreprocessingDefinition] | Placed[EnrichmentDefinition], because: str
    ) -> Iterable[Finding]:
        for text, span in zip(enrichment.definition.fields, enrichment.spans("fields"), strict=True):
            if construct(text).uses_previous:
                yield self.finding(
                    span,
                    f"OF PREVIOUS means nothing here: {because}",
                    "Move the Field into the Enrichment of the Topic, or leave out OF PREVIOUS.",
                )
