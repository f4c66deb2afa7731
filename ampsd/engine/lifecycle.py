"""The life of a message in one queue, as data: states, what moves a message from one to another, what is told of it.

Three layers are kept apart. The *state* decides; it is a fold over the transaction log. The *numeric status* (0 to 5)
and the outcome follow from the state. *Statuses* are the words of events, which only report: no word ever moves a
message. The queue carries transitions out in bulk; this table is what it may do, what an operator may ask for, and what
the tests hold every recorded step against. The queue's part is User Guide, Message Queues, Message Flow.
"""

from enum import Enum


class State(Enum):
    """Where a message stands in a queue. The value is the word that operators see."""

    NEW = "new"
    """Not in the queue yet."""
    AVAILABLE = "available"
    DELAYED = "delayed"
    LEASED = "leased"
    RETRY_WAIT = "retry-wait"
    SUSPENDED = "suspended"
    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"
    TERMINATED = "terminated"
    EXPIRED = "expired"

    def __hash__(self) -> int:
        return len(self.value)  # the word's own hash differs between processes


class ArchiveState(Enum):
    """How far the archive is with a message; that is no matter of any queue, and has no numeric status."""

    NONE = "not archived"
    WORKING = "archiving"
    WAIT = "archive-wait"
    ARCHIVED = "archived"
    ABANDONED = "abandoned"

    def __hash__(self) -> int:
        return len(self.value)


WAITING = (State.AVAILABLE, State.DELAYED, State.RETRY_WAIT)
"""In the queue, with nobody, and not on hold."""
IN_QUEUE = (*WAITING, State.LEASED, State.SUSPENDED)
EXCEEDED = (State.FAILED, State.TERMINATED, State.EXPIRED)
"""Gone without success: a person may reset them."""
FINAL = (State.DONE, State.SKIPPED)
"""No way leads out of these."""

OPEN, IN_PROGRESS, DONE, ERROR, EXCEEDED_STATUS, SUSPENDED = range(6)
NUMERIC_NAMES = ("Open", "InProgress", "Done", "Error", "Exceeded", "Suspended")

NUMERIC: dict[State, int] = {
    State.AVAILABLE: OPEN,
    State.DELAYED: OPEN,
    State.LEASED: IN_PROGRESS,
    State.RETRY_WAIT: ERROR,
    State.SUSPENDED: SUSPENDED,
    State.DONE: DONE,
    State.SKIPPED: DONE,
    State.FAILED: EXCEEDED_STATUS,
    State.TERMINATED: EXCEEDED_STATUS,
    State.EXPIRED: EXCEEDED_STATUS,
}
"""Numeric status of each state; a message that is not in the queue yet has none."""

OUTCOMES: dict[State, str] = {
    State.DONE: "completed",
    State.SKIPPED: "skipped",
    State.FAILED: "failed",
    State.TERMINATED: "terminated",
    State.EXPIRED: "expired",
}
"""How it ended: six numbers cannot tell skipped from completed."""

STARTED = "Started"
COMPLETED = "Completed"
RETRYING = "Retrying"
FAILED = "Failed"
TERMINATED = "Terminated"
REDELIVERING = "Terminated - Redelivering"
SKIPPING = "Skipping"
SKIPPED = "Skipped"
ARCHIVING = "Archiving"
ARCHIVING_RETRYING = "Archiving Failed - Retrying"
ARCHIVING_SKIPPING = "Archiving Failed - Skipping"
ARCHIVED = "Archived"
RECEIVED = "Received"
EXPIRED = "Expired"
SUSPENDED_STATUS = "Suspended"
RESUMED = "Resumed"
RESET = "Reset"
REPROCESSED = "Reprocessed"
REROUTED = "Rerouted"
DEAD_LETTERED = "Dead-Lettered"
REDRIVEN = "Redriven"
TERMINATING = "Terminating"
STUCK = "Stuck"
LOGGED = "Logged"
"""A log record that concerns the message; its session has the line."""

STATUSES = (
    STARTED,
    COMPLETED,
    RETRYING,
    FAILED,
    TERMINATED,
    REDELIVERING,
    SKIPPING,
    SKIPPED,
    ARCHIVING,
    ARCHIVING_RETRYING,
    ARCHIVING_SKIPPING,
    ARCHIVED,
    RECEIVED,
    EXPIRED,
    SUSPENDED_STATUS,
    RESUMED,
    RESET,
    REPROCESSED,
    REROUTED,
    DEAD_LETTERED,
    REDRIVEN,
    TERMINATING,
    STUCK,
    LOGGED,
)
"""Every status that the daemon writes, spelled exactly. The place of a word is its number in the transaction log:
new ones go to the end. The first twelve are the default statuses of the event grid."""

CUSTOM = 255
"""Number in the log of every status that is somebody else's word; the reason then begins with it."""
CUSTOM_LENGTH_MAX = 64


def own_status(text: str) -> str:
    """A status of somebody's own. Raises ValueError when it cannot be one."""
    text = text.strip()
    if not text.isprintable() or not 0 < len(text) <= CUSTOM_LENGTH_MAX:
        raise ValueError(f"a status is a text of 1 to {CUSTOM_LENGTH_MAX} printable characters")
    if text in STATUSES:
        raise ValueError(f"{text} is a status that the instance writes")
    return text


def number_of(status: str, reason: bytes) -> tuple[int, bytes]:
    """A status and its reason as the log has them."""
    return (_NUMBERS[status], reason) if status in _NUMBERS else (CUSTOM, status.encode() + b"\0" + reason)


def status_of(number: int, reason: bytes) -> tuple[str, bytes]:
    """The same, back."""
    if number != CUSTOM:
        return STATUSES[number], reason
    status, _, rest = reason.partition(b"\0")
    return status.decode("utf-8", "replace"), rest


_NUMBERS = {status: number for number, status in enumerate(STATUSES)}

VERB_SESSIONS = {
    REPROCESSED: "reprocess",
    REROUTED: "reroute",
    REDRIVEN: "redrive",
    SKIPPING: "skip",
    RESET: "reset",
}
"""Statuses that are a session of their own: what an operator had done, and its kind. Only a skip takes time."""
OPENING = (STARTED, ARCHIVING, *VERB_SESSIONS)
CLOSING = (
    COMPLETED,
    RETRYING,
    FAILED,
    TERMINATED,
    REDELIVERING,
    ARCHIVED,
    ARCHIVING_RETRYING,
    ARCHIVING_SKIPPING,
)
"""Statuses that begin a session, and those that end one of a consumer, an action or the archiver."""

ARCHIVE_STEPS = (
    (ArchiveState.NONE, ARCHIVING, ArchiveState.WORKING),
    (ArchiveState.WORKING, ARCHIVED, ArchiveState.ARCHIVED),
    (ArchiveState.WORKING, ARCHIVING_RETRYING, ArchiveState.WAIT),
    (ArchiveState.WAIT, ARCHIVING, ArchiveState.WORKING),
    (ArchiveState.WORKING, ARCHIVING_SKIPPING, ArchiveState.ABANDONED),
)
"""The whole machine of the archiver: from a state, by an event, to a state."""


class Trigger(Enum):
    """What may move a message."""

    PUBLISH = "publish"
    PUBLISH_LATER = "publish with a start in the future"
    PICK_UP = "delivery"
    PICK_UP_SKIPPED = "delivery of a message marked to be skipped"
    DELIVER_TO_ALL = "delivery of a barrier message"
    DEPART = "delivery at most once"
    ACKNOWLEDGE = "acknowledgment"
    CANCEL = "cancel"
    CANCEL_AT_LIMIT = "cancel at a limit"
    EXPIRE = "expire"
    LOSE = "lost lease"
    LOSE_AT_LIMIT = "lost lease at a limit"
    TIME_OVER = "lifetime over"
    SKIP = "skip"
    SUSPEND = "suspend"
    RESUME = "resume"
    RESET = "reset"
    TERMINATE = "terminate"
    HAND_BACK = "hand back"
    CONSUMER_LOST = "consumer lost after delivery at most once"

    def __hash__(self) -> int:
        return len(self.value)


class Transition:
    """One row: from any of `sources`, because of `trigger`, to `target` (None: the state stays), told as `statuses`.

    `fires` says that the message expires: the actions that watch for it run.
    """

    __slots__ = ("fires", "number", "sources", "statuses", "target", "trigger")

    def __init__(
        self,
        number: int,
        sources: tuple[State, ...],
        trigger: Trigger,
        target: State | None,
        *statuses: str,
        fires: bool = False,
    ) -> None:
        self.number = number
        self.sources = sources
        self.trigger = trigger
        self.target = target
        self.statuses = statuses
        self.fires = fires


_LEASED = (State.LEASED,)

TRANSITIONS = (
    Transition(1, (State.NEW,), Trigger.PUBLISH, State.AVAILABLE, RECEIVED),
    Transition(2, (State.NEW,), Trigger.PUBLISH_LATER, State.DELAYED, RECEIVED),
    Transition(4, WAITING, Trigger.PICK_UP, State.LEASED, STARTED),
    Transition(5, WAITING, Trigger.PICK_UP_SKIPPED, State.SKIPPED, SKIPPED),
    Transition(6, _LEASED, Trigger.ACKNOWLEDGE, State.DONE, COMPLETED),
    Transition(7, WAITING, Trigger.ACKNOWLEDGE, State.DONE, COMPLETED),
    Transition(8, _LEASED, Trigger.CANCEL, State.RETRY_WAIT, RETRYING),
    Transition(9, _LEASED, Trigger.CANCEL_AT_LIMIT, State.FAILED, FAILED, fires=True),
    Transition(10, (*WAITING, State.LEASED), Trigger.EXPIRE, State.FAILED, FAILED, fires=True),
    Transition(11, _LEASED, Trigger.LOSE, State.RETRY_WAIT, REDELIVERING),
    Transition(12, _LEASED, Trigger.LOSE_AT_LIMIT, State.TERMINATED, TERMINATED, fires=True),
    Transition(14, WAITING, Trigger.TIME_OVER, State.EXPIRED, EXPIRED, fires=True),
    Transition(15, WAITING, Trigger.DEPART, State.LEASED, STARTED),
    Transition(16, _LEASED, Trigger.CONSUMER_LOST, State.TERMINATED, TERMINATED),
    Transition(17, IN_QUEUE, Trigger.SKIP, None, SKIPPING),
    Transition(19, WAITING, Trigger.SUSPEND, State.SUSPENDED, SUSPENDED_STATUS),
    Transition(20, _LEASED, Trigger.SUSPEND, None),
    Transition(21, _LEASED, Trigger.CANCEL, State.SUSPENDED, RETRYING, SUSPENDED_STATUS),
    Transition(21, _LEASED, Trigger.LOSE, State.SUSPENDED, REDELIVERING, SUSPENDED_STATUS),
    Transition(22, (State.SUSPENDED,), Trigger.RESUME, State.AVAILABLE, RESUMED),
    Transition(24, _LEASED, Trigger.TERMINATE, State.TERMINATED, TERMINATING, TERMINATED),
    Transition(26, EXCEEDED, Trigger.RESET, State.AVAILABLE, RESET),
    Transition(29, _LEASED, Trigger.HAND_BACK, State.DELAYED, RETRYING),
    Transition(33, WAITING, Trigger.DELIVER_TO_ALL, State.DONE, COMPLETED),
)
"""All there are; the numbers are those of the design. A cut by an operator is `TERMINATING`, then row 11 or 12 (or 24);
a cut because of the stuck limit `STUCK`, then 11 or 12. Barrier messages (33) pass the machine by: no lease."""

_BY_TRIGGER: dict[Trigger, tuple[Transition, ...]] = {
    trigger: tuple(one for one in TRANSITIONS if one.trigger is trigger) for trigger in Trigger
}


class TransitionRefusedError(Exception):
    """The message is not in a state from which this can be done; the text names the states."""


def check(state: State, trigger: Trigger) -> Transition:
    """The first row that leads on from `state`. Raises TransitionRefusedError."""
    rows = _BY_TRIGGER[trigger]
    for row in rows:
        if state in row.sources:
            return row
    sources = dict.fromkeys(source.value for row in rows for source in row.sources)
    raise TransitionRefusedError(
        f"{trigger.value} is for messages that are {' or '.join(sources)}; it is {state.value}"
    )


def is_step(before: State, after: State, status: str) -> bool:
    """Whether a row leads from one state to the other and tells it with this status."""
    return any(
        before in row.sources and (row.target or before) is after and status in row.statuses for row in TRANSITIONS
    )
