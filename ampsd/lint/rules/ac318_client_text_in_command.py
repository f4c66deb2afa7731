"""AC318."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.lint.rule import Rule
from ampsd.lint.step_options import commands
from ampsd.lint.subject import Subject


class ClientTextInCommand(Rule):
    """What a client sends becomes an argument of a command.

    Here it is one word, whatever is in it; AMPS hands the whole text to a shell, which reads what the client wrote, and
    the program may still take the word for an option. Pass messages through a client that subscribes to the topic
    (User Guide, Execute System Command).
    """

    severity = "warning"
    failing = (
        "<Actions><Action><On><Module>amps-action-on-publish-message</Module><Options><Topic>orders</Topic>"
        "<MessageType>json</MessageType></Options></On><Do><Module>amps-action-do-execute-system</Module>"
        "<Options><Command>notify {{AMPS_DATA}}</Command></Options></Do></Action></Actions>"
    )
    passing = (
        "<Actions><Action><On><Module>amps-action-on-publish-message</Module><Options><Topic>orders</Topic>"
        "<MessageType>json</MessageType></Options></On><Do><Module>amps-action-do-execute-system</Module>"
        "<Options><Command>notify</Command></Options></Do></Action></Actions>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every Command."""
        for use in commands(subject):
            for name in use.of_clients:
                yield self.finding(
                    use.step.span(use.attribute),
                    f"{{{{{name}}}}} is chosen by clients, and becomes an argument of a command",
                    "Leave it out; let a client do it that subscribes to the topic.",
                )
