"""AC326."""

from collections.abc import Iterable

from ampsd.actions.marks import WATCHES
from ampsd.config.finding import Finding
from ampsd.declare import TOPIC
from ampsd.lint.rule import Rule
from ampsd.lint.rules.ac223_pattern_as_name import PATTERN_ONLY
from ampsd.lint.step_options import all_steps
from ampsd.lint.subject import Subject


class PatternWhereLiteral(Rule):
    """A regular expression stands where the trigger takes one topic.

    Expirations, deletions, timeouts and alerts are watched on one topic by its name; a regular expression is taken
    literally, and matches nothing (User Guide, SOW Message Expiration).
    """

    severity = "error"
    failing = (
        "<Actions><Action><On><Module>amps-action-on-sow-expire-message</Module><Options>"
        "<Topic>^Jobs</Topic><MessageType>json</MessageType></Options></On><Do>"
        "<Module>amps-action-do-nothing</Module></Do></Action></Actions>"
    )
    passing = (
        "<SOW><Queue><Name>Jobs</Name><MessageType>json</MessageType><MaxCancels>3</MaxCancels></Queue>"
        "</SOW><Actions><Action><On><Module>amps-action-on-sow-expire-message</Module><Options>"
        "<Topic>Jobs</Topic><MessageType>json</MessageType></Options></On><Do>"
        "<Module>amps-action-do-nothing</Module></Do></Action></Actions>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every trigger that takes a literal topic."""
        for _, step in all_steps(subject):
            for option in step.definition.declared:
                if WATCHES in option.marks and option.kind is TOPIC:
                    topic = str(getattr(step.definition, option.attribute))
                    if any(one in topic for one in PATTERN_ONLY):
                        yield self.finding(
                            step.span(option.attribute),
                            f"{topic!r} looks like a regular expression, but {step.definition.module} takes one topic",
                            "Name the topic; for several topics, write one On for each.",
                        )
