"""amps-action-do-disable-transport."""

from ampsd.actions.filled import name
from ampsd.actions.firing import Firing
from ampsd.actions.module import Do, Steps
from ampsd.actions.option_kinds import TEXT_TEXT
from ampsd.actions.template import Template
from ampsd.declare import option
from ampsd.engine.effects import CloseTransport
from ampsd.ports import SetListening


class DoDisableTransport(Do, module="amps-action-do-disable-transport"):
    """Stops a transport listening (User Guide, Manage Transports)."""

    transport: Template | None = option(
        TEXT_TEXT, "Name of the transport; without it, all.", default=None, refers_to="transport", reload="live"
    )

    def run(self, firing: Firing) -> Steps:
        """Listen no more, then end the connections."""
        transport = name(firing, self.transport)
        yield SetListening(transport or "", is_listening=False)
        yield CloseTransport(transport)
