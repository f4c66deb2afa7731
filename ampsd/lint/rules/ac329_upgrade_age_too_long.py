"""AC329."""

from collections.abc import Iterable

from ampsd import units
from ampsd.config.finding import Finding
from ampsd.lint.rule import Rule
from ampsd.lint.step_options import all_steps, called, option_of
from ampsd.lint.subject import Subject


class UpgradeAgeTooLong(Rule):
    """Destinations are upgraded at more than half of the lag at which they are downgraded.

    A Destination that is just within the upgrade's Age then goes to and fro. AMPS advises half of the downgrade's Age
    (User Guide, Manage Replication).
    """

    severity = "warning"
    failing = (
        "<Actions><Action><On><Module>amps-action-on-startup</Module></On><Do>"
        "<Module>amps-action-do-downgrade-replication</Module><Options><Age>60s</Age></Options></Do><Do>"
        "<Module>amps-action-do-upgrade-replication</Module><Options><Age>50s</Age></Options></Do></Action>"
        "</Actions>"
    )
    passing = (
        "<Actions><Action><On><Module>amps-action-on-startup</Module></On><Do>"
        "<Module>amps-action-do-downgrade-replication</Module><Options><Age>60s</Age></Options></Do><Do>"
        "<Module>amps-action-do-upgrade-replication</Module><Options><Age>30s</Age></Options></Do></Action>"
        "</Actions>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every upgrade against the shortest downgrade."""
        steps = [step for _, step in all_steps(subject)]
        ages = [option_of(one, "age") for one in steps if called(one, "do-downgrade-replication")]
        shortest = min((units.interval_ns(age) for age in ages if age is not None), default=None)
        for step in steps:
            age = option_of(step, "age") if called(step, "do-upgrade-replication") else None
            if shortest is not None and age is not None and units.interval_ns(age) * 2 > shortest:
                yield self.finding(
                    step.span("age"),
                    f"an Age of {age} is more than half of the {units.interval_text(shortest)} of the downgrade",
                    f"Write {units.interval_text(shortest // 2)} or less.",
                )
