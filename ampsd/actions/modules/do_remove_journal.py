"""amps-action-do-remove-journal."""

from ampsd.actions.module import Do
from ampsd.actions.option_kinds import INTERVAL_TEXT
from ampsd.actions.template import Template
from ampsd.declare import option


class DoRemoveJournal(
    Do,
    module="amps-action-do-remove-journal",
    not_running="Remove the step; journals are not archived, compressed or removed yet.",
):
    """Removes journal files that are older than an age (User Guide, Remove Journal Files)."""

    age: Template = option(INTERVAL_TEXT, "Age of the journal files.", reload="live")
