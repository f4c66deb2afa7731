"""amps-action-do-enable-entitlement."""

from ampsd.actions.firing import Firing
from ampsd.actions.module import Do, Steps
from ampsd.engine.effects import SwitchSecurity


class DoEnableEntitlement(Do, module="amps-action-do-enable-entitlement"):
    """Enables entitlement (User Guide, Manage Security)."""

    def run(self, firing: Firing) -> Steps:
        """Switch it."""
        yield SwitchSecurity(entitlement=True)
