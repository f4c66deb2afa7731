"""amps-action-do-echo-message."""

from ampsd.actions.firing import Firing
from ampsd.actions.module import Do, Steps
from ampsd.actions.template import TEMPLATE, Template
from ampsd.declare import option
from ampsd.engine.effects import WriteLog

_EMPTY = Template("")


class DoEchoMessage(Do, module="amps-action-do-echo-message"):
    """Writes a text to the log as record 29-0103 at level info (User Guide, Debugging Actions)."""

    message: Template = option(TEMPLATE, "The text.", default=_EMPTY, reload="live")

    def run(self, firing: Firing) -> Steps:
        """Write the record; bytes that are not UTF-8 are shown as backslash escapes."""
        yield WriteLog("29-0103", message=firing.fill(self.message).decode("utf-8", "backslashreplace"))
