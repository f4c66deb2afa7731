"""amps-action-on-logon-client."""

from ampsd.actions.module import On


class OnLogonClient(
    On,
    module="amps-action-on-logon-client",
    not_running="Remove the action; it is not set off by this yet.",
):
    """Runs when a client logs on (User Guide, On Client Logon)."""

    variables = {
        "AMPS_CLIENT_NAME": "Name of the client.",
        "AMPS_CONNECTION_NAME": "Name of the connection.",
        "AMPS_AUTHENTICATION_ID": "Identity that authentication gave the client.",
    }
