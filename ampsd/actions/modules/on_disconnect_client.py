"""amps-action-on-disconnect-client."""

from ampsd.actions.module import On


class OnDisconnectClient(
    On,
    module="amps-action-on-disconnect-client",
    not_running="Remove the action; it is not set off by this yet.",
):
    """Runs after a client has disconnected (User Guide, On Client Connect or Disconnect)."""

    variables = {
        "AMPS_CLIENT_NAME": "Name of the client.",
        "AMPS_CONNECTION_NAME": "Name of the connection.",
        "AMPS_AUTHENTICATION_ID": "Identity that authentication gave the client.",
    }
