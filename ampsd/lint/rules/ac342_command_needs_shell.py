"""AC342."""

from collections.abc import Iterable

from ampsd.actions.modules.do_execute_system import DoExecuteSystem
from ampsd.config.finding import Finding
from ampsd.lint.rule import Rule
from ampsd.lint.step_options import all_steps
from ampsd.lint.subject import Subject


class CommandNeedsShell(Rule):
    """A command with variables cannot be run as it is written.

    AMPS fills the variables in and hands all to a shell. Here a command with variables is a program and its arguments,
    without pipes and redirections, unless ampsd:Shell asks for a shell; and there a variable has to stand where it can
    be one word.
    """

    severity = "error"
    failing = (
        "<Actions><Action><On><Module>amps-action-on-startup</Module></On><Do>"
        "<Module>amps-action-do-execute-system</Module><Options><Command>date | logger -t {{AMPS_INSTANCE_NAME}}"
        "</Command></Options></Do></Action></Actions>"
    )
    passing = (
        "<Actions><Action><On><Module>amps-action-on-startup</Module></On><Do>"
        "<Module>amps-action-do-execute-system</Module><Options><Command>touch {{AMPS_INSTANCE_NAME}}.txt"
        "</Command></Options></Do></Action></Actions>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every command."""
        for _, step in all_steps(subject):
            definition = step.definition
            if not isinstance(definition, DoExecuteSystem):
                continue
            command = definition.command
            if definition.in_shell and command.in_shell is None:
                yield self.finding(
                    step.span("command"), command.shell_fault, "Write the variable where it is a word of its own."
                )
            elif not definition.in_shell and command.direct is None:
                yield self.finding(
                    step.span("command"),
                    command.fault,
                    "Write one program with its arguments, or put all of it into a script of your own and run that.",
                )
