"""amps-action-do-execute-system."""

from ampsd.actions.marks import COMMAND
from ampsd.actions.module import Do
from ampsd.actions.option_kinds import TEXT_TEXT
from ampsd.actions.template import Template
from ampsd.declare import option


class DoExecuteSystem(
    Do,
    module="amps-action-do-execute-system",
    not_running="Remove the step; commands are not run yet, so let a client do it that subscribes to what sets it off.",
):
    """Runs a command in a shell (User Guide, Execute System Command)."""

    command: Template = option(TEXT_TEXT, "The command.", marks=(COMMAND,), reload="live")
