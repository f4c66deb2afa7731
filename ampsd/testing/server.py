"""A real daemon in the process of a test: a thread with a loop, free ports, files in a directory of its own."""

import asyncio
import contextlib
import errno
import os
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from ampsd.admin.calls import Call
from ampsd.admin.models import QueueStatus
from ampsd.admin.resources import Admin
from ampsd.config.model import Model
from ampsd.errors import CATALOGUE
from ampsd.instance import Instance
from ampsd.ports import Verb
from ampsd.reactor import Disconnected
from ampsd.server.clock import RealClock
from ampsd.server.daemon import Daemon, Ready
from ampsd.server.disk import Completed, RealDisk
from ampsd.server.exits import EXIT_OK, EXIT_STORAGE
from ampsd.testing.redirection import redirected
from ampsd.wire.command import CONNECTION_CLOSED

READY_SECONDS = 30.0
STOP_SECONDS = 30.0
WAIT_SECONDS = 5.0
_LOOK_SECONDS = 0.01
"""How soon `wait_until` looks again when nothing has happened in the daemon: what it waits for may be elsewhere."""

KILLED = -9

T = TypeVar("T")


class ServerFault(AssertionError):  # noqa: N818 - named for what it is
    """The daemon did not do what the test needs; the text has its last log records."""


@dataclass(frozen=True, slots=True)
class LogRecord:
    """One log record."""

    code: str
    level: str
    text: str
    values: dict[str, object]


class _Disk(RealDisk):
    """A disk that a test may hold, or let fail."""

    def __init__(self, completed: Completed) -> None:
        super().__init__(completed)
        self._answers = completed
        self._held: list[tuple[int, Iterable[Verb]]] | None = None
        self.is_failing = False

    def submit(self, ticket: int, verbs: Iterable[Verb]) -> None:
        """Run verbs later, unless a test has other plans for them."""
        if self.is_failing:
            self._answers(ticket, OSError(errno.EIO, "Input/output error"))
        elif self._held is not None:
            self._held.append((ticket, verbs))
        else:
            super().submit(ticket, verbs)

    def hold(self) -> None:
        """Do nothing from now on."""
        self._held = self._held or []

    def release(self) -> None:
        """Do what was held, and go on."""
        held, self._held = self._held or [], None
        for ticket, verbs in held:
            self.submit(ticket, verbs)


class _NoFiles:
    """Log records that are in memory only."""

    def flush(self) -> None:
        """Nothing waits."""

    def rotate(self) -> int:
        """There is no file."""
        return 0

    def files(self) -> tuple[str, ...]:
        """There is no file."""
        return ()


class _Daemon(Daemon):
    """A daemon that a test may treat badly. Its methods run in its loop."""

    def __init__(self, model: Model, report: Callable[..., None], happened: Callable[[], None]) -> None:
        super().__init__(model, report, _NoFiles())
        self._has_turned = happened

    async def run(self, ready: Ready) -> int:
        """Start, serve, stop. Returns the exit code. Nobody's end lets go of the journal here but our own."""
        try:
            return await super().run(ready)
        finally:
            for lock in self._kept.lock_files:
                os.close(lock)

    def _turn(self) -> None:
        super()._turn()
        self._has_turned()

    def _make_disk(self, completed: Completed) -> _Disk:
        return _Disk(completed)

    @property
    def disk(self) -> _Disk:
        """The disk of the journal. Raises ServerFault where there is none."""
        if not isinstance(self._kept.disk, _Disk):
            raise ServerFault("there is no TransactionLog, so there is no disk")
        return self._kept.disk

    @property
    def instance(self) -> Instance:
        """The instance."""
        return self._instance

    def drop(self, client_name: str) -> bool:
        """Break the connection of a client; whether there was one."""
        for connection, client in list(self._instance.clients.connected.items()):
            if client.name == client_name.encode():
                self._net.abort(connection)
                self._post(Disconnected(connection, CONNECTION_CLOSED))
                return True
        return False

    def die(self) -> None:
        """No orderly end: connections break, nothing more is done, the journal is left as it is."""
        self._net.stop_listening()
        for connection in list(self._instance.clients.connected):
            self._net.abort(connection)
        if not self._stopped.done():
            self._stopped.set_result(KILLED)


class AmpsdServer:
    """A daemon that is running when it has been made. Every method may be called in any thread of the test."""

    def __init__(self, model: Model, directory: str) -> None:
        """`directory` is its own, and is where its journal is when it starts again. Raises ServerFault."""
        self._model = model
        self._directory = directory
        self._happened = threading.Condition()
        self._records: list[LogRecord] = []
        self._ports: tuple[int, ...] = ()
        self._admin_port = 0
        self._addresses: list[str] = []
        self._is_dying = False
        self._is_disk_held = False
        self._exit_code: int | None = None
        self._asked_for: tuple[int, ...] = (EXIT_OK,)
        self._daemon: _Daemon
        self._loop: asyncio.AbstractEventLoop
        self._thread: threading.Thread | None = None
        self.start()

    # ---- where it is

    @property
    def uri(self) -> str:
        """Where clients connect: the first transport that listens."""
        return self.uris[0]

    @property
    def uris(self) -> list[str]:
        """Where clients connect: each transport that listens, in the order of the configuration."""
        return [one for one in self._addresses if one.startswith("tcp:")]

    @property
    def port(self) -> int:
        """The port of the first transport."""
        return _port_of(self.uri)

    @property
    def admin_url(self) -> str:
        """Where the admin interface is, /ampsd/v1 included."""
        return next(one for one in self._addresses if one.startswith("http:"))

    @property
    def log(self) -> list[LogRecord]:
        """Its log records so far, of every level."""
        with self._happened:
            return list(self._records)

    @property
    def is_running(self) -> bool:
        """Whether it runs."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def exit_code(self) -> int | None:
        """What its process would have ended with; None while it runs. A killed one ends with -9."""
        return self._exit_code

    # ---- life

    def start(self) -> None:
        """Start it, on the same ports when it ran before. Raises ServerFault."""
        if self.is_running:
            raise ServerFault("the daemon runs already")
        self._exit_code = None
        self._asked_for = (EXIT_OK,)
        self._is_dying = self._is_disk_held = False
        self._addresses = []
        model = redirected(self._model, self._directory, self._ports, self._admin_port)
        self._daemon = _Daemon(model, self._report, self._notify)
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(ready,), name="ampsd-server", daemon=True)
        self._thread.start()
        if not ready.wait(READY_SECONDS) or not self._addresses:
            raise ServerFault(self._explained(f"the daemon did not start: exit code {self._exit_code}"))
        listening = iter([_port_of(one) for one in self.uris])
        self._ports = tuple(
            0 if one.initial_state == "disabled" else next(listening) for one in model.definition.transports
        )
        self._admin_port = int(self.admin_url.split(":")[2].split("/")[0])

    def stop(self) -> None:
        """An orderly end, as by SIGTERM. Raises ServerFault when it does not end with exit code 0."""
        if not self.is_running:
            return
        if self._is_disk_held:
            self.release_disk()
        self._later(self._daemon.begin_stop)
        self._join()
        if self._exit_code != EXIT_OK:
            raise ServerFault(self._explained(f"the daemon ended with exit code {self._exit_code}"))

    def close(self) -> None:
        """The test is over: stop it. Raises ServerFault when it has ended or ends otherwise than the test asked for."""
        self.stop()
        if self._exit_code == EXIT_OK and self._asked_for == (EXIT_STORAGE,):
            raise ServerFault(
                "fail_disk() had no effect: nothing was written after it. Publish something, or leave it out"
            )
        if self._exit_code not in self._asked_for:
            raise ServerFault(self._explained(f"the daemon ended by itself, with exit code {self._exit_code}"))

    def kill(self) -> None:
        """No orderly end, as by kill -9: what was not durable may be lost."""
        if self.is_running:
            self._is_dying = True
            self._asked_for = (KILLED,)
            self._later(self._daemon.die)
            self._join()

    def restart(self) -> None:
        """Stop it, if it runs, and start it with what its journal holds, on the same ports."""
        self.stop()
        self.start()

    def _run(self, ready: threading.Event) -> None:
        def is_ready(addresses: list[str]) -> None:
            self._loop = asyncio.get_running_loop()
            self._addresses = addresses
            ready.set()

        try:
            self._exit_code = asyncio.run(self._daemon.run(is_ready))
        finally:
            ready.set()
            self._notify()

    def _join(self) -> None:
        assert self._thread is not None
        self._thread.join(STOP_SECONDS)
        if self._thread.is_alive():
            raise ServerFault(self._explained("the daemon does not end"))

    # ---- what is done to it

    def drop_connection(self, client_name: str) -> None:
        """Break the connection of a client, as a network does. Raises ServerFault when it is not connected."""
        if not self._ask(lambda: self._daemon.drop(client_name)):
            raise ServerFault(self._explained(f"no client {client_name!r} is connected"))

    def hold_disk(self) -> None:
        """Make nothing durable from now on: no publish is acknowledged as persisted."""
        self._is_disk_held = True
        self._ask(lambda: self._daemon.disk.hold())

    def release_disk(self) -> None:
        """Make durable what was held, and go on as ever."""
        self._is_disk_held = False
        self._ask(lambda: self._daemon.disk.release())

    def fail_disk(self) -> None:
        """Fail whatever is written next: the daemon acknowledges nothing more and ends with exit code 74."""

        def fail() -> None:
            self._daemon.disk.is_failing = True

        self._asked_for = (EXIT_STORAGE,)
        self._ask(fail)

    # ---- what is expected of it

    def clients(self) -> list[str]:
        """Names of the clients that are logged on."""
        return self._ask(lambda: [one.name.decode() for one in self._daemon.instance.clients.connected.values()])

    def queue(self, name: str, message_type: str = "json") -> QueueStatus:
        """Where the messages of a queue stand. Raises ServerFault when there is no such queue."""
        found = self._ask(self._queues)
        for one in found:
            if (one.name, one.message_type) == (name, message_type):
                return one
        known = ", ".join(f"{one.message_type}:{one.name}" for one in found) or "none"
        raise ServerFault(f"there is no queue {message_type}:{name}; the queues are: {known}")

    def _queues(self) -> list[QueueStatus]:
        admin = Admin(self._daemon.instance, None, RealClock())
        return admin.queues(Call({}, {}, None, "", "")).queues

    def wait_until(self, condition: Callable[[], T], what: str = "", timeout: float = WAIT_SECONDS) -> T:
        """Wait until a condition holds, and return what it returned. Raises ServerFault after `timeout` seconds."""
        end = time.monotonic() + timeout
        while True:
            found = condition()
            if found:
                return found
            if time.monotonic() > end:
                raise ServerFault(self._explained(f"{what or 'what was waited for'} is not so after {timeout:g} s"))
            with self._happened:
                self._happened.wait(_LOOK_SECONDS)

    def expect_log(self, code: str = "", contains: str = "", timeout: float = WAIT_SECONDS) -> LogRecord:
        """Wait for a log record, or find one that was written before."""

        def find() -> LogRecord | None:
            return next((one for one in self.log if code in ("", one.code) and contains in one.text), None)

        found = self.wait_until(find, f"a log record {code} {contains}".strip(), timeout)
        assert found is not None
        return found

    def expect_queue(self, name: str, timeout: float = WAIT_SECONDS, message_type: str = "json", **counts: int) -> None:
        """Wait until a queue is so: `depth=0`, `leased=1`, any count of QueueStatus."""

        def is_so() -> bool:
            status = self.queue(name, message_type)
            return all(getattr(status, count) == number for count, number in counts.items())

        try:
            self.wait_until(is_so, timeout=timeout)
        except ServerFault:
            found = self.queue(name, message_type)
            raise ServerFault(self._explained(f"queue {name} is not {counts} after {timeout:g} s: {found}")) from None

    # ---- between the threads

    def _report(self, code: str, **values: object) -> None:
        entry = CATALOGUE[code]
        with self._happened:
            if not self._is_dying:
                self._records.append(LogRecord(code, entry.level, entry.text.format(**values), values))
            self._happened.notify_all()

    def _notify(self) -> None:
        with self._happened:
            self._happened.notify_all()

    def _later(self, callback: Callable[[], None]) -> None:
        with contextlib.suppress(RuntimeError):  # it has just ended
            self._loop.call_soon_threadsafe(callback)

    def _ask(self, question: Callable[[], T]) -> T:
        """Ask in the daemon's thread. Raises ServerFault when it does not run."""
        if not self.is_running:
            raise ServerFault(self._explained("the daemon does not run"))

        async def answer() -> T:
            return question()

        return asyncio.run_coroutine_threadsafe(answer(), self._loop).result(WAIT_SECONDS)

    def _explained(self, sentence: str) -> str:
        last = "\n".join(f"  {one.code} {one.level}: {one.text}" for one in self.log[-20:])
        return f"{sentence}. Its last log records:\n{last or '  none'}"


def _port_of(uri: str) -> int:
    return int(uri.split("//")[1].split("/")[0].rpartition(":")[2])
