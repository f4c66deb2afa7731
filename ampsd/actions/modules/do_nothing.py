"""amps-action-do-nothing."""

from ampsd.actions.firing import Firing
from ampsd.actions.module import Do, Steps
from ampsd.engine.effects import WriteLog


class DoNothing(Do, module="amps-action-do-nothing"):
    """Does nothing but say so in the log (User Guide, Debugging Actions)."""

    def run(self, firing: Firing) -> Steps:
        """Write the record."""
        yield WriteLog("29-0104", action=firing.action_name)
