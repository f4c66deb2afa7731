"""ampsd-action-do-set-status."""

from ampsd.actions.firing import Firing
from ampsd.actions.module import Do, Steps
from ampsd.actions.template import TEMPLATE, Template
from ampsd.declare import Kind, option
from ampsd.engine.effects import SetStatus

_EMPTY = Template("")
_STATUS = Kind("a status that is none of the instance's own", SetStatus.checked)


class DoSetStatus(Do, module="ampsd-action-do-set-status"):
    """Notes a status for the queued message that set off the action, for operators to see. AMPS has none."""

    status: str = option(_STATUS, "The status, such as Held. It moves nothing.", reload="live")
    reason: Template = option(TEMPLATE, "Why.", default=_EMPTY, reload="live")

    def run(self, firing: Firing) -> Steps:
        """Note it."""
        yield SetStatus(self.status, firing.fill(self.reason))
