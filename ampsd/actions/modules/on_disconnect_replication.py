"""amps-action-on-disconnect-replication."""

from ampsd.actions.event_variables import DESTINATION
from ampsd.actions.module import On


class OnDisconnectReplication(
    On,
    module="amps-action-on-disconnect-replication",
    not_running="Remove the action; there is no replication yet.",
):
    """Runs when a Destination is disconnected (User Guide, On Outgoing Replication Connections)."""

    variables = DESTINATION
