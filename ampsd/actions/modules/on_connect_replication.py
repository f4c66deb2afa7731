"""amps-action-on-connect-replication."""

from ampsd.actions.event_variables import DESTINATION
from ampsd.actions.module import On


class OnConnectReplication(
    On,
    module="amps-action-on-connect-replication",
    not_running="Remove the action; there is no replication yet.",
):
    """Runs when a Destination is connected (User Guide, On Outgoing Replication Connections)."""

    variables = DESTINATION
