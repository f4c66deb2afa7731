"""AC327."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.lint.rule import Rule
from ampsd.lint.step_options import all_steps, called
from ampsd.lint.subject import Subject


class EventAndVariable(Rule):
    """A step raises an event by both its name and a variable, or by neither.

    Event names it, EventVariable names the variable that holds its name: exactly one of them (User Guide, Raise a
    Custom Event).
    """

    severity = "error"
    failing = (
        "<Actions><Action><On><Module>amps-action-on-startup</Module></On><Do>"
        "<Module>amps-action-do-execute-event</Module><Options><Event>done</Event>"
        "<EventVariable>WHICH</EventVariable></Options></Do></Action><Action><On>"
        "<Module>amps-action-on-execute-event</Module><Options><Event>done</Event></Options></On><Do>"
        "<Module>amps-action-do-nothing</Module></Do></Action></Actions>"
    )
    passing = (
        "<Actions><Action><On><Module>amps-action-on-startup</Module></On><Do>"
        "<Module>amps-action-do-execute-event</Module><Options><Event>done</Event></Options></Do></Action>"
        "<Action><On><Module>amps-action-on-execute-event</Module><Options><Event>done</Event></Options>"
        "</On><Do><Module>amps-action-do-nothing</Module></Do></Action></Actions>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every do-execute-event."""
        for _, step in all_steps(subject):
            if called(step, "do-execute-event") and step.is_set("event") == step.is_set("event_variable"):
                has = "both Event and EventVariable" if step.is_set("event") else "neither Event nor EventVariable"
                yield self.finding(step.span(), f"the step has {has}", "Write exactly one of them.")
