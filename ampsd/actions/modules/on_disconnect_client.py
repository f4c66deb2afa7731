"""amps-action-on-disconnect-client."""

from ampsd.actions.event_variables import CLIENT, IDENTITY
from ampsd.actions.module import On


class OnDisconnectClient(
    On,
    module="amps-action-on-disconnect-client",
    not_running="Remove the action; it is not set off by this yet.",
):
    """Runs after a client has disconnected (User Guide, On Client Connect or Disconnect)."""

    variables = CLIENT | IDENTITY
