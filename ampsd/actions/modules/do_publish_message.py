"""amps-action-do-publish-message."""

from ampsd import limits
from ampsd.actions.firing import Firing
from ampsd.actions.marks import PUBLISHES
from ampsd.actions.module import Do, Steps
from ampsd.actions.template import TEMPLATE, Template
from ampsd.declare import BOOLEAN, Kind, NotRunningError, option
from ampsd.engine.effects import PublishMessage, StepFailed


def _not_update_only(text: str) -> bool:
    if BOOLEAN.parse(text):
        raise NotRunningError(
            "only topics of the SOW have records to update, and they do not run yet", "Remove it, or write false.", True
        )
    return False


_NO_UPDATE_ONLY = Kind("boolean", _not_update_only, pattern=BOOLEAN.pattern)


class DoPublishMessage(Do, module="amps-action-do-publish-message"):
    """Publishes a message, as a client inside the instance would (User Guide, Publishing Messages)."""

    topic: Template = option(TEMPLATE, "Topic to publish to.", reload="live", marks=(PUBLISHES,))
    message_type: Template = option(TEMPLATE, "Message type of the topic.", refers_to="message type", reload="live")
    data: Template = option(TEMPLATE, "The message.", reload="live")
    delta: bool = option(
        BOOLEAN, "Publish a delta; to a topic without a SOW that is a publish.", default=False, reload="live"
    )
    update_only: bool = option(_NO_UPDATE_ONLY, "With Delta: refuse to insert.", default=False, reload="live")

    def run(self, firing: Firing) -> Steps:
        """Publish; fails when the topic is empty or too long, or the publish is refused."""
        topic = firing.fill(self.topic).strip()
        if not topic:
            raise StepFailed("the topic is empty")
        if len(topic) > limits.TOPIC_LENGTH_MAX:
            raise StepFailed(f"the topic is longer than {limits.TOPIC_LENGTH_MAX} bytes")
        message_type = firing.fill(self.message_type).decode("utf-8", "replace").strip()
        data = firing.fill(self.data)
        yield PublishMessage(topic.decode("utf-8", "surrogateescape"), message_type, data)
