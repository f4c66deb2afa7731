"""amps-action-on-shutdown."""

from ampsd.actions.module import On


class OnShutdown(
    On,
    module="amps-action-on-shutdown",
    not_running="Remove the action; it is not set off by this yet.",
):
    """Runs once, as the first step of a shutdown (User Guide, On AMPS Startup or Shutdown)."""
