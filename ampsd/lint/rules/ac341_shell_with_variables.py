"""AC341."""

from collections.abc import Iterable

from ampsd.actions.modules.do_execute_system import DoExecuteSystem
from ampsd.config.finding import Finding
from ampsd.lint.rule import Rule
from ampsd.lint.step_options import commands
from ampsd.lint.subject import Subject


class ShellWithVariables(Rule):
    """A command with variables runs in a shell, because ampsd:Shell says so.

    Each variable is one word for the shell. What the script then does with it is the script's affair: a word that
    begins with a dash may be an option, and a program may read a word as a script. Where clients choose what a variable
    holds (AC318), whoever may publish writes a part of what the script works on; the finding says so.
    """

    severity = "warning"
    failing = (
        "<Actions><Action><On><Module>amps-action-on-startup</Module></On><Do>"
        "<Module>amps-action-do-execute-system</Module><Options><Command>date | logger -t {{AMPS_INSTANCE_NAME}}"
        "</Command><ampsd:Shell xmlns:ampsd='urn:ampsd:config:1'>true</ampsd:Shell></Options></Do></Action></Actions>"
    )
    passing = (
        "<Actions><Action><On><Module>amps-action-on-startup</Module></On><Do>"
        "<Module>amps-action-do-execute-system</Module><Options><Command>date | logger"
        "</Command><ampsd:Shell xmlns:ampsd='urn:ampsd:config:1'>true</ampsd:Shell></Options></Do></Action></Actions>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every command."""
        for use in commands(subject):
            definition = use.step.definition
            if isinstance(definition, DoExecuteSystem) and definition.in_shell and definition.command.names:
                sentence = f"a shell runs the command with {_listed(definition.command.names)}"
                if use.of_clients:
                    sentence = f"what clients send reaches a shell script, in {_listed(use.of_clients)}"
                yield self.finding(
                    use.step.span("in_shell"),
                    sentence,
                    "Remove <ampsd:Shell>, and write the command as one program with its arguments.",
                )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"{{{{{name}}}}}" for name in names)
