"""amps-action-do-disable-authentication."""

from ampsd.actions.module import Do


class DoDisableAuthentication(
    Do,
    module="amps-action-do-disable-authentication",
    not_running="Remove the step; there is no authentication yet, so keep the transports on a trusted network.",
):
    """Disables authentication (User Guide, Manage Security)."""
