"""amps-action-on-replication-resync-complete."""

from ampsd.actions.event_variables import DESTINATION
from ampsd.actions.module import On


class OnReplicationResyncComplete(
    On,
    module="amps-action-on-replication-resync-complete",
    not_running="Remove the action; there is no replication yet.",
):
    """Runs when a Destination has caught up with the transaction log.

    User Guide, On Outgoing Replication Connections.
    """

    variables = DESTINATION
