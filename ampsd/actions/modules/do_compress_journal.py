"""amps-action-do-compress-journal."""

from ampsd.actions.module import Do
from ampsd.actions.option_kinds import INTERVAL_TEXT
from ampsd.actions.template import Template
from ampsd.declare import option


class DoCompressJournal(
    Do,
    module="amps-action-do-compress-journal",
    not_running="Remove the step; journals are not archived, compressed or removed yet.",
):
    """Compresses journal files that are older than an age (User Guide, Compress Journal Files)."""

    age: Template = option(INTERVAL_TEXT, "Age of the journal files.", reload="live")
