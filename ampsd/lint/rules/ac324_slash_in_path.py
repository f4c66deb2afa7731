"""AC324."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.lint.rule import Rule
from ampsd.lint.step_options import all_steps, called, option_of
from ampsd.lint.subject import Subject


class SlashInPath(Rule):
    """The Path of an on-admin holds a slash.

    It is one name below /amps/administrator/actions (User Guide, On a REST Request).
    """

    severity = "error"
    failing = (
        "<Admin><InetAddr>8085</InetAddr></Admin><Actions><Action><On><Module>amps-action-on-admin</Module>"
        "<Options><Path>a/b</Path></Options></On><Do><Module>amps-action-do-nothing</Module></Do></Action>"
        "</Actions>"
    )
    passing = (
        "<Admin><InetAddr>8085</InetAddr></Admin><Actions><Action><On><Module>amps-action-on-admin</Module>"
        "<Options><Path>a-b</Path></Options></On><Do><Module>amps-action-do-nothing</Module></Do></Action>"
        "</Actions>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every on-admin."""
        for _, step in all_steps(subject):
            path = option_of(step, "path") if called(step, "on-admin") else None
            if path is not None and "/" in path:
                yield self.finding(
                    step.span("path"), f"the Path {path!r} holds a slash", "Write one name without slashes."
                )
