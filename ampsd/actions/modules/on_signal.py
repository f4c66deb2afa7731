"""amps-action-on-signal."""

from ampsd.actions.module import On
from ampsd.actions.option_kinds import SIGNAL
from ampsd.declare import option
from ampsd.engine.events import Event, SignalReceived


class OnSignal(On, module="amps-action-on-signal"):
    """Runs when the process receives the signal; it replaces what the instance does by default.

    User Guide, On a Linux Signal.
    """

    event = SignalReceived

    signal: str = option(SIGNAL, "Name of the signal, such as SIGUSR1; SIGQUIT cannot be taken.", reload="live")

    def matches(self, event: Event) -> bool:
        """The signal."""
        assert isinstance(event, SignalReceived)
        return event.name == self.signal
