"""AC277: a filter on a view over several topics."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject
from ampsd.lint.view_sources import sourced_views


class FilterWithJoin(Rule):
    """A view over joined topics has a Filter.

    Filter chooses messages of a view's only source. A view with Join has several, and AMPS does not support it there
    (User Guide, Aggregating and Analyzing Data in AMPS). Filter each source in a view of its own, and join those.
    """

    severity = "error"
    failing = (
        "<SOW><Topic><Name>a</Name><MessageType>json</MessageType><Key>/id</Key><FileName>%n.sow</FileName></Topic>"
        "<Topic><Name>b</Name><MessageType>json</MessageType><Key>/id</Key><FileName>%n.sow</FileName></Topic>"
        "<View><Name>v</Name><MessageType>json</MessageType>"
        "<UnderlyingTopic><Join>[a]./id=[b]./id</Join></UnderlyingTopic>"
        "<Projection><Field>[a]./id</Field></Projection><Grouping><Field>[a]./id</Field></Grouping>"
        "<Filter>/state = 'open'</Filter></View></SOW>"
    )
    passing = (
        "<SOW><Topic><Name>a</Name><MessageType>json</MessageType><Key>/id</Key><FileName>%n.sow</FileName></Topic>"
        "<View><Name>v</Name><MessageType>json</MessageType><UnderlyingTopic>a</UnderlyingTopic>"
        "<Projection><Field>/id</Field></Projection><Grouping><Field>/id</Field></Grouping>"
        "<Filter>/state = 'open'</Filter></View></SOW>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every view with a Filter."""
        for view in sourced_views(subject):
            if view.is_join and view.definition.filter is not None:
                yield self.finding(
                    view.placed.span("filter"),
                    f"{view.entry.what} joins topics, so it cannot have a Filter",
                    "Remove the Filter; a view of its own over one of the topics can filter before the join.",
                )
