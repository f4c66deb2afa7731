"""amps-action-do-enable-proxied-transfer."""

from ampsd.actions.module import Do
from ampsd.actions.option_kinds import TEXT_TEXT
from ampsd.actions.template import Template
from ampsd.declare import option


class DoEnableProxiedTransfer(
    Do,
    module="amps-action-do-enable-proxied-transfer",
    not_running="Remove the step; there is no replication yet.",
):
    """Lets messages of a queue whose owner cannot be reached be delivered; duplicates are possible.

    User Guide, Manage Queue Transfers.
    """

    topic: Template = option(TEXT_TEXT, "The queue.", refers_to="queue", reload="live")
    message_type: Template = option(TEXT_TEXT, "Message type of the queue.", refers_to="message type", reload="live")
