"""amps-action-on-logon-client."""

from ampsd.actions.event_variables import CLIENT, IDENTITY
from ampsd.actions.module import On
from ampsd.engine.events import ClientLoggedOn, Event


class OnLogonClient(On, module="amps-action-on-logon-client"):
    """Runs when a client logs on (User Guide, On Client Logon)."""

    event = ClientLoggedOn

    variables = CLIENT | IDENTITY

    def matches(self, event: Event) -> bool:
        """Every logon that succeeds."""
        return True
