"""amps-action-on-offline-start."""

from ampsd.actions.event_variables import CLIENT
from ampsd.actions.module import On


class OnOfflineStart(
    On,
    module="amps-action-on-offline-start",
    not_running="Remove the action; it is not set off by this yet.",
):
    """Runs when messages for a slow client begin to be kept on disk.

    User Guide, On Client Offline Message Buffering.
    """

    variables = CLIENT
