"""amps-action-do-delete-sow."""

from ampsd.actions.marks import READS
from ampsd.actions.module import Do
from ampsd.actions.option_kinds import TEXT_TEXT
from ampsd.actions.template import Template
from ampsd.declare import option


class DoDeleteSow(
    Do,
    module="amps-action-do-delete-sow",
    not_running="Remove the step; topics of the SOW do not run yet.",
):
    """Deletes records from topics of the SOW (User Guide, Delete SOW Contents)."""

    topic: Template = option(TEXT_TEXT, "Topic, or a regular expression.", marks=(READS,), reload="live")
    message_type: Template = option(TEXT_TEXT, "Message type of that topic.", refers_to="message type", reload="live")
    filter: Template = option(TEXT_TEXT, "Which records.", reload="live")
