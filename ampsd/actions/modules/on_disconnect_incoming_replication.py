"""amps-action-on-disconnect-incoming-replication."""

from ampsd.actions.event_variables import REPLICATION_PEER
from ampsd.actions.module import On


class OnDisconnectIncomingReplication(
    On,
    module="amps-action-on-disconnect-incoming-replication",
    not_running="Remove the action; there is no replication yet.",
):
    """Runs when an instance that replicates to this one disconnects.

    User Guide, On Incoming Replication Connections.
    """

    variables = REPLICATION_PEER
