"""amps-action-do-enable-transport."""

from ampsd.actions.module import Do
from ampsd.actions.option_kinds import TEXT_TEXT
from ampsd.actions.template import Template
from ampsd.declare import option


class DoEnableTransport(
    Do,
    module="amps-action-do-enable-transport",
    not_running="Remove the step; it does not run yet.",
):
    """Lets a transport listen (User Guide, Manage Transports)."""

    transport: Template | None = option(
        TEXT_TEXT, "Name of the transport; without it, all.", default=None, refers_to="transport", reload="live"
    )
