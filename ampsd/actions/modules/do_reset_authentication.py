"""amps-action-do-reset-authentication."""

from ampsd.actions.filled import name
from ampsd.actions.firing import Firing
from ampsd.actions.module import Do, Steps
from ampsd.actions.option_kinds import TEXT_TEXT
from ampsd.actions.template import Template
from ampsd.declare import option
from ampsd.engine.effects import ResetSecurity


class DoResetAuthentication(Do, module="amps-action-do-reset-authentication"):
    """Forgets what authentication has decided so far; who is connected stays (User Guide, Manage Security)."""

    transport: Template | None = option(
        TEXT_TEXT, "Transport; without it, all.", default=None, refers_to="transport", reload="live"
    )
    authentication_id: Template | None = option(TEXT_TEXT, "User; without it, all.", default=None, reload="live")

    def run(self, firing: Firing) -> Steps:
        """Forget it. An AuthenticationId that is empty when it is filled in means nobody."""
        user = None if self.authentication_id is None else firing.fill(self.authentication_id).strip()
        yield ResetSecurity(False, name(firing, self.transport), user)
