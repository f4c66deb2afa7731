"""The stage of one case: clients by name, every message that is published, a disk that may fail, restarts."""

import errno
from datetime import UTC, datetime, timedelta, tzinfo

from ampsd import limits
from ampsd.actions.trace import Trace
from ampsd.admin.resources import Admin
from ampsd.config.advice import nearest
from ampsd.config.model import Model
from ampsd.engine.events import MessagePublished
from ampsd.ports import Create, Fdatasync, Pwrite, RunProgram, Verb
from ampsd.reactor import StopBegun
from ampsd.simulator.peer import Peer
from ampsd.simulator.stage import Stage
from ampsd.storage.log import JournalDamageError, JournalFailedError
from ampsd.testing.actor import Actor
from ampsd.testing.mismatch import Mismatch

START = datetime(2026, 1, 1, tzinfo=UTC)
"""When a case begins that does not say."""
PUBLISHER = "publisher"
"""The client that publishes where a step names none."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_END_NS = (datetime(limits.TEST_YEAR_MAX + 1, 1, 2, tzinfo=UTC) - _EPOCH) // timedelta(seconds=1) * 1_000_000_000
"""A day later, so that the last year is whole in every zone."""


def wall_ns(moment: datetime, zone: tzinfo) -> int:
    """Nanoseconds since 1970; in `zone` where the moment names none."""
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)
    return (aware - _EPOCH) // timedelta(microseconds=1) * 1000


class Theatre(Stage):
    """One instance and the clients of a test. `start` before anything else."""

    def __init__(self, model: Model, begins: datetime, zone: tzinfo) -> None:
        super().__init__(model, refused=None, zone=zone)
        self.witness = self._saw
        self.clock.wall = wall_ns(begins, zone)
        self.published: list[MessagePublished] = []
        """Every message that clients and actions published and no expectation has looked at."""
        self.every_published: list[MessagePublished] = []
        self.actors: dict[str, Actor] = {}
        self.named: dict[str, str] = {}
        """Names that a test gave to messages -> their bookmarks."""
        self.is_running = False
        self.requests = 0
        """How many requests operators have made."""
        self.traces: list[Trace] = []
        """Every firing of an action."""
        self._last_trace = 0
        self._seen_firings: dict[str, int] = {}
        self._seen_programs = 0
        self._is_stopping = False
        self._queue_names = {(one.message_type, one.name) for one in model.definition.queues}
        self._types = self._known_types()

    def _saw(self, event: object) -> None:
        if isinstance(event, MessagePublished):
            self.published.append(event)
            self.every_published.append(event)

    # ---- life

    def start(self) -> None:
        """Build the instance and begin. Raises Mismatch when its disk does not let it."""
        self.is_running = True
        self._is_stopping = False
        self._last_trace = 0
        try:
            super().start()
        except (OSError, JournalDamageError) as error:
            self.is_running = False
            raise Mismatch(f"the instance cannot start: {error}") from error
        if not self.is_running:
            raise Mismatch("the instance has stopped: its journal cannot be written")

    def stop(self) -> None:
        """An orderly end, as by SIGTERM: actions on shutdown run, then clients are disconnected. Raises Mismatch when
        the disk does not let it."""
        if not self.is_running or self._is_stopping:
            return
        self._is_stopping = True
        self.post(StopBegun())
        self.settle()
        if self.is_running:
            self.instance.push_acks()
            self.instance.close_all("instance stopping")
            self.settle()
        while self.is_running and self.journal is not None and not self.journal.is_idle:
            if self.is_disk_held:
                raise Mismatch("the disk is held: the instance cannot stop")
            self.settle()
        if self.is_running and self.journal is not None:
            try:
                self.journal.close()
            except OSError as error:
                self._report("2C-0004", file=error.filename or "", error=error.strerror or str(error))
        self.is_running = False
        self.next_ns = None

    def restart(self, *, power_cut_seed: int | None = None) -> None:
        """Kill the process, or cut the power, and start again; every client has lost its connection."""
        for actor in self.actors.values():
            actor.read()
            actor.lost()
        self.net.closed_by_server.clear()
        super().restart(power_cut_seed=power_cut_seed)

    def settle(self) -> None:
        """Turns until nothing more happens; what clients are sent arrives. A failed journal ends the instance."""
        if not self.is_running:
            return
        try:
            super().settle()
        except JournalFailedError as error:
            self._report("2C-0004", file=error.file, error=error.error.strerror or str(error.error))
            self.is_running = False
            self.next_ns = None
            for connection in list(self.net.to_client):
                self.net.close(connection)
        self._keep_traces()
        for actor in self.actors.values():
            actor.read()
        if self.instance.is_stop_asked:
            self.stop()

    def _keep_traces(self) -> None:
        """Before the instance forgets the oldest."""
        traces = self.instance.automation.traces
        first = len(traces)
        while first and traces[first - 1].number > self._last_trace:
            first -= 1
        for at in range(first, len(traces)):
            self.traces.append(traces[at])
            self._last_trace = traces[at].number

    def take_firings(self, action_name: str) -> list[Trace]:
        """Firings of an action that were not taken before."""
        found = [one for one in self.traces if one.action_name == action_name]
        seen = self._seen_firings.get(action_name, 0)
        self._seen_firings[action_name] = len(found)
        return found[seen:]

    def take_programs(self) -> list[RunProgram]:
        """Commands that were not taken before."""
        seen, self._seen_programs = self._seen_programs, len(self.errands.programs)
        return self.errands.programs[seen:]

    def is_listening(self, transport: str) -> bool:
        """Whether a transport listens."""
        asked = self.errands.listening
        enabled = {one.name: one.initial_state != "disabled" for one in self.model.definition.transports}
        return asked.get(transport, asked.get("", enabled[transport]))

    def time_text(self) -> str:
        """The wall clock, for people."""
        return (_EPOCH + timedelta(microseconds=self.clock.wall // 1000)).astimezone(self.zone).isoformat()

    def pass_time(self, ns: int) -> None:
        """Time passes, with a turn whenever one is due. Raises Mismatch when that does not come to an end, and when it
        would be later than tests know."""
        if self.clock.wall + ns >= _END_NS:
            raise Mismatch(f"time ends with {limits.TEST_YEAR_MAX}: it is {self.time_text()}, advance less")
        if not self.live(ns, turns_max=limits.TEST_TURNS_MAX):
            raise Mismatch(
                f"a case may take {limits.TEST_TURNS_MAX} turns, and at {self.time_text()} it has taken them: advance"
                " less, or begin later with `at`"
            )

    # ---- faults

    def break_disk(self, how: str) -> None:
        """What the disk does from now on: well, full, sync fails, held (nothing is ever done)."""
        kinds: tuple[type[Verb], ...] = {"full": (Create, Pwrite), "sync fails": (Fdatasync,)}.get(how, ())
        number = errno.ENOSPC if how == "full" else errno.EIO
        text = "No space left on device" if how == "full" else "Input/output error"

        def fault(verb: Verb) -> OSError | None:
            return OSError(number, text) if isinstance(verb, kinds) else None

        self.disk.fault = fault
        if how == "held":
            self.is_disk_held = True
        elif self.is_disk_held:
            self.release_disk()

    # ---- clients

    def actor(self, name: str) -> Actor:
        """The client of that name, whether it is connected or not."""
        if name not in self.actors:
            self.actors[name] = Actor(name, self._connect, self.has_queue)
        return self.actors[name]

    def seen(self, name: str) -> Actor:
        """The client of that name, which a step before has named. Raises Mismatch."""
        if name not in self.actors:
            raise Mismatch(f"no step has named a client {name!r}: {nearest(name, self.actors)}")
        return self.actors[name]

    def must_run(self) -> None:
        """Raises Mismatch when the instance does not run."""
        if not self.is_running:
            raise Mismatch("the instance does not run: restart it first")

    def present(self, name: str, topic: str = "", message_type: str = "") -> Actor:
        """The client of that name, logged on for the message type, which the topic may tell. Raises Mismatch."""
        actor = self.actor(name)
        wanted = message_type or self.type_of(topic, actor.message_type if actor.is_connected else "")
        if not actor.is_connected:
            reason = actor.log_on(wanted)
            if reason:
                raise Mismatch(f"{name} cannot log on: {reason}")
        elif actor.message_type != wanted:
            raise Mismatch(f"{name} is logged on for {actor.message_type}, not for {wanted}: use another client")
        return actor

    def _connect(self, transport: str | None) -> Peer:
        self.must_run()
        transports = self.model.definition.transports
        for one in transports:
            if one.name == transport or (transport is None and self.is_listening(one.name)):
                return Peer(self, self.open(one.name, one.message_type))
        names = ", ".join(one.name for one in transports) or "none"
        raise Mismatch(f"there is no transport {transport or 'that is enabled'}", [f"the transports are: {names}"])

    # ---- what the configuration says

    def has_queue(self, message_type: str, name: str) -> bool:
        """Whether there is that queue."""
        return (message_type, name) in self._queue_names

    def type_of(self, topic: str, otherwise: str = "") -> str:
        """The message type of a topic, as far as the configuration names it."""
        return self._types.get(topic) or otherwise or "json"

    def queue_key(self, name: str, message_type: str = "") -> str:
        """MESSAGE-TYPE:NAME. Raises Mismatch."""
        wanted = message_type or self.type_of(name)
        if not self.has_queue(wanted, name):
            known = ", ".join(f"{one.message_type}:{one.name}" for one in self.model.definition.queues) or "none"
            raise Mismatch(f"there is no queue {wanted}:{name}", [f"the queues are: {known}"])
        return f"{wanted}:{name}"

    def admin(self) -> Admin:
        """The admin resources of the instance."""
        return Admin(self.instance, None, self.clock)

    def bookmark(self, name: str, topic: str = "") -> str:
        """The bookmark of a message that a test named. Raises Mismatch."""
        if name not in self.named:
            known = ", ".join(self.named) or "none"
            raise Mismatch(
                f"no message is called {name!r}: write `as: {name}` where it is published", [f"named are {known}"]
            )
        return self.named[name]

    def _known_types(self) -> dict[str, str]:
        definition = self.model.definition
        found = {one.name: one.message_type for one in definition.queues}
        log = definition.transaction_log
        for topic in log.topics if log is not None else ():
            found.setdefault(topic.name, topic.message_type)
        return found
