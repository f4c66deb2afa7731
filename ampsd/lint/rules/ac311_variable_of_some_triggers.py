"""AC311."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.lint.rule import Rule
from ampsd.lint.step_options import uses
from ampsd.lint.subject import Subject


class VariableOfSomeTriggers(Rule):
    """A variable is used that only some of an action's triggers bring.

    An action with several On runs for each of them. After those that do not set the variable, it is empty (User Guide,
    Automating AMPS With Actions).
    """

    severity = "warning"
    failing = (
        "<Actions><Action><On><Module>amps-action-on-publish-message</Module><Options><Topic>orders</Topic>"
        "<MessageType>json</MessageType></Options></On><On><Module>amps-action-on-startup</Module></On><Do>"
        "<Module>amps-action-do-echo-message</Module><Options><Message>to {{AMPS_TOPIC}}</Message>"
        "</Options></Do></Action></Actions>"
    )
    passing = (
        "<Actions><Action><On><Module>amps-action-on-publish-message</Module><Options><Topic>orders</Topic>"
        "<MessageType>json</MessageType></Options></On><On><Module>amps-action-on-publish-message</Module>"
        "<Options><Topic>trades</Topic><MessageType>json</MessageType></Options></On><Do>"
        "<Module>amps-action-do-echo-message</Module><Options><Message>to {{AMPS_TOPIC}}</Message>"
        "</Options></Do></Action></Actions>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every variable that some triggers of its action lack, but not all."""
        for use in uses(subject):
            if use.lacking and len(use.lacking) < len(use.ons):
                lacking = ", ".join(dict.fromkeys(on.definition.module for on in use.lacking))
                yield self.finding(
                    use.step.span(use.attribute),
                    f"{{{{{use.name}}}}} is empty when the action is set off by {lacking}",
                    "Make an action of its own for it, or leave the variable out.",
                )
