"""amps-action-do-enable-authentication."""

from ampsd.actions.module import Do


class DoEnableAuthentication(
    Do,
    module="amps-action-do-enable-authentication",
    not_running="Remove the step; there is no authentication yet, so keep the transports on a trusted network.",
):
    """Enables authentication (User Guide, Manage Security)."""
