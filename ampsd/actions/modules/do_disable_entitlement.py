"""amps-action-do-disable-entitlement."""

from ampsd.actions.firing import Firing
from ampsd.actions.module import Do, Steps
from ampsd.engine.effects import SwitchSecurity


class DoDisableEntitlement(Do, module="amps-action-do-disable-entitlement"):
    """Disables entitlement (User Guide, Manage Security)."""

    def run(self, firing: Firing) -> Steps:
        """Switch it."""
        yield SwitchSecurity(entitlement=False)
