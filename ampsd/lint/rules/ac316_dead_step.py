"""AC316."""

from collections.abc import Iterable
from itertools import pairwise

from ampsd.config.finding import Finding
from ampsd.lint.rule import Rule
from ampsd.lint.step_options import called
from ampsd.lint.subject import Subject


class DeadStep(Rule):
    """Steps stand after one that ends the instance.

    After amps-action-do-shutdown, the rest of the action may not run any more.
    """

    severity = "warning"
    failing = (
        "<Actions><Action><On><Module>amps-action-on-startup</Module></On><Do>"
        "<Module>amps-action-do-shutdown</Module></Do><Do><Module>amps-action-do-nothing</Module></Do>"
        "</Action></Actions>"
    )
    passing = (
        "<Actions><Action><On><Module>amps-action-on-startup</Module></On><Do>"
        "<Module>amps-action-do-nothing</Module></Do><Do><Module>amps-action-do-shutdown</Module></Do>"
        "</Action></Actions>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Steps behind a shutdown."""
        for _, _, steps in subject.actions():
            for step, following in pairwise(steps):
                if called(step, "do-shutdown"):
                    yield self.finding(
                        following.span(),
                        "the step stands after amps-action-do-shutdown, and may not run any more",
                        "Move it before the shutdown.",
                    )
