"""amps-action-do-enable-transport."""

from ampsd.actions.filled import name
from ampsd.actions.firing import Firing
from ampsd.actions.module import Do, Steps
from ampsd.actions.option_kinds import TEXT_TEXT
from ampsd.actions.template import Template
from ampsd.declare import option
from ampsd.ports import SetListening


class DoEnableTransport(Do, module="amps-action-do-enable-transport"):
    """Lets a transport listen (User Guide, Manage Transports)."""

    transport: Template | None = option(
        TEXT_TEXT, "Name of the transport; without it, all.", default=None, refers_to="transport", reload="live"
    )

    def run(self, firing: Firing) -> Steps:
        """Listen; what listens already goes on."""
        yield SetListening(name(firing, self.transport) or "", is_listening=True)
