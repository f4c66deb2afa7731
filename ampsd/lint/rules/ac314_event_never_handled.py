"""AC314."""

from collections.abc import Iterable

from ampsd.config.advice import did_you_mean
from ampsd.config.finding import Finding
from ampsd.lint.custom_events import handled, raised
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject


class EventNeverHandled(Rule):
    """A custom event is raised that no action waits for.

    Nothing happens then (User Guide, Raise a Custom Event).
    """

    severity = "warning"
    failing = (
        "<Actions><Action><On><Module>amps-action-on-startup</Module></On><Do>"
        "<Module>amps-action-do-execute-event</Module><Options><Event>done</Event></Options></Do></Action>"
        "</Actions>"
    )
    passing = (
        "<Actions><Action><On><Module>amps-action-on-startup</Module></On><Do>"
        "<Module>amps-action-do-execute-event</Module><Options><Event>done</Event></Options></Do></Action>"
        "<Action><On><Module>amps-action-on-execute-event</Module><Options><Event>done</Event></Options>"
        "</On><Do><Module>amps-action-do-nothing</Module></Do></Action></Actions>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every event that is raised by name, and handled by no action."""
        known = [name for _, _, name in handled(subject)]
        for step, attribute, name in raised(subject):
            if name not in known:
                near = did_you_mean(name, known)
                yield self.finding(
                    step.span(attribute),
                    f"no action waits for the event {name!r}",
                    near or "Add an action with <On><Module>amps-action-on-execute-event</Module>, or remove the step.",
                )
