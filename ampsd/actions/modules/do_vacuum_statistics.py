"""amps-action-do-vacuum-statistics."""

from ampsd.actions.module import Do


class DoVacuumStatistics(
    Do,
    module="amps-action-do-vacuum-statistics",
    not_running="Remove the step; no statistics are kept yet.",
):
    """Gives the space of removed statistics back; AMPS advises against it (User Guide, Vacuum Statistics)."""
