"""amps-action-do-shutdown."""

from ampsd.actions.firing import Firing
from ampsd.actions.module import Do, Steps
from ampsd.engine.effects import Shutdown


class DoShutdown(Do, module="amps-action-do-shutdown"):
    """Shuts the instance down (User Guide, Shut Down AMPS)."""

    def run(self, firing: Firing) -> Steps:
        """Begin it; actions on shutdown run, and what was acknowledged is durable before the end."""
        yield Shutdown()
