"""amps-action-on-logon-client."""

from ampsd.actions.event_variables import CLIENT, IDENTITY
from ampsd.actions.module import On


class OnLogonClient(
    On,
    module="amps-action-on-logon-client",
    not_running="Remove the action; it is not set off by this yet.",
):
    """Runs when a client logs on (User Guide, On Client Logon)."""

    variables = CLIENT | IDENTITY
