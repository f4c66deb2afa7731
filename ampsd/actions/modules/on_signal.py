"""amps-action-on-signal."""

from ampsd.actions.module import On
from ampsd.actions.option_kinds import SIGNAL
from ampsd.declare import option


class OnSignal(
    On,
    module="amps-action-on-signal",
    not_running="Remove the action; it is not set off by this yet.",
):
    """Runs when the process receives the signal; it replaces what the instance does by default.

    User Guide, On a Linux Signal.
    """

    signal: str = option(SIGNAL, "Name of the signal, such as SIGUSR1; SIGQUIT cannot be taken.", reload="live")
