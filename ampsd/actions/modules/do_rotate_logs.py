"""amps-action-do-rotate-logs."""

from ampsd.actions.module import Do


class DoRotateLogs(
    Do,
    module="amps-action-do-rotate-logs",
    not_running="Remove the step; let a job of the system look after the files.",
):
    """Begins a new file for every log target that rotates (User Guide, Rotate Error/Event Logs)."""
