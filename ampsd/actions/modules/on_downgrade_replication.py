"""amps-action-on-downgrade-replication."""

from ampsd.actions.event_variables import DESTINATION
from ampsd.actions.module import On


class OnDowngradeReplication(
    On,
    module="amps-action-on-downgrade-replication",
    not_running="Remove the action; there is no replication yet.",
):
    """Runs when a synchronous Destination is downgraded (User Guide, On Outgoing Replication Connections)."""

    variables = DESTINATION
