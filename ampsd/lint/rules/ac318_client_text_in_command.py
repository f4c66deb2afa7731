"""AC318."""

from collections.abc import Iterable

from ampsd.actions.marks import COMMAND
from ampsd.config.finding import Finding
from ampsd.lint.rule import Rule
from ampsd.lint.step_options import all_steps, names_in
from ampsd.lint.subject import Subject

_OURS = frozenset(["AMPS_INSTANCE_NAME", "AMPS_DATETIME", "AMPS_UNIX_TIMESTAMP", "AMPS_MINIDUMP_PATH"])
"""Variables whose values no client has a hand in."""


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
        for _, step in all_steps(subject):
            for option in step.definition.declared:
                if COMMAND not in option.marks:
                    continue
                for name in names_in(getattr(step.definition, option.attribute)):
                    if name not in _OURS:
                        yield self.finding(
                            step.span(option.attribute),
                            f"{{{{{name}}}}} is chosen by clients, and becomes an argument of a command",
                            "Leave it out; let a client do it that subscribes to the topic.",
                        )
