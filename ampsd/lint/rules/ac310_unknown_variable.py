"""AC310."""

from collections.abc import Iterable

from ampsd.actions import module
from ampsd.config.advice import did_you_mean
from ampsd.config.finding import Finding
from ampsd.lint.rule import Rule
from ampsd.lint.step_options import uses
from ampsd.lint.subject import Subject


class UnknownVariable(Rule):
    """A variable is used that nothing brings.

    Neither what sets off the action nor an earlier step sets it, so it is always empty. Names are case-sensitive (User
    Guide, Automating AMPS With Actions).
    """

    severity = "warning"
    failing = (
        "<Actions><Action><On><Module>amps-action-on-publish-message</Module><Options><Topic>orders</Topic>"
        "<MessageType>json</MessageType></Options></On><Do><Module>amps-action-do-echo-message</Module>"
        "<Options><Message>because of {{AMPS_REASON}}</Message></Options></Do></Action></Actions>"
    )
    passing = (
        "<Actions><Action><On><Module>amps-action-on-publish-message</Module><Options><Topic>orders</Topic>"
        "<MessageType>json</MessageType></Options></On><Do><Module>amps-action-do-echo-message</Module>"
        "<Options><Message>to {{AMPS_TOPIC}}</Message></Options></Do></Action></Actions>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every variable that no trigger of the action and no earlier step sets."""
        for use in uses(subject):
            if use.lacking and len(use.lacking) == len(use.ons):
                yield self.finding(
                    use.step.span(use.attribute),
                    f"{{{{{use.name}}}}} is empty here: neither what sets off the action nor an earlier step sets it",
                    _remedy(use.name, [name for on in use.ons for name in on.definition.sets()]),
                )


def _remedy(name: str, there: list[str]) -> str:
    near = did_you_mean(name, there)
    if near:
        return near
    classes = [cls for one in module.names() if (cls := module.find(one)) is not None]
    bringing = [cls.module for cls in classes if name in cls.variables]
    if bringing:
        return f"It is brought by {', '.join(bringing)}."
    return f"Here are {', '.join(there)}." if there else "What sets off this action brings no variables."
