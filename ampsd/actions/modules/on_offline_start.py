"""amps-action-on-offline-start."""

from ampsd.actions.event_variables import CLIENT
from ampsd.actions.module import On
from ampsd.engine.events import ClientOffline, Event


class OnOfflineStart(
    On,
    module="amps-action-on-offline-start",
):
    """Runs when messages for a slow client begin to be kept on disk.

    User Guide, On Client Offline Message Buffering.
    """

    event = ClientOffline
    variables = CLIENT

    def matches(self, event: Event) -> bool:
        """Every client."""
        return True
