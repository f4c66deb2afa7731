"""One instance on fake clock, disk and network, for a dialogue: what goes in, what comes out, when.

Nothing is drawn by chance but what the caller gives a seed for. `settle` runs the reactor until nothing more happens,
disk included, unless the disk is held; every verb here but `post` ends with it.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, tzinfo
from random import Random

from ampsd.adoption import AdoptionBegun
from ampsd.config.model import Model
from ampsd.config.reload_plan import plan_of
from ampsd.engine import lifecycle
from ampsd.engine.operators import Answer, Left, Request
from ampsd.instance import Instance
from ampsd.ports import Doors
from ampsd.reactor import (
    ArchiveCompleted,
    Connected,
    DiskCompleted,
    ErrandCompleted,
    Input,
    OfflineCompleted,
    Reactor,
    UpkeepCompleted,
)
from ampsd.simulator.archive import SimArchive
from ampsd.simulator.clock import SimClock
from ampsd.simulator.disk import SimDisk
from ampsd.simulator.errands import SimErrands
from ampsd.simulator.event_store import SimEventStore
from ampsd.simulator.network import SimNet
from ampsd.simulator.upkeep import SimUpkeep
from ampsd.storage.journal import Journal
from ampsd.storage.log import Log, Unlogged
from ampsd.storage.recovery import recover

SEGMENT_SIZE = 1 << 16
OVERDUE_NS = 1_000_000
"""How long `live` waits before it looks again at what is due but cannot be done, as while the disk is held."""


class Stage:
    """One instance; see the module's doc string. It is not running before `start`."""

    def __init__(
        self,
        model: Model,
        *,
        refused: bytes | None = b"bad",
        zone: tzinfo = UTC,
        segment_size: int = SEGMENT_SIZE,
    ) -> None:
        """The archive refuses bodies with `refused` in them; `zone` is local time."""
        self.model = model
        self._segment_size = segment_size
        self.zone = zone
        self.witness: Callable[[object], None] | None = None
        """Told of every message that is published, from the next start on."""
        self.clock = SimClock()
        self.disk = SimDisk()
        self.net = SimNet()
        self.store = SimEventStore()
        self.archive = SimArchive(refused)
        self.upkeep = SimUpkeep(self.disk)
        self.errands = SimErrands(self.clock.wall_ns)
        self.errands.transports = [one.name for one in model.definition.transports]
        self.log: list[tuple[str, dict[str, object]]] = []
        """Every log record: code and values."""
        self.is_archive_held = False
        self.is_disk_held = False
        self.is_offline_held = False
        self.is_upkeep_held = False
        self.next_ns: int | None = None
        """When the next turn is due without input, monotonic."""
        self.journal: Journal | None = None
        self.instance: Instance
        self.offline: SimDisk
        self._reactor: Reactor
        self._rng = Random(1)
        self._inputs: list[Input] = []
        self._connections = 0
        self._turns_due = 0

    # ---- life

    def start(self) -> None:
        """Build the instance, recover what the disk has, begin."""
        self._running = self.model
        definition = self.model.definition
        log: Log
        self.journal = None
        if definition.transaction_log is None:
            log = Unlogged()
        else:
            log = self.journal = Journal(self.disk)
        archive = self.archive if definition.message_archive is not None else None
        upkeep = None if self.journal is None else self.upkeep
        doors = Doors(self._report, self.store, archive, self.errands, self.clock, self.zone, self.witness, upkeep)
        self.instance = Instance(self.model, log, doors)
        self.instance.begin(self.clock.monotonic, self.clock.wall)
        if self.journal is not None and definition.transaction_log is not None:
            where = definition.transaction_log.journal_directory, definition.name, self._segment_size, b"stage"
            old = definition.transaction_log.journal_archive_directory
            found = recover(self.disk, *where, self.instance.restore, old)
            self.journal.begin(found.tail)
        self.offline = SimDisk()
        self._reactor = Reactor(self.instance, log, self.journal, self.clock, self.net, self.offline)
        self.slow = self._reactor.slow
        self.instance.start()
        self.settle()

    def restart(self, *, power_cut_seed: int | None = None) -> None:
        """Kill the process, or cut the power, and start again."""
        if power_cut_seed is None:
            self.disk.kill()
        else:
            self.disk.crash(Random(power_cut_seed))
        self.archive.crash(self._rng)
        self.errands.crash()
        self.upkeep.crash()
        for connection in list(self.net.to_client):
            self.net.forget(connection)
        self._inputs.clear()
        self.is_disk_held = False
        self.start()

    def _report(self, code: str, **values: object) -> None:
        self.log.append((code, values))

    # ---- input and turns

    def post(self, one: Input) -> None:
        """An input for the next turn."""
        self._inputs.append(one)

    def open(self, transport: str, message_type: str | None = None) -> int:
        """Somebody connects to a transport, which may fix the message type; the number of the connection."""
        self._connections += 1
        number = self._connections
        self.net.open(number)
        self.post(Connected(number, transport, message_type, f"10.0.{number >> 8}.{number & 255}:1"))
        self.settle()
        return number

    def ask(
        self,
        request_id: str,
        actor: str,
        verb: str,
        queue: str,
        bookmarks: Sequence[str],
        parameters: dict[str, object],
        left: dict[str, Left],
    ) -> list[Answer]:
        """An operator's request (engine.operators.Request); no answer comes while the disk is held."""
        answers: list[Answer] = []
        self.post(Request(request_id, actor, verb, queue, bookmarks, answers.append, parameters, left))
        self.settle()
        return answers

    def settle(self) -> None:
        """Turns and disk verbs until nothing more happens. Raises JournalFailedError."""
        while self.turn():
            pass

    def turn(self) -> bool:
        """One turn, and what the disk and the others do then; whether more follows. Raises JournalFailedError."""
        inputs, self._inputs = self._inputs, []
        decisions = self.slow.decisions
        self.next_ns = self._reactor.turn(inputs)
        while self.offline.is_busy and not self.is_offline_held:
            completion = self.offline.step()
            if completion is not None:
                self._inputs.append(OfflineCompleted(*completion))
        while self.disk.is_busy and not self.is_disk_held:
            completion = self.disk.step()
            if completion is not None:
                self._inputs.append(DiskCompleted(*completion))
        while self.upkeep.is_busy and not self.is_upkeep_held:
            completion = self.upkeep.step()
            if completion is not None:
                self._inputs.append(UpkeepCompleted(*completion))
        if self.archive.is_busy and not self.is_archive_held:
            self._inputs.append(ArchiveCompleted(*self.archive.step(self._rng)))
        if self.errands.is_busy and not self.errands.is_held:
            self._inputs.append(ErrandCompleted(*self.errands.step()))
        return bool(self._inputs) or self.slow.decisions != decisions or self._reactor.adoption is not None

    def begin_reload(self, model: Model, *, is_forced: bool = False) -> list[Sequence[str]]:
        """Let the instance take over `model`, which a restart has from now on, too. What comes of it is in the list
        once it is known: the reasons why it is refused, or none."""
        assert self.instance.definition is not model.definition
        plan = plan_of(self._running, model)
        self.model = model
        found: list[Sequence[str]] = []

        def outcome(reasons: Sequence[str]) -> None:
            if not reasons:
                self._running = plan.model
                self.errands.transports = [one.name for one in plan.model.definition.transports]
            found.append(reasons)

        if plan.refusals:
            found.append(list(map(str, plan.refusals)))
        else:
            self.post(AdoptionBegun(plan.model, "tests", is_forced, outcome))
        return found

    def release_disk(self) -> None:
        """The disk goes on."""
        self.is_disk_held = False
        self.settle()

    # ---- time

    def leap(self, ns: int) -> None:
        """Time passes at once: whatever was due on the way is done at its end, as by a machine that slept."""
        self.clock.advance(ns)
        self.settle()

    def live(self, ns: int, *, turns_max: int | None = None) -> bool:
        """Time passes as it does: a turn whenever one is due. Returns whether it did, within so many turns; those of
        earlier calls count."""
        end_ns = self.clock.monotonic + ns
        while self.next_ns is not None and self.next_ns < end_ns:
            if self._turns_due == turns_max:
                return False
            self._turns_due += 1
            due_ns = self.next_ns - self.clock.monotonic
            self.clock.advance(due_ns if due_ns > 0 else OVERDUE_NS)
            self.settle()
        self.clock.advance(max(0, end_ns - self.clock.monotonic))
        self.settle()
        return True

    # ---- what there is to see

    def codes(self) -> list[str]:
        """Codes of all log records so far."""
        return [code for code, _ in self.log]

    def statuses(self, queue_key: bytes, publisher: int, sequence: int) -> list[tuple[str, str]]:
        """The statuses of the message with that bookmark in a queue, with their reasons, in order."""
        position = -1
        found: list[tuple[str, str]] = []
        for run in self.store.events():
            arrival = run.arrival
            if arrival is not None and arrival.publisher == publisher:
                at = sequence - arrival.sequence
                if 0 <= at < run.number:
                    position = run.every_position[at]
            if run.queue == queue_key and position in run.every_position:
                status, why = lifecycle.status_of(run.status, run.reason)
                found.append((status, why.decode("utf-8", "replace")))
        return found
