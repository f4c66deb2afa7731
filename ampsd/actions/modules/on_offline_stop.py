"""amps-action-on-offline-stop."""

from ampsd.actions.event_variables import CLIENT
from ampsd.actions.module import On


class OnOfflineStop(
    On,
    module="amps-action-on-offline-stop",
    not_running="Remove the action; it is not set off by this yet.",
):
    """Runs when a slow client has caught up with what was kept on disk for it.

    User Guide, On Client Offline Message Buffering.
    """

    variables = CLIENT
