"""One instance, its disk, its network and its clients, driven by one seed.

The production Reactor runs unchanged. A step is one small thing: bytes arrive, a disk verb completes, a client
acts, time passes, the server dies. A crash throws the instance away and builds the next one from what the disk kept.
The same seed gives the same trace, byte for byte.
"""

from random import Random

from ampsd import limits
from ampsd.config.model import Model
from ampsd.engine.entries import NEVER
from ampsd.engine.lease_clock import Lease
from ampsd.engine.operators import Request
from ampsd.instance import Instance
from ampsd.ports import Doors
from ampsd.reactor import (
    ArchiveCompleted,
    Connected,
    Disconnected,
    DiskCompleted,
    ErrandCompleted,
    Input,
    Reactor,
    UpkeepCompleted,
)
from ampsd.simulator.archive import SimArchive
from ampsd.simulator.checkers import (
    acknowledged,
    archive,
    configuration,
    damage,
    dead_letters,
    events,
    graphs,
    leases,
    notices,
    operators,
    order,
    removals,
    restart,
)
from ampsd.simulator.clients import Server, SimClient, SimPublisher, SimVisitor, SimWorker
from ampsd.simulator.clock import SimClock
from ampsd.simulator.disk import SimDisk
from ampsd.simulator.errands import SimErrands
from ampsd.simulator.event_store import SimEventStore
from ampsd.simulator.faults import OLD_DIRECTORY, SEGMENT_SIZE, TRAIL, Draw
from ampsd.simulator.history import Crash, Delivery, Ending, History, Leased
from ampsd.simulator.ledger import Ledger
from ampsd.simulator.network import SimNet
from ampsd.simulator.operators import SimOperator
from ampsd.simulator.past import Past
from ampsd.simulator.reloads import SimReloads
from ampsd.simulator.upkeep import SimUpkeep
from ampsd.storage.journal import Journal
from ampsd.storage.log import JournalFailedError
from ampsd.storage.recovery import recover
from ampsd.wire.command import CONNECTION_CLOSED, STOPPING

DIRECTORY = "/sim"
STEPS_MAX = 600_000


class World:
    """A run. `run` returns when everything published has come to an end, faults included."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.rng = Random(seed)
        self._later = Random(-1 - seed)
        self.draw = Draw(self.rng, self._later)
        self.clock = SimClock()
        self.disk = SimDisk()
        self.net = SimNet()
        self.store = SimEventStore(Random(-2 - 3 * seed))
        self.archive = SimArchive(refused=b'-13"')
        self.errands = SimErrands(self.clock.wall_ns)
        self.errands.is_failing = self._does_command_fail
        self.upkeep = SimUpkeep(self.disk)
        self.past = Past(b"sim")
        self.history = History()
        self.reloads = SimReloads(seed, self.draw, self.history)
        self.lives = 0
        self.disk_failures = 0
        self._server = Server(self.net, self.history)
        self._inputs: list[Input] = []
        self._offline = SimDisk()
        self._deadline: int | None = None
        self._is_calm = False
        self._leases: dict[bytes, Lease] = {}
        self._order: list[order.Entry] = []
        self.violations: list[str] = []
        self.journal: Journal
        self.instance: Instance
        self._reactor: Reactor
        self._clients = self._make_clients()
        self.operator = SimOperator(self.rng, self.history)
        self._start()

    @property
    def model(self) -> Model:
        """The configuration that the instance has."""
        return self.reloads.model

    @property
    def _visitors(self) -> list[int]:
        return [one.publisher for one in self._clients if isinstance(one, SimVisitor)]

    # ---- what happens

    def run(self) -> None:
        """Faults first, then calm until all work is done."""
        busy_steps = self.rng.randint(200, 1500)
        for _ in range(busy_steps):
            self._step()
        self._is_calm = True
        for client in self._clients:
            if isinstance(client, SimWorker):
                client.mood.keep = client.mood.vanish = 0.0
                client.mood.cancel = min(client.mood.cancel, 0.3)
        for _ in range(STEPS_MAX):
            if self._is_done():
                return
            self._step()
        raise AssertionError(f"seed {self.seed} does not come to an end: {self.draw!r}")

    def stop(self) -> None:
        """An orderly end, so that the log can be read as it is."""
        self.disk.fault = lambda verb: None
        self.instance.push_acks()
        self.instance.close_all(STOPPING)
        self._turn()
        while not self.journal.is_idle:
            self._disk_step()
            self.clock.advance(limits.GROUP_COMMIT_NS)
            self._turn()
        self.journal.close()

    @property
    def bodies_seen(self) -> list[bytes]:
        """Every body that reached a worker."""
        return [one.body for one in self.history.observations if isinstance(one, Delivery)]

    def on_verb(self) -> None:
        """Called after each disk verb; a test may look at the disk then."""

    def check(self) -> list[str]:
        """Violations of the promises by this run; call `stop` first."""
        ledger = self._ledger(self.disk.snapshot())
        return [
            *self.violations,
            *self._check_log(ledger),
            *leases.check(self.history, self.draw.lease_ns, b"Once"),
            *removals.check(self.history),
            *self.operator.violations,
            *operators.check(self.operator.answers, ledger),
            *events.check(self.store.events(), self.instance.queues, self.journal.floor_wanted, TRAIL),
            *(archive.check(self.store.events(), self.archive, ledger, b"json:Trail") if self.draw.has_archive else []),
            *(self._check_notices(ledger) if self.draw.has_notices else []),
            *restart.check(self.instance, self._folded(self.disk.snapshot()), self._visitors),
            *damage.check(self.disk.snapshot(), DIRECTORY, "Sim", SEGMENT_SIZE, self.rng, OLD_DIRECTORY),
        ]

    def check_crash_state(self) -> list[str]:
        """Violations of the promises by what the disk would hold if power went now; the run itself goes on."""
        disk = self.disk.snapshot()
        disk.crash(self.rng)
        ledger = self._ledger(disk)
        durable = [one for one in self._order if one[0] < self.journal.durable]
        again = self._ledger(disk)
        wrong = order.check(order.entries(ledger), order.entries(again))
        return [*wrong, *order.check(durable, order.entries(ledger)), *self._check_log(ledger)]

    def _check_notices(self, ledger: Ledger) -> list[str]:
        return notices.check(ledger, b"json:Jobs", b"Notices", self.errands.succeeded)

    def _does_command_fail(self) -> bool:
        return not self._is_calm and self._later.random() < self.draw.command_error

    def _ledger(self, disk: SimDisk) -> Ledger:
        return Ledger(disk, DIRECTORY, "Sim", SEGMENT_SIZE, OLD_DIRECTORY, self.past)

    def _folded(self, disk: SimDisk) -> Instance:
        """An instance that knows what the log of a disk says, and has not begun."""
        doors = Doors(self._report, SimEventStore(), None, self.errands, self.clock)
        instance = Instance(self.model, Journal(disk), doors)
        instance.begin(self.clock.monotonic, self.clock.wall)
        recover(disk, DIRECTORY, "Sim", SEGMENT_SIZE, b"sim", instance.restore, OLD_DIRECTORY)
        return instance

    def _check_log(self, ledger: Ledger) -> list[str]:
        return [
            *acknowledged.check(self.history, ledger),
            *dead_letters.check(ledger, b"json:Jobs", b"FailedJobs"),
            *(graphs.check(ledger, b"FailedJobs", TRAIL) if self.draw.reload else []),
        ]

    def _is_done(self) -> bool:
        if any(isinstance(one, SimPublisher) and (one.left or one.store) for one in self._clients):
            return False
        if any(one.store for one in self._clients):
            return False
        if self.operator.is_waiting:
            return False
        if not self.instance.automation.is_idle or self.instance.automation.next_ns != NEVER:
            return False
        if not self.reloads.is_at_rest:
            return False
        return self.instance.archiver.is_idle and not any(queue.entries.count for queue in self.instance.queues)

    def _step(self) -> None:
        rng = self.rng
        draw = rng.random()
        if not self._is_calm:
            if draw < self.draw.crash:
                self._die()
                return
            if rng.random() < self.draw.operator:
                self._ask(self.operator.ask(self.instance.queues, self.clock.monotonic))
            if rng.random() < self.draw.jump:
                self.clock.jump(rng.choice((-3_600_000_000_000, 3_600_000_000_000, 60_000_000_000)))
        elif draw < 0.01 and not self.operator.is_waiting:
            self._ask(self.operator.calm(self.instance.queues, self.clock.monotonic))
        if self.reloads.is_due(is_calm=self._is_calm):
            self._inputs.append(self.reloads.begin())
        if self.draw.upkeep and self._look_after_files():
            return
        if self.archive.is_busy and rng.random() < 0.1:
            self._archive_step()
            return
        if self.errands.is_busy and self._later.random() < (0.1 if self._is_calm else 0.02):
            self._inputs.append(ErrandCompleted(*self.errands.step()))
            return
        choice = rng.random()
        if choice < 0.25:
            self._client_step()
        elif choice < 0.45:
            self._arrive_at_server()
        elif choice < 0.60:
            self._arrive_at_client()
        elif choice < 0.80 and self.disk.is_busy:
            self._disk_step()
        elif choice < 0.85:
            self._pass_time()
        elif rng.random() < self.draw.patience or self._inputs:
            self._turn()

    def _ask(self, request: Request | None) -> None:
        if request is not None:
            self.history.trace(f"o {request.request_id} {request.verb} {' '.join(request.bookmarks)}".encode())
            self._inputs.append(request)

    def _client_step(self) -> None:
        client = self.rng.choice(self._clients)
        if not client.connection:
            client.connect()
        elif client.is_logged_on:
            client.act()

    def _arrive_at_server(self) -> None:
        for connection in self._server.opened:
            self._inputs.append(Connected(connection, "t", None, f"10.0.0.{connection}:1"))
        self._server.opened.clear()
        for connection in self._server.hung_up:
            self._close(connection)
            self._inputs.append(Disconnected(connection, CONNECTION_CLOSED))
        self._server.hung_up.clear()
        pending = self.net.pending_to_server()
        if pending:
            connection = self.rng.choice(pending)
            data = self.net.take_for_server(connection, self.rng)
            self.history.trace(b"> %d %b" % (connection, data))
            self._inputs.append((connection, data))

    def _arrive_at_client(self) -> None:
        self._server.now_ns = self.clock.monotonic
        pending = self.net.pending_to_client()
        if pending:
            connection = self.rng.choice(pending)
            data = self.net.to_client[connection].popleft()
            self.history.trace(b"< %d %b" % (connection, data))
            for client in self._clients:
                if client.connection == connection:
                    client.receive(data)
        for connection in list(self.net.closed_by_server):
            if not self.net.to_client.get(connection):
                self.net.closed_by_server.remove(connection)
                self._close(connection)

    def _close(self, connection: int) -> None:
        self.net.forget(connection)
        self.history.observations.append(Ending(self.clock.monotonic, connection, b"", "closed"))
        for client in self._clients:
            if client.connection == connection:
                client.disconnected()

    def _pass_time(self) -> None:
        ahead = 0 if self._deadline is None else self._deadline - self.clock.monotonic
        ns = self.rng.choice((1_000, 1_000_000, 20_000_000, max(ahead, 0), max(ahead - 1, 0)))
        self.clock.advance(min(ns, 3_000_000_000))
        self._server.now_ns = self.clock.monotonic
        self.history.trace(b"t %d %d" % (self.clock.monotonic, self.clock.wall))

    def _disk_step(self) -> None:
        if not self.disk.is_busy:
            return
        completion = self.disk.step()
        self.on_verb()
        if completion is not None:
            self.history.trace(b"d %d %r" % (completion[0], completion[1] is None))
            self._inputs.append(DiskCompleted(*completion))

    def _archive_step(self) -> None:
        self.archive.failing = 0.0 if self._is_calm else self.draw.archive_error
        refusals, failure = self.archive.step(self.rng)
        self.history.trace(b"a %d %r" % (len(refusals), failure))
        self._inputs.append(ArchiveCompleted(refusals, failure))

    def _look_after_files(self) -> bool:
        """Mark old journal files now and then; let the worker get one verb further, and return whether it did."""
        later = self._later
        if not self._is_calm and later.random() < self.draw.upkeep:
            files = self.instance.journal_files
            verb = later.choice((files.archive, files.compress, files.remove, files.remove))
            reason = verb(later.choice((0, 0, 1_000_000, 20_000_000)))
            assert reason is None, reason
        if not self.upkeep.is_busy or later.random() < 0.5:
            return False
        completion = self.upkeep.step()
        self.on_verb()
        if completion is not None:
            self.history.trace(b"u %d %r" % (completion[0], completion[1] is None))
            self._inputs.append(UpkeepCompleted(*completion))
        return True

    def _turn(self) -> None:
        inputs, self._inputs = self._inputs, []
        sent = self.net.sent_bytes
        try:
            self._deadline = self._reactor.turn(inputs)
        except JournalFailedError:
            if self.net.sent_bytes != sent:
                raise AssertionError("something was sent in the turn that saw the sync fail") from None
            self.disk_failures += 1
            self._die()
            return
        self.past.look(self.disk, self.journal)
        self._see_leases()
        if self.draw.reload:
            self.violations += configuration.check(self.instance, self.model)

    def _see_leases(self) -> None:
        for queue in self.instance.queues:
            if queue.definition.is_at_most_once:
                continue
            for bookmark, lease in queue.leases.items():
                if self._leases.get(bookmark) is not lease:
                    connection = lease[1].client.connection
                    self.history.observations.append(Leased(self.clock.monotonic, connection, queue.name, bookmark))
            self._leases.update(queue.leases)

    # ---- life and death

    def _start(self) -> None:
        self.lives += 1
        self.journal = Journal(self.disk, group_ns=self.seed % 2 * limits.GROUP_COMMIT_NS)
        copies = self.archive if self.draw.has_archive else None
        doors = Doors(self._report, self.store, copies, self.errands, self.clock, upkeep=self.upkeep)
        self.instance = Instance(self.model, self.journal, doors)
        self.instance.begin(self.clock.monotonic, self.clock.wall)
        found = recover(self.disk, DIRECTORY, "Sim", SEGMENT_SIZE, b"sim", self.instance.restore, OLD_DIRECTORY)
        self.journal.begin(found.tail)
        self._reactor = Reactor(self.instance, self.journal, self.journal, self.clock, self.net, self._offline)
        self.instance.start()
        self._deadline = None
        self._draw_disk_error()
        self._turn()

    def _draw_disk_error(self) -> None:
        chance = 0.0 if self._is_calm else self.draw.disk_error
        rng = self.rng

        def fault(verb: object) -> OSError | None:
            return OSError(5, "Input/output error") if chance and rng.random() < chance else None

        self.disk.fault = fault

    def _die(self) -> None:
        """Stop, kill or lose power; then start again."""
        self.disk.fault = lambda verb: None
        draw = self.rng.random()
        if draw < self.draw.stop_share and self.journal.failure is None:
            self.stop()
            self.violations += restart.check(self.instance, self._folded(self.disk.snapshot()), self._visitors)
        elif draw < self.draw.kill_share and self.journal.failure is None:
            self.disk.kill()
        else:
            self.disk.crash(self.rng)
            self.store.lose(self.rng)
        self.reloads.crash()
        self.archive.crash(self.rng)
        self.errands.crash()
        self.upkeep.crash()
        self.history.trace(b"crash")
        self.history.observations.append(Crash(self.clock.monotonic))
        for connection in list(self.net.to_client):
            self._drain(connection)
            self.net.forget(connection)
        self.net.closed_by_server.clear()
        self._server.opened.clear()
        self._server.hung_up.clear()
        self._inputs.clear()
        for client in self._clients:
            client.disconnected()
        self._start()
        for request in self.operator.again(self.clock.monotonic):
            self._ask(request)

    def _drain(self, connection: int) -> None:
        """Some of what the server sent before it died still arrives."""
        self._server.now_ns = self.clock.monotonic
        waiting = self.net.to_client[connection]
        for _ in range(self.rng.randint(0, len(waiting))):
            data = waiting.popleft()
            for client in self._clients:
                if client.connection == connection:
                    client.receive(data)

    def _make_clients(self) -> list[SimClient]:
        draw = self.draw
        clients: list[SimClient] = []
        for number in range(draw.publishers):
            topic = b"Once" if number == 2 else b"Jobs"
            clients.append(SimPublisher(f"pub{number}", self._server, self.rng, topic, draw.share))
        for number in range(draw.workers):
            clients.append(SimWorker(f"work{number}", self._server, self.rng, b"Jobs", draw.backlog, draw.mood))
        calm = type(draw.mood)(0.0, 0.0, 0.0, draw.mood.vanish)
        clients.append(SimWorker("once", self._server, self.rng, b"Once", 5, calm))
        clients.append(SimWorker("review", self._server, self.rng, b"FailedJobs", 5, calm))
        if draw.reload:
            clients.append(SimVisitor("trail", self._server, self.rng, TRAIL, 5, draw.mood))
        return clients

    def _report(self, code: str, **values: object) -> None:
        self.history.trace(b"log " + code.encode())
