"""amps-action-on-minidump."""

from ampsd.actions.module import On


class OnMinidump(
    On,
    module="amps-action-on-minidump",
    not_running="Remove the action; no minidumps are written.",
):
    """Runs when the instance writes a minidump (User Guide, On Minidump Creation)."""

    variables = {
        "AMPS_MINIDUMP_PATH": "Path of the minidump.",
    }
