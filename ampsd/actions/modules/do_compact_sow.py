"""amps-action-do-compact-sow."""

from ampsd.actions.marks import READS
from ampsd.actions.module import Do
from ampsd.actions.option_kinds import TEXT_TEXT
from ampsd.actions.template import Template
from ampsd.declare import option


class DoCompactSow(
    Do,
    module="amps-action-do-compact-sow",
    not_running="Remove the step; topics of the SOW do not run yet.",
):
    """Compacts the file of a topic of the SOW, or of all of them (User Guide, Compact SOW Topic)."""

    topic: Template | None = option(TEXT_TEXT, "Topic; without it, all.", default=None, marks=(READS,), reload="live")
    message_type: Template | None = option(
        TEXT_TEXT, "Message type of the topic.", default=None, refers_to="message type", reload="live"
    )
