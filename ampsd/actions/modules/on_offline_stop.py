"""amps-action-on-offline-stop."""

from ampsd.actions.event_variables import CLIENT
from ampsd.actions.module import On
from ampsd.engine.events import ClientOnline, Event


class OnOfflineStop(
    On,
    module="amps-action-on-offline-stop",
):
    """Runs when a slow client has caught up with what was kept on disk for it.

    User Guide, On Client Offline Message Buffering.
    """

    event = ClientOnline
    variables = CLIENT

    def matches(self, event: Event) -> bool:
        """Every client."""
        return True
