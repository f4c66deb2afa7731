"""amps-action-do-truncate-statistics."""

from ampsd.actions.filled import interval_ns
from ampsd.actions.firing import Firing
from ampsd.actions.module import Do, Steps
from ampsd.actions.option_kinds import INTERVAL_TEXT
from ampsd.actions.template import Template
from ampsd.declare import option
from ampsd.ports import TruncateStatistics


class DoTruncateStatistics(Do, module="amps-action-do-truncate-statistics"):
    """Removes statistics that are older than an age (User Guide, Truncate Statistics)."""

    age: Template = option(INTERVAL_TEXT, "Age of the statistics.", reload="live")

    def run(self, firing: Firing) -> Steps:
        """Remove them. The file keeps its size: what is free is used again."""
        yield TruncateStatistics(interval_ns(firing, self.age, "Age"))
