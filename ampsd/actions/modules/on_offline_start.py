"""amps-action-on-offline-start."""

from ampsd.actions.module import On


class OnOfflineStart(
    On,
    module="amps-action-on-offline-start",
    not_running="Remove the action; it is not set off by this yet.",
):
    """Runs when messages for a slow client begin to be kept on disk.

    User Guide, On Client Offline Message Buffering.
    """

    variables = {
        "AMPS_CLIENT_NAME": "Name of the client.",
        "AMPS_CONNECTION_NAME": "Name of the connection.",
    }
