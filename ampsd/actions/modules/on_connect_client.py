"""amps-action-on-connect-client."""

from ampsd.actions.module import On
from ampsd.engine.events import ClientConnected, Event


class OnConnectClient(On, module="amps-action-on-connect-client"):
    """Runs when a client connects, before it logs on (User Guide, On Client Connect or Disconnect)."""

    event = ClientConnected

    variables = {
        "AMPS_CLIENT_NAME": "Name of the connection: the client has not said its own yet.",
        "AMPS_CONNECTION_NAME": "Name of the connection.",
    }

    def matches(self, event: Event) -> bool:
        """Every connection."""
        return True
