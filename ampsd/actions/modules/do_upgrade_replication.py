"""amps-action-do-upgrade-replication."""

from ampsd.actions.module import Do
from ampsd.actions.option_kinds import INTERVAL_TEXT
from ampsd.actions.template import Template
from ampsd.declare import option


class DoUpgradeReplication(
    Do,
    module="amps-action-do-upgrade-replication",
    not_running="Remove the step; there is no replication yet.",
):
    """Lets acknowledgments wait again for Destinations that have caught up (User Guide, Manage Replication)."""

    age: Template = option(
        INTERVAL_TEXT,
        "Lag below which a Destination is upgraded; best half of the Age of the downgrade.",
        reload="live",
    )
    grace_period: Template | None = option(
        INTERVAL_TEXT, "How long after a start nothing is done.", default=None, reload="live"
    )
