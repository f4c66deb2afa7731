"""amps-action-do-shutdown."""

from ampsd.actions.module import Do


class DoShutdown(
    Do,
    module="amps-action-do-shutdown",
    not_running="Remove the step; it does not run yet.",
):
    """Shuts the instance down (User Guide, Shut Down AMPS)."""
