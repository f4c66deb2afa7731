"""Clients that do not keep up: offline to disk, then disconnected, so that they never slow the others.

User Guide, Slow Client Management and Capacity Limits. Once the network takes no more for a client, what it is sent
waits here. When a pool's memory is used up, the client that uses most of it goes offline: its bytes are written to
files, and read back as it catches up. When the pool's disk is used up, the client that uses most of it is disconnected;
so is one whose oldest bytes are too old. More than its share of the memory takes a client offline, more than its share
of the disk disconnects it.
"""

from collections.abc import Callable, Mapping

from ampsd import limits
from ampsd.definitions.instance import InstanceDefinition
from ampsd.engine.client import Client
from ampsd.engine.entries import NEVER
from ampsd.engine.events import ClientOffline, ClientOnline, Event
from ampsd.engine.owed import OfflineFile, Owed
from ampsd.engine.turn import Turn
from ampsd.ports import Create, Net, Offline, Pread, Pwrite, Report, Unlink, Verb
from ampsd.wire.command import SLOW_CLIENT


class Pool:
    """Memory and disk that several clients share, in bytes, and the directory of their files."""

    def __init__(self, memory_limit: int, disk_limit: int, path: str) -> None:
        self.memory_limit = memory_limit
        self.disk_limit = disk_limit
        self.path = path
        self.directory: str | None = None
        self.owing: dict[int, Owed] = {}
        self.is_to_bound = False

    @property
    def memory_used(self) -> int:
        """Bytes in memory for all its clients."""
        return sum(one.memory_used for one in self.owing.values())

    @property
    def memory_kept(self) -> int:
        """Those of them that no write to disk will set free."""
        return sum(one.left if one.is_offline else one.memory_used for one in self.owing.values())

    @property
    def disk_used(self) -> int:
        """Bytes in files of all its clients."""
        return sum(one.disk_used for one in self.owing.values())


class Policy:
    """What holds for the clients of one transport."""

    def __init__(self, pool: Pool, age_limit_ns: int | None, share: float, is_shared: bool) -> None:
        self.pool = pool
        self.is_shared = is_shared
        """Whether the pool is the instance's."""
        self.age_limit_ns = age_limit_ns
        self.share = share


def policies_of(
    definition: InstanceDefinition, host_memory_bytes: int, known: Mapping[str, Policy] | None = None
) -> dict[str, Policy]:
    """The policy of each transport: a pool of its own where it sets a limit of its own, otherwise the instance's.

    Those that are `known` stay, for their settings need a restart; so does the instance's pool.
    """
    whole = definition
    memory_limit = whole.message_memory_limit_bytes or host_memory_bytes // 10
    disk_limit = whole.message_disk_limit_bytes or max(limits.MESSAGE_DISK_DEFAULT, memory_limit)
    known = known or {}
    shared = next((one.pool for one in known.values() if one.is_shared), None)
    shared = shared or Pool(memory_limit, disk_limit, whole.message_disk_path)
    policies: dict[str, Policy] = {}
    for one in definition.transports:
        if one.name in known:
            policies[one.name] = known[one.name]
            continue
        pool = shared
        own = (one.message_memory_limit_bytes, one.message_disk_limit_bytes, one.message_disk_path)
        if any(setting is not None for setting in own):
            pool = Pool(own[0] or memory_limit, own[1] or disk_limit, own[2] or whole.message_disk_path)
        age_limit_ns = one.client_message_age_limit_ns or whole.client_message_age_limit_ns
        capacity = whole.client_max_capacity if one.client_max_capacity is None else one.client_max_capacity
        policies[one.name] = Policy(pool, age_limit_ns, capacity / 100, pool is shared)
    return policies


class SlowClients:
    """All clients that owe reading; see the module's doc string."""

    def __init__(
        self,
        policies: dict[str, Policy],
        net: Net,
        offline: Offline,
        moment: Turn,
        report: Report,
        close: Callable[[Client, str], None],
        happened: Callable[[Event], None],
    ) -> None:
        self.policies = policies
        """By transport. Clients that owe reading keep the one that they have."""
        self._net = net
        self._offline = offline
        self._turn = moment
        self._report = report
        self._close = close
        self._happened = happened
        self._tickets: dict[int, tuple[Owed, Verb]] = {}
        self._ticket = 0
        self._file = 0
        self._settled = 0
        self.decisions = 0
        """Clients taken offline, brought back or disconnected so far."""
        self.owing: dict[int, Owed] = {}
        self.next_ns = NEVER
        """When `tick` may have something to do, in monotonic nanoseconds."""

    # ---- what happens to bytes

    def send(self, client: Client, data: bytes) -> None:
        """Send to a client, or let the bytes wait behind those that do already."""
        owed = client.owed
        if owed is None:
            left = self._net.send(client.connection, data)
            if left:
                self._begin(client, left)
            return
        owed.add(data, self._turn.now_ns)
        self._move(owed)
        self._bound(owed)

    def writable(self, connection: int) -> None:
        """The network sent what it had taken for a connection."""
        owed = self.owing.get(connection)
        if owed is not None:
            owed.left = 0
            self._move(owed)

    def completed(self, ticket: int, error: OSError | None) -> None:
        """A verb of the disk is done."""
        owed, verb = self._tickets.pop(ticket)
        if owed.client.owed is not owed or isinstance(verb, Unlink):
            return
        if error is not None:
            self._report("70-0013", client=owed.client.label, error=error.strerror or str(error))
            self._disconnect(owed)
            return
        if isinstance(verb, Create):
            return
        owed.is_busy = False
        if isinstance(verb, Pwrite):
            file = owed.files[-1]
            file.written += owed.writing
            file.marks.append((file.written, owed.writing_since_ns))
            owed.writing = 0
        elif isinstance(verb, Pread):
            self._was_read(owed, verb)
        self._move(owed)
        self._bound(owed)

    def tick(self) -> None:
        """Disconnect those whose oldest bytes are too old."""
        now_ns = self._turn.now_ns
        if self.next_ns > now_ns:
            return
        self.next_ns = NEVER
        for owed in list(self.owing.values()):
            limit_ns = owed.policy.age_limit_ns
            if limit_ns is None:
                continue
            ends_ns = min(owed.oldest_ns, NEVER - limit_ns) + limit_ns
            if ends_ns <= now_ns:
                self._disconnect(owed)
            else:
                self.next_ns = min(self.next_ns, ends_ns)

    def forget(self, client: Client) -> None:
        """The client is gone, and what waits for it."""
        owed = client.owed
        if owed is not None:
            client.owed = None
            del self.owing[client.connection]
            del owed.policy.pool.owing[client.connection]
            for file in owed.files:
                self._submit(owed, Unlink(file.path))

    # ---- decisions

    def _begin(self, client: Client, left: int) -> None:
        policy = self.policies[client.transport]
        owed = client.owed = Owed(client, policy, left, self._turn.now_ns)
        self.owing[client.connection] = owed
        policy.pool.owing[client.connection] = owed
        if policy.age_limit_ns is not None:
            self.next_ns = min(self.next_ns, self._turn.now_ns + policy.age_limit_ns)
        self._bound(owed)

    def _bound(self, owed: Owed) -> None:
        """Keep to the limits of one client, which grew; those of its pool follow at the end of the turn."""
        policy = owed.policy
        pool = policy.pool
        pool.is_to_bound = True
        is_owing = owed.memory_used + owed.disk_used > limits.READ_PAUSE_BYTES
        if is_owing != owed.is_throttled:
            owed.is_throttled = is_owing
            self._net.throttle(owed.client.connection, is_owing)
        if not owed.is_offline and owed.memory_used > policy.share * pool.memory_limit:
            self._go_offline(owed)
        if owed.is_offline and owed.disk_used > policy.share * pool.disk_limit:
            self._disconnect(owed)

    def settle(self) -> bool:
        """End of a turn: keep to the limits of the pools. Returns whether what was decided needs another turn."""
        for policy in self.policies.values():
            if policy.pool.is_to_bound:
                policy.pool.is_to_bound = False
                self._bound_pool(policy.pool)
        has_decided = self.decisions != self._settled
        self._settled = self.decisions
        return has_decided

    def _bound_pool(self, pool: Pool) -> None:
        while pool.memory_kept > pool.memory_limit:
            candidates = [one for one in pool.owing.values() if not one.is_offline]
            if not candidates:
                break
            self._go_offline(max(candidates, key=_memory_used))
        while pool.disk_used > pool.disk_limit:
            self._disconnect(max(pool.owing.values(), key=_disk_used))
        while pool.memory_used > pool.memory_limit + limits.OFFLINE_BEHIND_MAX:
            # The disk is slower than what comes in.
            self._disconnect(max(pool.owing.values(), key=_memory_used))

    def _go_offline(self, owed: Owed) -> None:
        pool = owed.policy.pool
        if pool.directory is None:
            try:
                pool.directory = self._offline.directory(pool.path)
            except OSError as error:
                self._report("70-0013", client=owed.client.label, error=f"{pool.path}: {error.strerror or error}")
                self._disconnect(owed)
                return
        owed.is_offline = True
        self.decisions += 1
        self._report("70-0011", client=owed.client.label)
        self._happened(ClientOffline(owed.client.label, owed.client.connection_name))
        self._move(owed)

    def _disconnect(self, owed: Owed) -> None:
        client = owed.client
        self._report("70-0004", client=client.label)
        self.decisions += 1
        self.forget(client)
        self._net.abort(client.connection)
        self._close(client, SLOW_CLIENT)

    # ---- one step at a time

    def _move(self, owed: Owed) -> None:
        """Send, read or write what comes next, as far as network and disk let us."""
        while not owed.left and not owed.is_busy and owed.client.owed is owed:
            if owed.files and owed.files[0].read < owed.files[0].written:
                file = owed.files[0]
                self._begin_verb(owed, Pread(file.path, file.read, min(limits.OFFLINE_CHUNK, file.written - file.read)))
            elif owed.memory:
                data, since_ns = owed.take(limits.OFFLINE_CHUNK)
                self._give(owed, data, since_ns)
            else:
                self._caught_up(owed)
        if owed.is_offline and owed.left and not owed.is_busy and owed.memory:
            self._write(owed)

    def _give(self, owed: Owed, data: bytes, since_ns: int) -> None:
        owed.left = self._net.send(owed.client.connection, data)
        owed.left_since_ns = since_ns

    def _write(self, owed: Owed) -> None:
        directory = owed.policy.pool.directory
        data, since_ns = owed.take(limits.OFFLINE_CHUNK)
        owed.writing, owed.writing_since_ns = len(data), since_ns
        if not owed.files or owed.files[-1].written >= limits.OFFLINE_FILE_BYTES:
            self._file += 1
            owed.files.append(OfflineFile(f"{directory}/{self._file}.offline"))
            self._submit(owed, Create(owed.files[-1].path, 0))
        file = owed.files[-1]
        self._begin_verb(owed, Pwrite(file.path, file.written, data))

    def _was_read(self, owed: Owed, verb: Pread) -> None:
        file = owed.files[0]
        since_ns = file.marks[0][1]
        file.read += len(verb.data)
        while file.marks and file.marks[0][0] <= file.read:
            file.marks.popleft()
        if file.read == file.written:
            owed.files.popleft()
            self._submit(owed, Unlink(file.path))
        self._give(owed, verb.data, since_ns)

    def _caught_up(self, owed: Owed) -> None:
        client = owed.client
        if owed.is_throttled:
            self._net.throttle(client.connection, False)
        self.forget(client)
        if owed.is_offline:
            self.decisions += 1
            self._report("70-0012", client=client.label)
            self._happened(ClientOnline(client.label, client.connection_name))

    def _begin_verb(self, owed: Owed, verb: Verb) -> None:
        owed.is_busy = True
        self._submit(owed, verb)

    def _submit(self, owed: Owed, verb: Verb) -> None:
        self._ticket += 1
        self._tickets[self._ticket] = (owed, verb)
        self._offline.submit(self._ticket, [verb])


def _memory_used(owed: Owed) -> int:
    return owed.memory_used


def _disk_used(owed: Owed) -> int:
    return owed.disk_used
