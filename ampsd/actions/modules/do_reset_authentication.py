"""amps-action-do-reset-authentication."""

from ampsd.actions.module import Do
from ampsd.actions.option_kinds import TEXT_TEXT
from ampsd.actions.template import Template
from ampsd.declare import option


class DoResetAuthentication(
    Do,
    module="amps-action-do-reset-authentication",
    not_running="Remove the step; there is no authentication yet, so keep the transports on a trusted network.",
):
    """Forgets what authentication has decided so far, and disconnects the users concerned.

    User Guide, Manage Security.
    """

    transport: Template | None = option(
        TEXT_TEXT, "Transport; without it, all.", default=None, refers_to="transport", reload="live"
    )
    authentication_id: Template | None = option(TEXT_TEXT, "User; without it, all.", default=None, reload="live")
