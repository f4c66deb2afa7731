"""What a queue needs of the instance it is in."""

from collections.abc import Callable

from ampsd.engine.bodies import Bodies
from ampsd.engine.environments import Environments
from ampsd.engine.events import Event
from ampsd.engine.message_events import MessageEvents
from ampsd.engine.outbox import Outbox
from ampsd.engine.publishers import Publishers
from ampsd.engine.turn import Turn
from ampsd.ports import Report
from ampsd.storage.log import Log


class Surroundings:
    """The other nouns of the instance, and whom to tell."""

    __slots__ = (
        "bodies",
        "environments",
        "events",
        "happened",
        "is_watched",
        "log",
        "outbox",
        "publishers",
        "report",
        "turn",
    )

    def __init__(
        self,
        log: Log,
        outbox: Outbox,
        bodies: Bodies,
        publishers: Publishers,
        moment: Turn,
        report: Report,
        happened: Callable[[Event], None],
        is_watched: Callable[[Event], bool],
        environments: Environments,
        events: MessageEvents,
    ) -> None:
        self.log = log
        self.outbox = outbox
        self.bodies = bodies
        self.publishers = publishers
        self.turn = moment
        self.report = report
        self.happened = happened
        self.is_watched = is_watched
        self.environments = environments
        self.events = events
