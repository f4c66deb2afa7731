"""amps-action-do-remove-files."""

from ampsd.actions.marks import FILES
from ampsd.actions.module import Do
from ampsd.actions.option_kinds import COUNT_TEXT, INTERVAL_TEXT, TEXT_TEXT
from ampsd.actions.template import Template
from ampsd.declare import option


class DoRemoveFiles(
    Do,
    module="amps-action-do-remove-files",
    not_running="Remove the step; let a job of the system look after the files.",
):
    """Removes files that match a pattern and are older than an age (User Guide, Remove Files)."""

    age: Template = option(INTERVAL_TEXT, "Age of the files, by their last change.", reload="live")
    pattern: Template = option(TEXT_TEXT, "Shell pattern of the files.", marks=(FILES,), reload="live")
    keep: Template | None = option(
        COUNT_TEXT, "Newest files that stay, whatever their age.", default=None, reload="live"
    )
    count: Template | None = option(COUNT_TEXT, "Most files in one run.", default=None, reload="live")
