"""One instance in the real world: recovery, listeners, the loop that runs the turns, and an orderly end."""

import asyncio
import contextlib
import os
import socket
import threading
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from ampsd import limits, version
from ampsd.admin.gauges import gauges
from ampsd.admin.resources import Admin
from ampsd.config.model import Model
from ampsd.definitions.admin import AdminDefinition
from ampsd.instance import Instance
from ampsd.ports import Doors, Report
from ampsd.reactor import (
    ErrandCompleted,
    Input,
    OfflineCompleted,
    Reactor,
    SignalArrived,
    StopBegun,
)
from ampsd.server.clock import RealClock, local_zone
from ampsd.server.disk import Completed, RealDisk
from ampsd.server.errands import RealErrands
from ampsd.server.event_queries import EventFileQueries
from ampsd.server.exits import EXIT_ADDRESS, EXIT_INTERNAL, EXIT_OK, EXIT_STORAGE, StartError
from ampsd.server.host import host_memory_bytes
from ampsd.server.listeners import Listeners
from ampsd.server.live_configuration import LiveConfiguration
from ampsd.server.minidump import MinidumpSettings
from ampsd.server.offline_disk import OfflineDisk
from ampsd.server.persistence import Persistence
from ampsd.server.protected_files import ProtectedPaths, protected_paths
from ampsd.server.reloading import Origin
from ampsd.server.sampling import Sampling
from ampsd.server.service import ServiceNotifier
from ampsd.server.tcp import TcpNet
from ampsd.server.watch import ConfigWatch
from ampsd.storage.log import JournalDamageError, JournalFailedError, Log
from ampsd.storage.recovery import Fold
from ampsd.wire.command import STOPPING

if TYPE_CHECKING:
    from ampsd.server.http import HttpServer

_EVENTS_POLL_SECONDS = 0.01
"""How soon to look again whether events were written, while reading is paused for them."""

_ERRANDS_END_SECONDS = 2.0
"""How long programs have to end at a shutdown before they are killed."""

Ready = Callable[[list[str]], None]
"""Called once clients can connect, with the addresses in use."""


class Logs(Protocol):
    """The log targets, behind what is reported."""

    def flush(self) -> None:
        """Write what waits."""
        ...

    def rotate(self) -> int:
        """Begin the next file where files rotate; how many did."""
        ...

    def files(self) -> Sequence[str]:
        """The files that are written."""
        ...


class Daemon:
    """Runs one instance until a signal or a failure ends it."""

    def __init__(
        self,
        model: Model,
        report: Report,
        logs: Logs,
        *,
        origin: Origin | None = None,
        service: ServiceNotifier | None = None,
        inherited: Mapping[str, Sequence[socket.socket]] | None = None,
        record: Path | None = None,
    ) -> None:
        """Without an `origin` the configuration stays what it is. `inherited` are sockets that listen already. What
        comes of reloads is written to the file `record`.
        """
        self._model = model
        self._service = service or ServiceNotifier({}, time.monotonic_ns)
        self._inherited = inherited or {}
        self._report = report
        self._flush_logs = logs.flush
        self._loop: asyncio.AbstractEventLoop
        self._inputs: list[Input] = []
        self._is_scheduled = False
        self._timer: asyncio.TimerHandle | None = None
        self._timer_ns = 0
        self._stopped: asyncio.Future[int]
        self._reactor: Reactor
        self._offline: OfflineDisk | None = None
        self._instance: Instance
        self._clock = RealClock()
        self._net = TcpNet(self._post)
        self._kept = Persistence(model, report, self._clock, self._make_disk, self._post, self._from_thread)
        self._http: HttpServer | None = None
        self._sampling = Sampling(
            model.definition.admin,
            lambda: gauges(self._instance) | self.configuration.gauges(),
            self._clock,
            report,
            lambda ticket, value, failure: self._post(ErrandCompleted(ticket, value, failure)),
        )
        self._stop_after: int | None = None
        self._stop_begun: float | None = None
        self._listeners = Listeners(self._net, model.definition, report)
        self.configuration = LiveConfiguration(
            model,
            origin,
            self._listeners,
            post=self._post,
            from_thread=self._from_thread,
            report=report,
            clock=self._clock,
            service=self._service,
            record=record,
        )
        self._errands = self._make_errands(logs)

    async def run(self, ready: Ready) -> int:
        """Start, serve, stop. Returns the exit code."""
        self._loop = asyncio.get_running_loop()
        self._stopped = self._loop.create_future()
        started = time.monotonic()
        try:
            self._build()
            addresses = await self._listen()
        except StartError as error:
            self._stopped.set_result(error.exit_code)
            self._fail(error.errno)
            await self._sampling.close()
            return self._close(error.exit_code)
        self._schedule()
        self._flush_logs_each_second()
        self._report("00-0015", seconds=int(time.monotonic() - started))
        ready(addresses)
        self.configuration.start()
        self._service.ready(self.configuration.status)
        self._feed_watchdog()
        exit_code = await self._stopped
        self._service.stopping("shutting down")
        self.configuration.close()
        if self._http is not None:
            await self._http.close()
        await self._sampling.close()
        return self._end(exit_code)

    def _make_errands(self, logs: Logs) -> RealErrands:
        definition = self._model.definition

        def protected() -> ProtectedPaths:
            return protected_paths(self.configuration.model.definition, self.configuration.files, logs.files())

        return RealErrands(
            lambda ticket, value, failure: self._post_from_thread(ErrandCompleted(ticket, value, failure)),
            protected=protected,
            minidumps=MinidumpSettings(
                definition.name,
                definition.mini_dump_directory,
                definition.mini_dump_file_mask,
                self._clock.monotonic_ns(),
            ),
            rotate=logs.rotate,
            set_listening=self._listeners.set,
            wall_ns=self._clock.wall_ns,
            truncate=self._sampling.truncate,
            reload=self.configuration.reload_for,
        )

    # ---- start

    def _build(self) -> None:
        definition = self._model.definition
        self._report(
            "00-0001",
            version=version.AMPSD_VERSION,
            amps_version=version.AMPS_VERSION,
            name=definition.name,
            path=self._model.path,
        )
        log = self._kept.open(self._begin_instance)
        self._offline = OfflineDisk(lambda ticket, error: self._post_from_thread(OfflineCompleted(ticket, error)))
        self._reactor = Reactor(
            self._instance, log, self._kept.journal, self._clock, self._net, self._offline, host_memory_bytes()
        )
        self._instance.start()

    def _make_disk(self, completed: Completed) -> RealDisk:
        """The disk of the journal."""
        return RealDisk(completed)

    def _begin_instance(self, log: Log) -> Fold:
        kept = self._kept
        doors = Doors(
            self._report, kept.store, kept.archive, self._errands, self._clock, local_zone(), upkeep=kept.upkeep
        )
        self._instance = Instance(self._model, log, doors)
        self._instance.begin(self._clock.monotonic_ns(), self._clock.wall_ns())
        return self._instance.restore

    async def _listen(self) -> list[str]:
        try:
            addresses = await self._listeners.start(self._inherited)
        except OSError as error:
            self._net.stop_listening()
            raise StartError(EXIT_ADDRESS) from error
        admin = self._model.definition.admin
        self._sampling.start()
        if admin is not None and admin.inet_addr is not None:
            addresses.append(await self._listen_for_admin(admin))
        return addresses

    async def _listen_for_admin(self, definition: AdminDefinition) -> str:
        from ampsd.server.http import HttpServer

        events = self._kept.event_file
        queries = None if events is None else EventFileQueries(events.path, events.catch_up)
        admin = Admin(self._instance, queries, self._clock, self._sampling.statistics, self.configuration.reloading)
        self._http = HttpServer(admin, definition, self._post)
        try:
            address = await self._http.listen()
        except OSError as error:
            self._report(
                "11-0002", transport="Admin", address=str(definition.inet_addr), error=error.strerror or str(error)
            )
            self._net.stop_listening()
            raise StartError(EXIT_ADDRESS) from error
        self._report("11-0001", transport="Admin", address=address)
        return address

    # ---- the loop

    def _post(self, one: Input) -> None:
        self._inputs.append(one)
        self._schedule()

    def _schedule(self) -> None:
        if not self._is_scheduled:
            self._is_scheduled = True
            self._loop.call_soon(self._turn)

    def _post_from_thread(self, one: Input) -> None:
        self._from_thread(lambda: self._post(one))

    def _from_thread(self, callback: Callable[[], None]) -> None:
        """In a worker thread: the loop may be gone when the process is ending."""
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(callback)

    def _turn(self) -> None:
        self._is_scheduled = False
        inputs, self._inputs = self._inputs, []
        if self._stopped.done():
            return
        try:
            deadline = self._reactor.turn(inputs)
        except JournalFailedError as error:
            self._report("2C-0004", file=error.file, error=error.error.strerror or str(error.error))
            self._fail(error.error.errno or 0)
            self._stopped.set_result(EXIT_STORAGE)
            return
        except JournalDamageError as error:
            self._report("2C-0002", file=error.file, offset=error.offset, what=error.what)
            self._stopped.set_result(EXIT_STORAGE)
            return
        except Exception:  # noqa: BLE001 - the outermost line: a fault of ours stops the process, with its trace
            self._report("FF-0003", trace=traceback.format_exc())
            self._stopped.set_result(EXIT_INTERNAL)
            return
        self._net.pause(self._kept.is_behind or self._kept.are_events_behind)
        if self._kept.are_events_behind:
            self._loop.call_later(_EVENTS_POLL_SECONDS, self._schedule)
        self._set_timer(deadline)
        self._continue_stop()

    def thread_failed(self, arguments: threading.ExceptHookArgs) -> None:
        """In a worker thread: a fault of ours stops the process, wherever it is; but to be told of changes to files is
        not worth that."""
        trace = "".join(traceback.format_exception(arguments.exc_value))
        if ConfigWatch.is_its(arguments.thread):
            self._from_thread(lambda: self._report("00-0025", error=trace))
            return

        def stop() -> None:
            self._report("FF-0003", trace=trace)
            if not self._stopped.done():
                self._stopped.set_result(EXIT_INTERNAL)

        self._from_thread(stop)

    def _set_timer(self, deadline_ns: int | None) -> None:
        """One timer, set anew only for an earlier time: a turn too early costs less than a timer for each turn."""
        if deadline_ns is None or (self._timer is not None and self._timer_ns <= deadline_ns):
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer_ns = deadline_ns
        delay = max(0, deadline_ns - self._clock.monotonic_ns()) / 1e9
        self._timer = self._loop.call_later(delay, self._timer_fired)

    def _timer_fired(self) -> None:
        self._timer = None
        self._schedule()

    def _flush_logs_each_second(self) -> None:
        self._flush_logs()
        if not self._stopped.done():
            self._loop.call_later(1.0, self._flush_logs_each_second)

    def _feed_watchdog(self) -> None:
        """By a turn of the loop, for that is what must not hang."""
        interval_ns = self._service.watchdog_interval_ns
        if interval_ns is not None and not self._stopped.done():
            self._service.watchdog()
            self._loop.call_later(interval_ns / 1e9, self._feed_watchdog)

    def _fail(self, errno: int) -> None:
        """Tell the service manager what the operating system refused."""
        if errno:
            self._service.failed(errno, os.strerror(errno))

    # ---- signals

    @property
    def signals(self) -> tuple[str, ...]:
        """Names of the signals that set off an action, those of the default actions among them."""
        return self._instance.automation.signals

    def signalled(self, name: str) -> None:
        """The process received a signal."""
        self._post(SignalArrived(name))

    def signal_cannot_be_taken(self, name: str) -> None:
        """A signal of the configuration is none that a process can take."""
        self._report("29-0111", signal=name)

    # ---- stop

    def begin_stop(self) -> None:
        """Accept nobody new, run what is to run on shutdown, let what was accepted become durable and be acknowledged,
        then close."""
        if self._stop_begun is not None:
            return
        self._report("FF-0001")
        self._stop_begun = time.monotonic()
        self._service.stopping("shutting down")
        self.configuration.stop()
        self._net.stop_listening()
        self._loop.call_later(limits.STOP_ACTIONS_NS / 1e9 + 0.1, self._schedule)  # what actions wait for has to end
        self._post(StopBegun())

    def _continue_stop(self) -> None:
        """At the end of a turn: go on with shutting down, where that was asked for."""
        if self._instance.is_stop_asked:
            self.begin_stop()
        if self._stop_begun is None or self._stopped.done():
            return
        journal = self._kept.journal
        if self._stop_after is None:
            if self._inputs or not self._are_actions_done(self._stop_begun):
                return
            self._instance.push_acks()
            self._stop_after = journal.end if journal is not None else 0
            self._schedule()
            return
        if self._instance.clients.connected:
            if journal is None or journal.durable >= self._stop_after:
                self._instance.close_all(STOPPING)
                self._schedule()
        elif journal is None or journal.is_idle:
            self._stopped.set_result(EXIT_OK)

    def _are_actions_done(self, since: float) -> bool:
        """Whether nothing runs any more that shutting down has to wait for."""
        if self._instance.automation.is_idle:
            return True
        if time.monotonic() - since > limits.STOP_ACTIONS_NS / 1e9:
            self._report("29-0112", seconds=limits.STOP_ACTIONS_NS // 1_000_000_000)
            return True
        return False

    def _end(self, exit_code: int) -> int:
        """Close everything; a clean end is marked in the journal. Returns the exit code."""
        if self._timer is not None:
            self._timer.cancel()
        exit_code = self._close(exit_code)
        self._report("FF-0002")
        return exit_code

    def _close(self, exit_code: int) -> int:
        """Close what was opened. Returns the exit code."""
        self._net.stop_listening()
        self._net.close_all()
        self._errands.close(_ERRANDS_END_SECONDS)
        if self._offline is not None:
            self._offline.close()
        is_written = self._kept.close(exit_code == EXIT_OK)
        return exit_code if is_written else EXIT_STORAGE
