"""What the admin interface asks of the events that are kept: the door to them, and the conversions to resources."""

from collections.abc import Sequence
from typing import Protocol, overload

from ampsd.admin.models import Audit, Event, Sample, Story
from ampsd.engine.lifecycle import NUMERIC, NUMERIC_NAMES, OUTCOMES, ArchiveState, State
from ampsd.engine.operators import Left, Place


class EventFilter:
    """Which events: every condition that is not None must hold. `before` pages; 0 begins with the newest."""

    __slots__ = ("before", "client", "limit", "message", "queue", "since_ns", "status", "topic", "until_ns")

    def __init__(
        self,
        *,
        queue: str | None = None,
        topic: str | None = None,
        status: str | None = None,
        client: str | None = None,
        message: str | None = None,
        since_ns: int | None = None,
        until_ns: int | None = None,
        before: int = 0,
        limit: int = 100,
    ) -> None:
        self.queue = queue
        self.topic = topic
        self.status = status
        self.client = client
        self.message = message
        self.since_ns = since_ns
        self.until_ns = until_ns
        self.before = before
        self.limit = limit


class EventQueries(Protocol):
    """Answers from what is kept. May wait for a disk: not to be called by the reactor."""

    def find(self, wanted: EventFilter) -> Sequence[Event]:
        """Events, newest first; at most `limit`."""
        ...

    def story(self, bookmark: str) -> Story | None:
        """Everything known of a message; None when nothing is."""
        ...

    def place(self, bookmark: str) -> Place | None:
        """Where a message is in the log; None when it is not known."""
        ...

    def left(self, bookmark: str, queue: str) -> Left | None:
        """What is known of a message that left a queue; None when nothing is."""
        ...

    def audits(self, limit: int) -> Sequence[Audit]:
        """Audit lines, newest first."""
        ...


class StatisticsQueries(Protocol):
    """Answers from samples. May wait for a disk: not to be called by the reactor."""

    def find(self, name: str | None, since_wall_ns: int, limit: int) -> Sequence[Sample]:
        """The latest samples of a gauge, or of all, newest first."""
        ...


@overload
def numbers_of(state: State) -> tuple[int, str, str | None]: ...
@overload
def numbers_of(state: ArchiveState) -> tuple[None, None, None]: ...
def numbers_of(state: State | ArchiveState) -> tuple[int | None, str | None, str | None]:
    """Numeric status, its name and the outcome; the archiver has none of its own."""
    if isinstance(state, ArchiveState):
        return None, None, None
    numeric = NUMERIC.get(state, 0)
    return numeric, NUMERIC_NAMES[numeric], OUTCOMES.get(state)
