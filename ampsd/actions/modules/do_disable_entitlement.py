"""amps-action-do-disable-entitlement."""

from ampsd.actions.module import Do


class DoDisableEntitlement(
    Do,
    module="amps-action-do-disable-entitlement",
    not_running="Remove the step; there is no authentication yet, so keep the transports on a trusted network.",
):
    """Disables entitlement (User Guide, Manage Security)."""
