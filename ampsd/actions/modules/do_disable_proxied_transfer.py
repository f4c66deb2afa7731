"""amps-action-do-disable-proxied-transfer."""

from ampsd.actions.module import Do
from ampsd.actions.option_kinds import TEXT_TEXT
from ampsd.actions.template import Template
from ampsd.declare import option


class DoDisableProxiedTransfer(
    Do,
    module="amps-action-do-disable-proxied-transfer",
    not_running="Remove the step; there is no replication yet.",
):
    """Keeps messages of a queue until their owner can be reached (User Guide, Manage Queue Transfers)."""

    topic: Template = option(TEXT_TEXT, "The queue.", refers_to="queue", reload="live")
    message_type: Template = option(TEXT_TEXT, "Message type of the queue.", refers_to="message type", reload="live")
