"""AC315."""

from collections.abc import Iterable

from ampsd.config.advice import did_you_mean
from ampsd.config.finding import Finding
from ampsd.lint.custom_events import handled, may_raise_any, raised
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject


class EventNeverRaised(Rule):
    """An action waits for a custom event that nothing raises.

    It never runs (User Guide, On a Custom Event).
    """

    severity = "warning"
    failing = (
        "<Actions><Action><On><Module>amps-action-on-execute-event</Module><Options><Event>done</Event>"
        "</Options></On><Do><Module>amps-action-do-nothing</Module></Do></Action></Actions>"
    )
    passing = (
        "<Actions><Action><On><Module>amps-action-on-startup</Module></On><Do>"
        "<Module>amps-action-do-execute-event</Module><Options><Event>done</Event></Options></Do></Action>"
        "<Action><On><Module>amps-action-on-execute-event</Module><Options><Event>done</Event></Options>"
        "</On><Do><Module>amps-action-do-nothing</Module></Do></Action></Actions>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every event that is waited for; not when an event's name is only known at run time."""
        if may_raise_any(subject):
            return
        known = [name for _, _, name in raised(subject)]
        for step, attribute, name in handled(subject):
            if name not in known:
                near = did_you_mean(name, known)
                yield self.finding(
                    step.span(attribute),
                    f"nothing raises the event {name!r}, so the action never runs",
                    near or "Raise it with amps-action-do-execute-event, or remove the action.",
                )
