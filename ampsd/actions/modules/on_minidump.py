"""amps-action-on-minidump."""

from ampsd.actions.module import On
from ampsd.engine.events import Event, MinidumpWritten


class OnMinidump(On, module="amps-action-on-minidump"):
    """Runs when the instance writes a minidump (User Guide, On Minidump Creation)."""

    event = MinidumpWritten

    variables = {
        "AMPS_MINIDUMP_PATH": "Path of the minidump.",
    }

    def matches(self, event: Event) -> bool:
        """Every minidump."""
        return True
