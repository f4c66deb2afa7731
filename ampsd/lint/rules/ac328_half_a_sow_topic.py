"""AC328."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.lint.rule import Rule
from ampsd.lint.step_options import all_steps, called
from ampsd.lint.subject import Subject


class HalfASowTopic(Rule):
    """A compact-sow step has Topic without MessageType, or MessageType without Topic.

    Together they name one topic; without both, all topics are compacted (User Guide, Compact SOW Topic).
    """

    severity = "error"
    failing = (
        "<Actions><Action><On><Module>amps-action-on-startup</Module></On><Do>"
        "<Module>amps-action-do-compact-sow</Module><Options><Topic>orders</Topic></Options></Do></Action>"
        "</Actions>"
    )
    passing = (
        "<Actions><Action><On><Module>amps-action-on-startup</Module></On><Do>"
        "<Module>amps-action-do-compact-sow</Module><Options><Topic>orders</Topic>"
        "<MessageType>json</MessageType></Options></Do></Action></Actions>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every do-compact-sow."""
        for _, step in all_steps(subject):
            if called(step, "do-compact-sow") and step.is_set("topic") != step.is_set("message_type"):
                given, missing = ("Topic", "MessageType") if step.is_set("topic") else ("MessageType", "Topic")
                yield self.finding(
                    step.span(), f"the step has {given} without {missing}", f"Add {missing}, or remove {given}."
                )
