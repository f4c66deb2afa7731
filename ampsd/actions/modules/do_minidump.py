"""amps-action-do-minidump."""

from ampsd.actions.firing import Firing
from ampsd.actions.module import Do, Steps
from ampsd.engine.effects import DescribeInstance, TellMinidump
from ampsd.ports import WriteMinidump


class DoMinidump(Do, module="amps-action-do-minidump"):
    """Writes a minidump (User Guide, Create Minidump)."""

    def run(self, firing: Firing) -> Steps:
        """Write it, and tell of it."""
        described = DescribeInstance()
        yield described
        path = yield WriteMinidump(described.sections)
        yield TellMinidump(path)
