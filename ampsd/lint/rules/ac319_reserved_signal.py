"""AC319."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.lint.rule import Rule
from ampsd.lint.step_options import all_steps, called, option_of
from ampsd.lint.subject import Subject


class ReservedSignal(Rule):
    """An action waits for SIGQUIT.

    SIGQUIT writes a minidump, and no action can take it (User Guide, On a Linux Signal).
    """

    severity = "error"
    failing = (
        "<Actions><Action><On><Module>amps-action-on-signal</Module><Options><Signal>SIGQUIT</Signal>"
        "</Options></On><Do><Module>amps-action-do-nothing</Module></Do></Action></Actions>"
    )
    passing = (
        "<Actions><Action><On><Module>amps-action-on-signal</Module><Options><Signal>SIGUSR1</Signal>"
        "</Options></On><Do><Module>amps-action-do-nothing</Module></Do></Action></Actions>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every on-signal."""
        for _, step in all_steps(subject):
            if called(step, "on-signal") and option_of(step, "signal") == "SIGQUIT":
                yield self.finding(
                    step.span("signal"), "SIGQUIT cannot be taken by an action", "Use SIGUSR1 or SIGUSR2."
                )
