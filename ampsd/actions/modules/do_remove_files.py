"""amps-action-do-remove-files."""

from ampsd.actions.file_pattern import FilePatternTemplate
from ampsd.actions.filled import count, file_pattern, interval_ns
from ampsd.actions.firing import Firing
from ampsd.actions.marks import FILES
from ampsd.actions.module import Do, Steps
from ampsd.actions.option_kinds import COUNT_TEXT, FILE_PATTERN, INTERVAL_TEXT
from ampsd.actions.template import Template
from ampsd.declare import option
from ampsd.ports import TreatFiles


class DoRemoveFiles(Do, module="amps-action-do-remove-files"):
    """Removes files that match a pattern and are older than an age (User Guide, Remove Files)."""

    age: Template = option(INTERVAL_TEXT, "Age of the files, by their last change.", reload="live")
    pattern: FilePatternTemplate = option(
        FILE_PATTERN, "Shell pattern of the files; a variable is part of a name.", marks=(FILES,), reload="live"
    )
    keep: Template | None = option(
        COUNT_TEXT, "Newest files that stay, of those that match and are old enough.", default=None, reload="live"
    )
    count: Template | None = option(COUNT_TEXT, "Most files in one run.", default=None, reload="live")

    def run(self, firing: Firing) -> Steps:
        """Remove the files. It fails where one of them is a journal, or belongs to the instance."""
        yield TreatFiles(
            file_pattern(firing, self.pattern),
            interval_ns(firing, self.age, "Age"),
            count(firing, self.keep, "Keep"),
            count(firing, self.count, "Count"),
            is_compressing=False,
        )
