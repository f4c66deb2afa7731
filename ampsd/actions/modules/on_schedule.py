"""amps-action-on-schedule."""

from ampsd.actions.module import On
from ampsd.actions.option_kinds import SCHEDULE
from ampsd.actions.schedule import Schedule
from ampsd.declare import TEXT, option
from ampsd.engine.events import Event, ScheduleDue


class OnSchedule(On, module="amps-action-on-schedule"):
    """Runs at intervals from the start of the instance, or at a time of the day or of the week.

    User Guide, On a Schedule.
    """

    event = ScheduleDue

    every: Schedule = option(
        SCHEDULE,
        "When: an interval, HH:MM, or a weekday at HH:MM; local time, or UTC with a Z at the end.",
        reload="live",
    )
    name: str = option(TEXT, "Name of the schedule in the log.", default="unknown", reload="live")

    def matches(self, event: Event) -> bool:
        """The time of this very schedule."""
        assert isinstance(event, ScheduleDue)
        return event.schedule is self
