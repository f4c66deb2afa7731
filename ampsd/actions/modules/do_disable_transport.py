"""amps-action-do-disable-transport."""

from ampsd.actions.module import Do
from ampsd.actions.option_kinds import TEXT_TEXT
from ampsd.actions.template import Template
from ampsd.declare import option


class DoDisableTransport(
    Do,
    module="amps-action-do-disable-transport",
    not_running="Remove the step; it does not run yet.",
):
    """Stops a transport listening (User Guide, Manage Transports)."""

    transport: Template | None = option(
        TEXT_TEXT, "Name of the transport; without it, all.", default=None, refers_to="transport", reload="live"
    )
