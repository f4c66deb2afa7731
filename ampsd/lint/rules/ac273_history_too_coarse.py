"""AC273: former states that are over before the next one is kept."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.definitions.sow_topics import HistoryDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject
from ampsd.units import interval_text


class HistoryTooCoarse(Rule):
    """The Granularity of a History is longer than its Window.

    Window says how long former states are kept, Granularity how far apart they are. When they are further apart than
    they live, most of the time no former state can be queried at all (User Guide, State of the World).
    """

    severity = "warning"
    failing = (
        "<SOW><Topic><Name>prices</Name><MessageType>json</MessageType><FileName>%n.sow</FileName><Key>/id</Key>"
        "<History><Window>1h</Window><Granularity>1d</Granularity></History></Topic></SOW>"
    )
    passing = (
        "<SOW><Topic><Name>prices</Name><MessageType>json</MessageType><FileName>%n.sow</FileName><Key>/id</Key>"
        "<History><Window>1d</Window><Granularity>1h</Granularity></History></Topic></SOW>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every History."""
        for history in subject.all_of(HistoryDefinition):
            definition = history.definition
            if definition.granularity_ns > definition.window_ns:
                yield self.finding(
                    history.span("granularity_ns"),
                    f"former states are {interval_text(definition.granularity_ns)} apart, but are kept for"
                    f" {interval_text(definition.window_ns)} only",
                    "Write a Granularity much shorter than Window.",
                )
