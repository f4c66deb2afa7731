"""amps-action-on-startup."""

from ampsd.actions.module import On
from ampsd.engine.events import Event, InstanceStarted


class OnStartup(On, module="amps-action-on-startup"):
    """Runs once, as the last step of start-up (User Guide, Running an Action on Startup or Shutdown)."""

    event = InstanceStarted

    def matches(self, event: Event) -> bool:
        """Every start."""
        return True
