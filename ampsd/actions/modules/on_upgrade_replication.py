"""amps-action-on-upgrade-replication."""

from ampsd.actions.event_variables import DESTINATION
from ampsd.actions.module import On


class OnUpgradeReplication(
    On,
    module="amps-action-on-upgrade-replication",
    not_running="Remove the action; there is no replication yet.",
):
    """Runs when a downgraded Destination is synchronous again (User Guide, On Outgoing Replication Connections)."""

    variables = DESTINATION
