"""amps-action-on-connect-client."""

from ampsd.actions.module import On


class OnConnectClient(
    On,
    module="amps-action-on-connect-client",
    not_running="Remove the action; it is not set off by this yet.",
):
    """Runs when a client connects, before it logs on (User Guide, On Client Connect or Disconnect)."""

    variables = {
        "AMPS_CLIENT_NAME": "Name of the connection: the client has not said its own yet.",
        "AMPS_CONNECTION_NAME": "Name of the connection.",
    }
