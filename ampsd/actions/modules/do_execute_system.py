"""amps-action-do-execute-system."""

from ampsd import limits
from ampsd.actions.firing import Firing
from ampsd.actions.marks import COMMAND
from ampsd.actions.module import Do, Steps
from ampsd.actions.option_kinds import COMMAND_LINE, CommandLine
from ampsd.declare import BOOLEAN, INTERVAL, option, ranged
from ampsd.engine.effects import StepFailed, WriteLog
from ampsd.ports import RunProgram


class DoExecuteSystem(Do, module="amps-action-do-execute-system"):
    """Runs a command and waits for its end (User Guide, Execute System Command).

    A command without variables runs in a shell, as AMPS runs all. One with variables is split into words first, and
    runs without one, so that a variable is never more than a word.
    """

    command: CommandLine = option(COMMAND_LINE, "The command.", marks=(COMMAND,), reload="live")
    in_shell: bool = option(
        BOOLEAN,
        "Run a command with variables in a shell too; each variable still is one word.",
        xml="ampsd:Shell",
        default=False,
        reload="live",
    )
    timeout_ns: int = option(
        ranged(INTERVAL, low=1_000_000, text="at least 1ms"),
        "How long it may take; then it and all that it started is ended, and the step fails.",
        xml="ampsd:Timeout",
        default=limits.PROGRAM_TIMEOUT_NS,
        reload="live",
    )

    def run(self, firing: Firing) -> Steps:
        """Run it. Everything else goes on meanwhile; what it writes goes to the log."""
        command = self.command.in_shell if self.in_shell else self.command.direct
        if command is None:
            raise StepFailed(self.command.shell_fault if self.in_shell else self.command.fault)
        try:
            words, environment = command.words(firing.variables)
        except ValueError as error:
            raise StepFailed(str(error)) from error
        written = yield RunProgram(words, environment, self.timeout_ns)
        if written.strip():
            yield WriteLog("29-0108", action=firing.action_name, output=written.decode("utf-8", "backslashreplace"))
