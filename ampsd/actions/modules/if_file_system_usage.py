"""amps-action-if-file-system-usage."""

from ampsd.actions.module import If
from ampsd.actions.option_kinds import PERCENT_TEXT, TEXT_TEXT
from ampsd.actions.template import Template
from ampsd.declare import option


class IfFileSystemUsage(
    If,
    module="amps-action-if-file-system-usage",
    not_running="Remove the step; it does not run yet.",
):
    """Goes on only when a file system is fuller than the limit (User Guide, Based on File System Usage)."""

    path: Template = option(TEXT_TEXT, "A path on the file system.", reload="live")
    greater_than: Template = option(PERCENT_TEXT, "The limit, such as 90%.", reload="live")
