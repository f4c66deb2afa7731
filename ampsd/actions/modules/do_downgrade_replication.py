"""amps-action-do-downgrade-replication."""

from ampsd.actions.module import Do
from ampsd.actions.option_kinds import INTERVAL_TEXT
from ampsd.actions.template import Template
from ampsd.declare import option


class DoDowngradeReplication(
    Do,
    module="amps-action-do-downgrade-replication",
    not_running="Remove the step; there is no replication yet.",
):
    """Lets acknowledgments no longer wait for Destinations that lag behind (User Guide, Manage Replication)."""

    age: Template = option(INTERVAL_TEXT, "Lag at which a Destination is downgraded.", reload="live")
    grace_period: Template | None = option(
        INTERVAL_TEXT, "How long after a start nothing is done.", default=None, reload="live"
    )
