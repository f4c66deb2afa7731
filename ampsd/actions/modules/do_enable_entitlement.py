"""amps-action-do-enable-entitlement."""

from ampsd.actions.module import Do


class DoEnableEntitlement(
    Do,
    module="amps-action-do-enable-entitlement",
    not_running="Remove the step; there is no authentication yet, so keep the transports on a trusted network.",
):
    """Enables entitlement (User Guide, Manage Security)."""
