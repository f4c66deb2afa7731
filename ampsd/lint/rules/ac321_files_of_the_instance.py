"""AC321."""

import posixpath
from collections.abc import Iterable
from fnmatch import fnmatchcase

from ampsd.actions.marks import FILES
from ampsd.config.finding import Finding
from ampsd.definitions.admin import AdminDefinition
from ampsd.definitions.sow_topics import TopicDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.step_options import all_steps, literal
from ampsd.lint.subject import Subject


class FilesOfTheInstance(Rule):
    """A step on files has a pattern that matches files the instance needs.

    SOW files, the statistics database and the configuration are in use: removing or compressing them loses data.
    """

    severity = "warning"
    failing = (
        "<Admin><FileName>./stats.db</FileName></Admin><Actions><Action><On>"
        "<Module>amps-action-on-startup</Module></On><Do><Module>amps-action-do-remove-files</Module>"
        "<Options><Age>7d</Age><Pattern>./*.db</Pattern></Options></Do></Action></Actions>"
    )
    passing = (
        "<Admin><FileName>./stats.db</FileName></Admin><Actions><Action><On>"
        "<Module>amps-action-on-startup</Module></On><Do><Module>amps-action-do-remove-files</Module>"
        "<Options><Age>7d</Age><Pattern>./log/*.log</Pattern></Options></Do></Action></Actions>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every pattern of files, against every file that the configuration names."""
        files = [(one.definition.file_name or "", "SOW file") for one in subject.all_of(TopicDefinition)]
        files += [(one.definition.file_name or "", "statistics database") for one in subject.all_of(AdminDefinition)]
        files += [(path, "configuration") for path in subject.source.files]
        for _, step in all_steps(subject):
            for option in step.definition.declared:
                pattern = literal(getattr(step.definition, option.attribute)) if FILES in option.marks else None
                if not pattern:
                    continue
                normal = posixpath.normpath(pattern)
                for path, what in files:
                    if path and fnmatchcase(posixpath.normpath(path.replace("%n", "x")), normal):
                        yield self.finding(
                            step.span(option.attribute),
                            f"the pattern {pattern!r} matches the {what} {path}",
                            "Name a pattern that only takes files nothing uses any more.",
                        )
                        break
