"""AC320."""

from collections.abc import Iterable
from fnmatch import fnmatchcase

from ampsd.actions.marks import FILES
from ampsd.config.finding import Finding
from ampsd.lint.rule import Rule
from ampsd.lint.step_options import all_steps, literal
from ampsd.lint.subject import Subject


class FilesOfTheJournal(Rule):
    """A step on files has a pattern that matches journal files.

    Removing or compressing them behind the back of the instance damages the transaction log; AMPS refuses it. There are
    steps for journals (User Guide, Remove Files).
    """

    severity = "error"
    failing = (
        "<Actions><Action><On><Module>amps-action-on-startup</Module></On><Do>"
        "<Module>amps-action-do-remove-files</Module><Options><Age>7d</Age>"
        "<Pattern>./journal/*.journal</Pattern></Options></Do></Action></Actions>"
    )
    passing = (
        "<Actions><Action><On><Module>amps-action-on-startup</Module></On><Do>"
        "<Module>amps-action-do-remove-files</Module><Options><Age>7d</Age><Pattern>./log/*.log</Pattern>"
        "</Options></Do></Action></Actions>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every pattern of files."""
        for _, step in all_steps(subject):
            for option in step.definition.declared:
                pattern = literal(getattr(step.definition, option.attribute)) if FILES in option.marks else None
                if pattern and (".journal" in pattern or _takes_journals(pattern)):
                    yield self.finding(
                        step.span(option.attribute),
                        f"the pattern {pattern!r} matches journal files",
                        "Use amps-action-do-remove-journal or amps-action-do-compress-journal for them.",
                    )


def _takes_journals(pattern: str) -> bool:
    """Whether the name part alone takes a journal file, in a directory that is called after journals."""
    directory, _, name = pattern.rpartition("/")
    return "journal" in directory.lower() and fnmatchcase("A.0000000001.journal", name)
