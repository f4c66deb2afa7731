"""AC336."""

from collections.abc import Iterable

from ampsd import units
from ampsd.actions.schedule import Schedule
from ampsd.config.finding import Finding
from ampsd.lint.rule import Rule
from ampsd.lint.step_options import called, option_of
from ampsd.lint.subject import Subject


class ScheduleTooCoarse(Rule):
    """A schedule that upgrades or downgrades Destinations is coarser than half of the Age.

    A lag is then noticed much later than the Age says (User Guide, Manage Replication).
    """

    severity = "warning"
    failing = (
        "<Actions><Action><On><Module>amps-action-on-schedule</Module><Options><Every>60s</Every></Options>"
        "</On><Do><Module>amps-action-do-downgrade-replication</Module><Options><Age>60s</Age></Options>"
        "</Do></Action></Actions>"
    )
    passing = (
        "<Actions><Action><On><Module>amps-action-on-schedule</Module><Options><Every>10s</Every></Options>"
        "</On><Do><Module>amps-action-do-downgrade-replication</Module><Options><Age>60s</Age></Options>"
        "</Do></Action></Actions>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every action on a schedule with such a step."""
        for _, ons, steps in subject.actions():
            for step in steps:
                age = (
                    option_of(step, "age")
                    if called(step, "do-downgrade-replication", "do-upgrade-replication")
                    else None
                )
                for on in ons:
                    every = getattr(on.definition, "every", None)
                    interval = every.interval_ns if isinstance(every, Schedule) else None
                    if age is not None and interval is not None and interval * 2 > units.interval_ns(age):
                        yield self.finding(
                            on.span("every"),
                            f"every {every} is coarser than half of the Age of {age}",
                            f"Write {units.interval_text(units.interval_ns(age) // 2)} or less.",
                        )
