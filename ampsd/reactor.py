"""The turn: take inputs, run the instance, batch the log, release effects.

    inputs = what the world collected          bytes, disk completions, connections coming and going
    for each input: instance                   synchronous; may add records and frames
    instance.tick                              leases, expirations, heartbeats
    instance.settle                            messages handed out, actions run; the same batch
    adoption.proceed                           while a reload is under way: fill new queues, or swap
    log.seal, log.flush                        ONE atomic batch, one write, one sync request
    events.release                             what is told of messages, once it is durable
    outbox.release                             frames that wait for nothing, then those that are durable
    instance.next_ns                           when the next turn is due without input

Many inputs share one sync, and nothing changes under a running function. The simulator runs this very code.
"""

from collections.abc import Mapping, Sequence

from ampsd import limits
from ampsd.adoption import Adoption, AdoptionBegun, ReloadRefused, audit
from ampsd.engine.entries import NEVER
from ampsd.engine.operators import Request
from ampsd.engine.slow_clients import SlowClients, policies_of
from ampsd.instance import Instance
from ampsd.ports import Clock, Net, Offline
from ampsd.storage.journal import Journal
from ampsd.storage.log import Log


class Connected:
    """Input: a peer connected to `transport`, which may fix the message type."""

    __slots__ = ("address", "connection", "message_type", "transport")

    def __init__(self, connection: int, transport: str, message_type: str | None, address: str) -> None:
        self.connection = connection
        self.transport = transport
        self.message_type = message_type
        self.address = address


class Disconnected:
    """Input: a peer is gone, for `reason`."""

    __slots__ = ("connection", "reason")

    def __init__(self, connection: int, reason: str) -> None:
        self.connection = connection
        self.reason = reason


class Writable:
    """Input: the network has sent what it had taken for a connection."""

    __slots__ = ("connection",)

    def __init__(self, connection: int) -> None:
        self.connection = connection


class OfflineCompleted:
    """Input: verbs on the files of slow clients are done, as DiskCompleted."""

    __slots__ = ("error", "ticket")

    def __init__(self, ticket: int, error: OSError | None) -> None:
        self.ticket = ticket
        self.error = error


class DiskCompleted:
    """Input: the verbs submitted under `ticket` are done, or the first that failed raised `error`."""

    __slots__ = ("error", "ticket")

    def __init__(self, ticket: int, error: OSError | None) -> None:
        self.ticket = ticket
        self.error = error


class UpkeepCompleted:
    """Input: verbs on old journal files are done, as DiskCompleted."""

    __slots__ = ("error", "ticket")

    def __init__(self, ticket: int, error: OSError | None) -> None:
        self.ticket = ticket
        self.error = error


class ArchiveCompleted:
    """Input: the archive has answered for the first of the objects it was given, each stored (None) or refused for a
    reason that will stay; `failure` is why it did not go on.
    """

    __slots__ = ("failure", "refusals")

    def __init__(self, refusals: Sequence[str | None], failure: str | None) -> None:
        self.refusals = refusals
        self.failure = failure


class ErrandCompleted:
    """Input: an errand is done, with `value`, or it failed for the reason `failure`, a sentence for the operator."""

    __slots__ = ("failure", "ticket", "value")

    def __init__(self, ticket: int, value: bytes, failure: str | None) -> None:
        self.ticket = ticket
        self.value = value
        self.failure = failure


class SignalArrived:
    """Input: the process received a signal, such as SIGUSR1."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name


class ActionRequested:
    """Input: somebody asked for the path of an action on the admin interface, with these parameters."""

    __slots__ = ("parameters", "path")

    def __init__(self, path: str, parameters: Mapping[str, bytes]) -> None:
        self.path = path
        self.parameters = parameters


class StopBegun:
    """Input: the instance is to shut down; clients are still connected."""

    __slots__ = ()


_STOPPING = ("the instance stops",)

Received = tuple[int, bytes]
"""Input: bytes from a connection. A bare tuple, because there is one per read."""

Input = (
    Received
    | Connected
    | Disconnected
    | DiskCompleted
    | Writable
    | OfflineCompleted
    | UpkeepCompleted
    | ArchiveCompleted
    | ErrandCompleted
    | SignalArrived
    | ActionRequested
    | StopBegun
    | AdoptionBegun
    | ReloadRefused
    | Request
)


class Reactor:
    """Runs one instance, turn by turn."""

    def __init__(
        self,
        instance: Instance,
        log: Log,
        journal: Journal | None,
        clock: Clock,
        net: Net,
        offline: Offline,
        host_memory_bytes: int = 10 * 1024 * limits.MIB,
    ) -> None:
        """`host_memory_bytes` is what MessageMemoryLimit is a tenth of where it is not set."""
        self.slow = SlowClients(
            policies_of(instance.definition, host_memory_bytes),
            net,
            offline,
            instance.turn,
            instance.report,
            instance.clients.close,
            instance.happened,
        )
        self._host_memory_bytes = host_memory_bytes
        self.adoption: Adoption | None = None
        """The reload that is under way."""
        self._instance = instance
        self._log = log
        self._journal = journal
        self._clock = clock
        self._net = net

    def turn(self, inputs: Sequence[Input]) -> int | None:
        """Run one turn; returns when the next is due without input, in monotonic nanoseconds.

        Raises JournalFailedError when the journal has failed: nothing of this turn is sent then, nor ever after.
        """
        instance = self._instance
        instance.begin(self._clock.monotonic_ns(), self._clock.wall_ns())
        for one in inputs:
            if type(one) is tuple:
                instance.received(one[0], one[1])
            else:
                self._take(one)
            if self._log.batch_size > limits.BATCH_SIZE_MAX:
                instance.settle()
                self._log.seal()
        instance.tick()
        self.slow.tick()
        instance.settle()
        if self.adoption is not None:
            self._adopt(self.adoption)
        self._log.seal()
        self._log.flush(instance.turn.now_ns)
        instance.events.release()
        instance.operators.release()
        instance.outbox.release()
        self._send()
        if self.slow.settle() or self.adoption is not None:
            return instance.turn.now_ns
        next_ns = min(instance.next_ns(), self.slow.next_ns)
        if self._log.next_ns is not None:
            return min(next_ns, self._log.next_ns)
        return None if next_ns == NEVER else next_ns

    def _take(self, one: Input) -> None:
        if isinstance(one, Writable):
            self.slow.writable(one.connection)
        elif isinstance(one, OfflineCompleted):
            self.slow.completed(one.ticket, one.error)
        elif isinstance(one, DiskCompleted):
            self._disk_completed(one)
        elif isinstance(one, Connected):
            self._instance.connected(one.connection, one.transport, one.message_type, one.address)
        elif isinstance(one, Disconnected):
            self._instance.disconnected(one.connection, one.reason)
        elif isinstance(one, UpkeepCompleted):
            self._instance.journal_files.completed(one.ticket, one.error)
        elif isinstance(one, ArchiveCompleted):
            self._instance.archiver.completed(one.refusals, one.failure)
        elif isinstance(one, ErrandCompleted):
            self._instance.automation.answered(one.ticket, one.value, one.failure)
        elif isinstance(one, Request):
            self._instance.operators.carry_out(one)
        elif isinstance(one, SignalArrived):
            self._instance.automation.signalled(one.name)
        elif isinstance(one, ActionRequested):
            self._instance.automation.requested(one.path, one.parameters)
        elif isinstance(one, StopBegun):
            self._instance.automation.stop()
            if self.adoption is not None:
                self.adoption.refuse(_STOPPING)
                self.adoption = None
        elif isinstance(one, AdoptionBegun):
            self._begin_adoption(one)
        elif isinstance(one, ReloadRefused):
            audit(self._instance, one.actor, one.digest, one.reasons)

    def _begin_adoption(self, begun: AdoptionBegun) -> None:
        assert self.adoption is None, "a reload begins while another is under way"
        if self._instance.automation.is_stopping:
            begun.outcome(_STOPPING)
        else:
            self.adoption = Adoption(self._instance, begun)

    def _adopt(self, adoption: Adoption) -> None:
        """What a swap lets happen, such as deliveries of a new queue, is in its batch."""
        adoption.proceed()
        if adoption.is_over:
            self.adoption = None
            self.slow.policies = policies_of(self._instance.definition, self._host_memory_bytes, self.slow.policies)
            self._instance.settle()

    def _disk_completed(self, one: DiskCompleted) -> None:
        if self._journal is None:
            raise AssertionError("a disk completion without a journal")
        self._journal.completed(one.ticket, one.error)
        if self._journal.failure is not None:
            raise self._journal.failure

    def _send(self) -> None:
        outbox = self._instance.outbox
        for client in outbox.touched:
            out = client.out
            frames = out[0] if len(out) == 1 else b"".join(out)
            self.slow.send(client, client.wire.written(frames))
            out.clear()
        outbox.touched.clear()
        closing = self._instance.clients.closing
        for client in closing:
            self.slow.forget(client)
            self._net.close(client.connection)
        closing.clear()
