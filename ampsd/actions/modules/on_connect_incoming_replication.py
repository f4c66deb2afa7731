"""amps-action-on-connect-incoming-replication."""

from ampsd.actions.event_variables import REPLICATION_PEER
from ampsd.actions.module import On


class OnConnectIncomingReplication(
    On,
    module="amps-action-on-connect-incoming-replication",
    not_running="Remove the action; there is no replication yet.",
):
    """Runs when another instance connects to replicate to this one.

    User Guide, On Incoming Replication Connections.
    """

    variables = REPLICATION_PEER
