"""AC343."""

from collections.abc import Iterable

from ampsd.actions.modules.do_execute_system import DoExecuteSystem
from ampsd.config.finding import Finding
from ampsd.definitions.instance import InstanceDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.step_options import all_steps
from ampsd.lint.subject import Subject


class CommandForbidden(Rule):
    """A step runs a command, where ampsd:SystemCommands says that none may.

    The setting is for a site that lets no instance run programs: it stands once in a configuration, as in a file that
    all of them include, and a second one is a fault, so nothing else in the configuration can lift it.
    """

    severity = "error"
    failing = (
        "<ampsd:SystemCommands xmlns:ampsd='urn:ampsd:config:1'>false</ampsd:SystemCommands>"
        "<Actions><Action><On><Module>amps-action-on-startup</Module></On><Do>"
        "<Module>amps-action-do-execute-system</Module><Options><Command>date</Command></Options></Do></Action></Actions>"
    )
    passing = (
        "<ampsd:SystemCommands xmlns:ampsd='urn:ampsd:config:1'>false</ampsd:SystemCommands>"
        "<Actions><Action><On><Module>amps-action-on-startup</Module></On><Do>"
        "<Module>amps-action-do-echo-message</Module><Options><Message>started</Message></Options></Do></Action></Actions>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every command."""
        instances = subject.all_of(InstanceDefinition)
        forbidding = next((one for one in instances if not one.definition.system_commands), None)
        if forbidding is None:
            return
        for _, step in all_steps(subject):
            if isinstance(step.definition, DoExecuteSystem):
                yield self.finding(
                    step.span("command"),
                    f"no command may be run: ampsd:SystemCommands is false ({forbidding.span('system_commands')})",
                    "Remove the step, or publish a message that a program outside takes from a queue.",
                )
