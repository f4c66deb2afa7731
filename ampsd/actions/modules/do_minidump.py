"""amps-action-do-minidump."""

from ampsd.actions.module import Do


class DoMinidump(
    Do,
    module="amps-action-do-minidump",
    not_running="Remove the step; no minidumps are written.",
):
    """Writes a minidump (User Guide, Create Minidump)."""
