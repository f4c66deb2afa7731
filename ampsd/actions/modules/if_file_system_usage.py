"""amps-action-if-file-system-usage."""

from ampsd.actions.filled import percent, text_bytes
from ampsd.actions.firing import Firing
from ampsd.actions.module import If
from ampsd.actions.option_kinds import PERCENT_TEXT, TEXT_TEXT
from ampsd.actions.template import Template
from ampsd.declare import option
from ampsd.ports import Errand, MeasureFileSystem


class IfFileSystemUsage(If, module="amps-action-if-file-system-usage"):
    """Goes on only when a file system is fuller than the limit (User Guide, Based on File System Usage)."""

    path: Template = option(TEXT_TEXT, "A path on the file system.", reload="live")
    greater_than: Template = option(PERCENT_TEXT, "The limit, such as 90%.", reload="live")

    def question(self, firing: Firing) -> Errand:
        """How full it is."""
        return MeasureFileSystem(text_bytes(firing, self.path, "Path"))

    def passes(self, firing: Firing, answer: bytes) -> bool:
        """Whether more than the limit is used."""
        return float(answer) > percent(firing, self.greater_than, "GreaterThan")
