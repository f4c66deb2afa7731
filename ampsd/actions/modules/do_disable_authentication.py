"""amps-action-do-disable-authentication."""

from ampsd.actions.firing import Firing
from ampsd.actions.module import Do, Steps
from ampsd.engine.effects import SwitchSecurity


class DoDisableAuthentication(Do, module="amps-action-do-disable-authentication"):
    """Disables authentication (User Guide, Manage Security)."""

    def run(self, firing: Firing) -> Steps:
        """Switch it."""
        yield SwitchSecurity(authentication=False)
