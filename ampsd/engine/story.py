"""What the events of one message in one queue add up to: its state, its attempts, its sessions.

A replay of the event log gives the same states that the queue has, and shows whether each step is one that `lifecycle`
knows. Nothing here decides anything.
"""

from ampsd.engine import lifecycle
from ampsd.engine.lifecycle import ArchiveState, State

LEADS_TO = {
    lifecycle.RECEIVED: State.AVAILABLE,
    lifecycle.STARTED: State.LEASED,
    lifecycle.COMPLETED: State.DONE,
    lifecycle.RETRYING: State.RETRY_WAIT,
    lifecycle.REDELIVERING: State.RETRY_WAIT,
    lifecycle.FAILED: State.FAILED,
    lifecycle.TERMINATED: State.TERMINATED,
    lifecycle.EXPIRED: State.EXPIRED,
    lifecycle.SKIPPED: State.SKIPPED,
    lifecycle.SUSPENDED_STATUS: State.SUSPENDED,
    lifecycle.RESUMED: State.AVAILABLE,
    lifecycle.RESET: State.AVAILABLE,
}
"""The state that an event leads to, where it does not depend on more; other events leave the state as it is."""
_STAYS = (
    lifecycle.SKIPPING,
    lifecycle.TERMINATING,
    lifecycle.STUCK,
    lifecycle.LOGGED,
    lifecycle.DEAD_LETTERED,
    lifecycle.REPROCESSED,
    lifecycle.REROUTED,
    lifecycle.REDRIVEN,
)
_ARCHIVE_STEPS: dict[tuple[State | ArchiveState, str], ArchiveState] = {
    (before, status): after for before, status, after in lifecycle.ARCHIVE_STEPS
}
ARCHIVER = b"archiver"
"""The name of the processor that copies messages to the archive."""
ACTION = b"action:"
"""How the names of processors begin that are actions."""
HANDED_BACK = b"handed back until "
"""How the reason of a Retrying event begins whose consumer did not try."""
DUE = b"due "
"""How the reason of a Received event begins whose message is not delivered before a time."""


class Session:
    """One continuous handling of the message: an attempt of a consumer. `ended` is 0 while it is open."""

    __slots__ = ("attempt", "client", "ended", "number", "started", "status")

    def __init__(self, number: int, attempt: int, client: bytes, started: int) -> None:
        self.number = number
        self.attempt = attempt
        self.client = client
        self.started = started
        self.ended = 0
        self.status = lifecycle.STARTED


class Story:
    """Takes the events of one message in one queue, in order. `faults` are steps that no row of the table allows.

    An action may be set off by one message several times, each of which is a life of its own.
    """

    __slots__ = ("_is_action", "_is_archiver", "attempts", "cancels", "faults", "open", "sessions", "state")

    def __init__(self, processor: bytes) -> None:
        self._is_action = processor.startswith(ACTION)
        self._is_archiver = processor == ARCHIVER
        self.state: State | ArchiveState = ArchiveState.NONE if self._is_archiver else State.NEW
        self.attempts = 0
        self.cancels = 0
        self.sessions: list[Session] = []
        self.open: Session | None = None
        self.faults: list[str] = []

    def add(
        self, number: int, wall_ns: int, status: str, reason: bytes = b"", client: bytes = b"", session: int = 0
    ) -> tuple[State | ArchiveState, State | ArchiveState]:
        """One more event; returns the states before and after it."""
        if self._is_archiver:
            return self._add_of_archiver(number, wall_ns, status, session)
        if self._is_action and status == lifecycle.RECEIVED and self.open is None:
            self.state = State.NEW
            self.attempts = 0
        assert isinstance(self.state, State)
        before = self.state
        after = LEADS_TO.get(status, before)
        if status == lifecycle.RECEIVED and reason.startswith(DUE):
            after = State.DELAYED
        if status == lifecycle.RETRYING and reason.startswith(HANDED_BACK):
            after = State.DELAYED
        if status == lifecycle.STARTED:
            self._start(number, wall_ns, client)
        elif status in lifecycle.CLOSING and session:
            self._close(wall_ns, status, session)
        elif self.open is not None and status in (*lifecycle.CLOSING, lifecycle.EXPIRED, lifecycle.SKIPPED):
            self.faults.append(f"{status} at {number} leaves session {self.open.number} open")
        if reason == b"cancel" or b"max_cancels" in reason:
            self.cancels += 1
        if status not in _STAYS and status in lifecycle.STATUSES and not lifecycle.is_step(before, after, status):
            self.faults.append(f"{status} at {number} leads from {before.value} to {after.value}")
        self.state = after
        return before, after

    def _add_of_archiver(
        self, number: int, wall_ns: int, status: str, session: int
    ) -> tuple[State | ArchiveState, State | ArchiveState]:
        before = self.state
        after = _ARCHIVE_STEPS.get((before, status))
        if after is None:
            self.faults.append(f"{status} at {number} does not follow {before.value}")
            return before, before
        self.state = after
        if status == lifecycle.ARCHIVING:
            self._start(number, wall_ns, ARCHIVER)
        else:
            self._close(wall_ns, status, session)
        return before, after

    def _start(self, number: int, wall_ns: int, client: bytes) -> None:
        if self.open is not None:
            self.faults.append(f"session {number} begins while {self.open.number} is open")
        self.attempts += 1
        self.open = Session(number, self.attempts, client, wall_ns)
        self.sessions.append(self.open)

    def _close(self, wall_ns: int, status: str, session: int) -> None:
        if self.open is None or self.open.number != session:
            self.faults.append(f"{status} closes session {session}, which is not open")
            return
        self.open.ended = max(wall_ns, self.open.started)
        self.open.status = status
        self.open = None
