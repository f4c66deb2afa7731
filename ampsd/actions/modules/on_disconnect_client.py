"""amps-action-on-disconnect-client."""

from ampsd.actions.event_variables import CLIENT, IDENTITY
from ampsd.actions.module import On
from ampsd.engine.events import ClientDisconnected, Event


class OnDisconnectClient(On, module="amps-action-on-disconnect-client"):
    """Runs after a client has disconnected (User Guide, On Client Connect or Disconnect)."""

    event = ClientDisconnected

    variables = CLIENT | IDENTITY

    def matches(self, event: Event) -> bool:
        """Every connection that ends."""
        return True
