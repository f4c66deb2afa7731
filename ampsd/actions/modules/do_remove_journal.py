"""amps-action-do-remove-journal."""

from ampsd.actions.filled import interval_ns
from ampsd.actions.firing import Firing
from ampsd.actions.module import Do, Steps
from ampsd.actions.option_kinds import INTERVAL_TEXT
from ampsd.actions.template import Template
from ampsd.declare import option
from ampsd.engine.effects import TreatJournals


class DoRemoveJournal(Do, module="amps-action-do-remove-journal"):
    """Removes journal files that are older than an age (User Guide, Remove Journal Files)."""

    age: Template = option(INTERVAL_TEXT, "Age of the journal files.", reload="live")

    def run(self, firing: Firing) -> Steps:
        """Mark the files; the work is done behind, and later steps do not wait for it."""
        yield TreatJournals(TreatJournals.REMOVE, interval_ns(firing, self.age, "Age"))
