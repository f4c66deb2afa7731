"""AC267: an enrichment that names a topic."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.config.placed import Placed
from ampsd.definitions.sow_topics import EnrichmentDefinition, PreprocessingDefinition
from ampsd.lint.fields import construct
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject


class QualifiedEnrichment(Rule):
    """A Field of a Preprocessing or Enrichment names a topic or a message type.

    It computes fields of one message from that message, so the fields in it are written alone, as `/price`; only a View
    knows messages of other topics (User Guide, State of the World Message Enrichment).
    """

    severity = "error"
    failing = (
        "<SOW><Topic><Name>orders</Name><MessageType>json</MessageType><FileName>%n.sow</FileName>"
        "<Enrichment><Field>[orders]./price * /size AS /total</Field></Enrichment></Topic></SOW>"
    )
    passing = (
        "<SOW><Topic><Name>orders</Name><MessageType>json</MessageType><FileName>%n.sow</FileName>"
        "<Enrichment><Field>/price * /size AS /total</Field></Enrichment></Topic></SOW>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every Field of every Preprocessing and Enrichment."""
        for preprocessing in subject.all_of(PreprocessingDefinition):
            yield from self._of(preprocessing)
        for enrichment in subject.all_of(EnrichmentDefinition):
            yield from self._of(enrichment)

    def _of(self, enrichment: Placed[PreprocessingDefinition] | Placed[EnrichmentDefinition]) -> Iterable[Finding]:
        for text, span in zip(enrichment.definition.fields, enrichment.spans("fields"), strict=True):
            named = next((one for one in construct(text).sources if one.topic), None)
            if named is not None:
                yield self.finding(
                    span,
                    f"the field {str(named)!r} names a topic, but only fields of the message itself can be used here",
                    f"Write {named.path}, or compute it in a View.",
                )
