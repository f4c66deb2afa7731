"""amps-action-do-enable-authentication."""

from ampsd.actions.firing import Firing
from ampsd.actions.module import Do, Steps
from ampsd.engine.effects import SwitchSecurity


class DoEnableAuthentication(Do, module="amps-action-do-enable-authentication"):
    """Enables authentication (User Guide, Manage Security)."""

    def run(self, firing: Firing) -> Steps:
        """Switch it."""
        yield SwitchSecurity(authentication=True)
