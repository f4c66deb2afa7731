"""amps-action-do-vacuum-statistics."""

from ampsd.actions.firing import Firing
from ampsd.actions.module import Do, Steps
from ampsd.engine.effects import WriteLog


class DoVacuumStatistics(Do, module="amps-action-do-vacuum-statistics"):
    """Does nothing but say that it is deprecated, as in AMPS (User Guide, Truncate Statistics)."""

    def run(self, firing: Firing) -> Steps:
        """Write the record."""
        yield WriteLog("29-0107", action=firing.action_name)
