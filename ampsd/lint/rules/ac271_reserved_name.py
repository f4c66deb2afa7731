"""AC271: a name that belongs to AMPS."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.definitions.sow_topics import TopicDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.sow_entries import SowEntries
from ampsd.lint.subject import Subject

_PREFIX = "/AMPS/"
_PUBLISHED = ("/AMPS/ClientStatus", "/AMPS/SOWStats", "/AMPS/Tx/Checkpoint")


class ReservedName(Rule):
    """A name begins with /AMPS/.

    Such topics are made by the instance itself: /AMPS/ClientStatus, /AMPS/SOWStats and /AMPS/Tx/Checkpoint. A Topic may
    keep one of these three in the SOW; other names with this beginning are not for applications (User Guide, Event
    Topics).
    """

    severity = "warning"
    failing = "<SOW><Queue><Name>/AMPS/Jobs</Name><MessageType>json</MessageType></Queue></SOW>"
    passing = (
        "<SOW><Topic><Name>/AMPS/ClientStatus</Name><MessageType>json</MessageType><Key>/ClientStatus/client_name</Key>"
        "<FileName>status.sow</FileName></Topic></SOW>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every name in the SOW."""
        for entry in SowEntries(subject).listed:
            is_kept = entry.name in _PUBLISHED and isinstance(entry.placed.definition, TopicDefinition)
            if entry.name.startswith(_PREFIX) and not is_kept:
                yield self.finding(
                    entry.placed.span("name"),
                    f"the name of {entry.what} begins with {_PREFIX}, which is reserved for topics of AMPS itself",
                    "Choose another name.",
                )
