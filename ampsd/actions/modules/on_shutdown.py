"""amps-action-on-shutdown."""

from ampsd.actions.module import On
from ampsd.engine.events import Event, InstanceStopping


class OnShutdown(On, module="amps-action-on-shutdown"):
    """Runs once, as the first step of a shutdown (User Guide, On AMPS Startup or Shutdown)."""

    event = InstanceStopping

    def matches(self, event: Event) -> bool:
        """Every shutdown."""
        return True
