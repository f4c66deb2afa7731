"""The resources of the admin interface as they are written in JSON. Times are ISO 8601 in UTC, statuses are spelled as
in `engine.lifecycle`, and a message is named by its bookmark."""

import msgspec

from ampsd.admin.times import time_text


class Problem(msgspec.Struct):
    """Why a request failed, and what to do."""

    error: str
    remedy: str = ""


class ActionStatus(msgspec.Struct):
    """An action: what it is made of, and how often it ran since the start. Times are None where it never did."""

    name: str
    on: list[str]
    steps: list[str]
    fired: int
    failed: int
    cut: int
    """How often a chain of actions was cut in it, as a loop; those are among `failed`."""
    last_fired: str | None
    last_failed: str | None
    last_reason: str


class Actions(msgspec.Struct):
    """All actions, in the order of the configuration, and behind them those for signals that it says nothing of."""

    actions: list[ActionStatus]
    authentication: bool
    """Whether it is switched on."""
    entitlement: bool


class StepRun(msgspec.Struct):
    """A step of a firing. `set` are the variables it set, each the beginning of its value."""

    step: int
    module: str
    outcome: str
    milliseconds: float
    set: dict[str, str]


class FiringStatus(msgspec.Struct):
    """A run of an action. `variables` are those it began with, each the beginning of its value."""

    number: int
    action: str
    event: str
    message: str
    """The bookmark of the message that it is about; empty for none that is in the log."""
    depth: int
    started: str
    milliseconds: float
    outcome: str
    reason: str
    variables: dict[str, str]
    steps: list[StepRun]


class Firings(msgspec.Struct):
    """Runs of actions, newest first. `next` is what `before` of the next page is; None on the last."""

    firings: list[FiringStatus]
    next: int | None


class AdminAction(msgspec.Struct):
    """An action that runs when its path is asked for."""

    path: str
    name: str
    description: str
    required_parameters: list[str]


class AdminActions(msgspec.Struct):
    """All of them."""

    actions: list[AdminAction]


class Nothing(msgspec.Struct, forbid_unknown_fields=True):
    """A body without fields, which may be left out."""


class ActionStarted(msgspec.Struct):
    """The action runs. `firings` is where to see what it does."""

    action: str
    firings: str


class Sample(msgspec.Struct):
    """What was measured at one time."""

    time: str
    name: str
    value: float

    @staticmethod
    def at(wall_ns: int, name: str, value: float) -> "Sample":
        """Of a time in nanoseconds since 1970."""
        return Sample(time_text(wall_ns), name, value)


class Samples(msgspec.Struct):
    """The latest samples, newest first."""

    samples: list[Sample]


class QueueStatus(msgspec.Struct):
    """A queue: how many messages stand where."""

    name: str
    message_type: str
    underlying_topic: str
    depth: int
    available: int
    delayed: int
    leased: int
    retry_wait: int
    suspended: int
    exceeded: int
    """Messages that left without success and can be reset."""
    consumers: int
    is_paused: bool
    paused_until: str | None
    records_events: bool


class Queues(msgspec.Struct):
    """All queues, in the order of the configuration."""

    queues: list[QueueStatus]


class Message(msgspec.Struct):
    """Where a message stands in a queue."""

    bookmark: str
    state: str
    numeric: int
    numeric_name: str
    outcome: str | None
    attempts: int
    client: str | None
    """Who holds it."""
    due: str | None
    """When it may be delivered, where it waits for that."""
    skip_by: str | None
    suspend_by: str | None
    is_stuck: bool
    size: int


class Messages(msgspec.Struct):
    """Messages of a queue, oldest first. `next` is what `after` of the next page is; None on the last."""

    messages: list[Message]
    next: int | None


class Event(msgspec.Struct):
    """Something that happened to a message."""

    number: int
    time: str
    message: str
    queue: str
    topic: str
    status: str
    numeric: int | None
    """Of the queue or action; the archiver has none."""
    numeric_name: str | None
    outcome: str | None
    session: int | None
    attempt: int
    reason: str
    client: str
    is_by_operator: bool
    size: int | None
    correlation_id: str | None
    other: str | None
    """The child that was made, or the parent that the message was made of."""


class Events(msgspec.Struct):
    """Events, newest first. `next` is what `before` of the next page is; None on the last."""

    events: list[Event]
    next: int | None


class Session(msgspec.Struct):
    """One continuous handling of a message."""

    number: int
    kind: str
    """delivery, action or archive; or what an operator did: reprocess, reroute, redrive, skip, reset."""
    label: str
    client: str
    started: str
    ended: str | None
    status: str
    events: list[int]
    log: list[str]
    """Log records that concern it."""


class InQueue(msgspec.Struct):
    """What happened to a message in one queue. An empty name is a topic without a queue."""

    queue: str
    topic: str
    state: str
    numeric: int | None
    numeric_name: str | None
    outcome: str | None
    attempts: int
    cancels: int
    sessions: list[Session]
    events: list[Event]


class Relative(msgspec.Struct):
    """A message of the same family, and how it came about."""

    bookmark: str
    topic: str
    parent: str | None
    cause: str


class Story(msgspec.Struct):
    """Everything known of a message: in its queues, and of the messages before and after it."""

    bookmark: str
    family: list[Relative]
    """Ancestors, itself, descendants, in the order in which they were made."""
    queues: list[InQueue]
    timeline: list[Event]
    """All events of the family, in order."""


class Audit(msgspec.Struct):
    """What became of one message that an operator's request named."""

    time: str
    request: str
    actor: str
    verb: str
    queue: str
    parameters: str
    message: str
    outcome: str
    reason: str


class Audits(msgspec.Struct):
    """Audit lines, newest first."""

    audits: list[Audit]


class Asked(msgspec.Struct, forbid_unknown_fields=True):
    """What a verb shall be done with. The same `request` again is not carried out again."""

    messages: list[str] = []
    """Bookmarks; for pause and unpause none."""
    filter: str | None = None
    """Instead of bookmarks: the messages in the queue whose bodies match."""
    request: str | None = None
    """Names the request; without it one is made up, and doing it again is a new request."""
    actor: str | None = None
    """Who asks, for the audit."""
    topic: str | None = None
    """reroute: where to."""
    correlation_id: str | None = None
    """reroute: instead of the message's own."""
    expiration: str | None = None
    """reroute: lifetime of the new message, such as 10m."""
    redeliver: bool = True
    """terminate: whether the message is offered again."""
    attempts: int = 0
    """reset: how many deliveries count as done, 0 to 100."""
    most: int | None = None
    """redrive: refuse messages that were redriven as often."""
    status: str | None = None
    """status: the word."""
    reason: str | None = None
    """status: why."""
    pause_for: str | None = None
    """pause: how long, such as 10m; without it until unpause."""


class ItemResult(msgspec.Struct):
    """What became of one message. `child` is the message that was made, where one was."""

    message: str
    outcome: str
    reason: str = ""
    child: str | None = None


class ReloadAsked(msgspec.Struct, forbid_unknown_fields=True):
    """How the configuration shall be taken over."""

    force: bool = False
    """Remove queues that hold messages, too."""
    dry_run: bool = False
    """Only say what would be done."""
    actor: str | None = None
    """Who asks, for the audit."""


class PlanAsked(msgspec.Struct, forbid_unknown_fields=True):
    """A configuration that might be taken over. `text` has its includes in it; `path` says what findings call it."""

    text: str
    path: str = "config.xml"


class Reload(msgspec.Struct, frozen=True):
    """What came of a reload: `live`, `unchanged`, `refused`, or `planned` of a dry run."""

    outcome: str
    actor: str
    time: str
    digest: str
    """SHA-256 of the configuration that was read; of its files where it could not be understood."""
    summary: str
    reasons: list[str] = []
    """Why it was refused, each with its place and remedy where there is one. Everything stays as it was."""
    changes: list[str] = []
    """What is different now, one line for each."""
    pending: list[str] = []
    """What needs a restart, and keeps its value until then."""


class Configuration(msgspec.Struct):
    """The configuration that runs. `pending` waits for a restart."""

    path: str
    files: list[str]
    digest: str
    """SHA-256 of the configuration that was taken over last."""
    since: str
    """When that was."""
    files_digest: str
    """SHA-256 over the files, as they were then."""
    files_digest_now: str
    """The same as they are now."""
    is_drifted: bool
    """Whether these two differ."""
    pending: list[str]
    last_reload: Reload | None
    """The latest one, refused ones too; None when there was none."""


class Done(msgspec.Struct):
    """What became of each message; `is_again` says that the request had been carried out before."""

    request: str
    is_again: bool
    items: list[ItemResult]
    more: bool = False
    """More messages match the filter than one request takes."""
