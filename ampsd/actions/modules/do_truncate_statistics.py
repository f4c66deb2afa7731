"""amps-action-do-truncate-statistics."""

from ampsd.actions.module import Do
from ampsd.actions.option_kinds import INTERVAL_TEXT
from ampsd.actions.template import Template
from ampsd.declare import option


class DoTruncateStatistics(
    Do,
    module="amps-action-do-truncate-statistics",
    not_running="Remove the step; no statistics are kept yet.",
):
    """Removes statistics that are older than an age (User Guide, Truncate Statistics)."""

    age: Template = option(INTERVAL_TEXT, "Age of the statistics.", reload="live")
