"""amps-action-on-oof-message."""

from ampsd.actions.event_variables import MESSAGE
from ampsd.actions.marks import WATCHES
from ampsd.actions.module import On
from ampsd.declare import EXPRESSION, TOPIC_OR_REGEX, one_of, option


class OnOofMessage(
    On,
    module="amps-action-on-oof-message",
    not_running="Remove the action; topics of the SOW do not run yet.",
):
    """Runs when a record no longer matches what it matched before (User Guide, On OOF Message)."""

    variables = MESSAGE | {
        "AMPS_PREVIOUS_DATA": "The message as it was before.",
        "AMPS_PREVIOUS_DATA_LENGTH": "Length of the message before, in bytes.",
    }

    topic: str = option(
        TOPIC_OR_REGEX,
        "Topic, view or conflated topic to watch, or a regular expression.",
        marks=(WATCHES,),
        reload="live",
    )
    message_type: str = option(TOPIC_OR_REGEX, "Message type of that topic, or a regular expression.", reload="live")
    filter: str | None = option(EXPRESSION, "Records that are watched; without it, all.", default=None, reload="live")
    type: str = option(
        one_of("match", "delete", "expire", "all"),
        "Why the record goes: it no longer matches, was deleted, expired, or any of these.",
        default="all",
        reload="live",
    )
