"""amps-action-do-rotate-logs."""

from ampsd.actions.firing import Firing
from ampsd.actions.module import Do, Steps
from ampsd.ports import RotateLogs


class DoRotateLogs(Do, module="amps-action-do-rotate-logs"):
    """Begins a new file for every log target that rotates (User Guide, Rotate Error/Event Logs)."""

    def run(self, firing: Firing) -> Steps:
        """Rotate."""
        yield RotateLogs()
