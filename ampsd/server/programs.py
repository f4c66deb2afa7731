"""Programs that actions run (User Guide, Executing System Commands): a bound on their number and on their time.

A program leads a session and a process group of its own. What it starts is in that group, unless it leaves it
on purpose, and all of the group is ended when the time is up.
"""

import errno
import os
import select
import signal
import subprocess
import time
from collections.abc import Callable

from ampsd import limits
from ampsd.ports import RunProgram
from ampsd.server.job_threads import JobThreads
from ampsd.units import interval_text

Completed = Callable[[int, bytes, str | None], None]
"""Called in any thread with a ticket, the value, and why the errand failed."""

GRACE_SECONDS = 2.0
"""How long a group has between SIGTERM and SIGKILL."""

_SHOWN_MAX = 200
_POLL_SECONDS_MAX = 0.05
_KILL_SECONDS = 1.0
_READ_SIZE = 64 * 1024
_TOLD_TO_US = (b"NOTIFY_SOCKET", b"WATCHDOG_", b"LISTEN_")


def shown(data: bytes) -> str:
    """Bytes of somebody else's as one line of printable text."""
    text = data.decode("utf-8", "backslashreplace")
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)


class Programs:
    """Runs programs in threads; each ticket is completed once, also a refused one. Built in the main thread."""

    def __init__(self, completed: Completed) -> None:
        self._completed = completed
        self._threads = JobThreads("program", limits.PROGRAMS_RUNNING_MAX, limits.PROGRAMS_WAITING_MAX)
        self._ending = Ending()
        if signal.getsignal(signal.SIGCHLD) == signal.SIG_IGN:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # or the system would forget every exit status

    def submit(self, ticket: int, errand: RunProgram) -> None:
        """Run a program when its turn has come."""
        self._threads.submit(_Run(ticket, errand, self._completed, self._ending))

    def close(self, seconds: float) -> None:
        """End what runs, refuse what waits. Returns after `seconds` at the latest."""
        self._threads.end()  # first: what the end of one program makes room for does not begin any more
        self._ending.begin(max(0.0, min(GRACE_SECONDS, seconds - _KILL_SECONDS)))
        if self._threads.join(seconds):
            self._ending.close()


class Ending:
    """Tells whoever polls `descriptor` that the instance stops."""

    def __init__(self) -> None:
        self.grace_seconds = GRACE_SECONDS
        self.descriptor, self._writer = os.pipe()
        self._has_begun = False

    def begin(self, grace_seconds: float) -> None:
        """From now on `descriptor` has something to read, and groups have so much time."""
        self.grace_seconds = grace_seconds
        if not self._has_begun:
            self._has_begun = True
            os.close(self._writer)

    def close(self) -> None:
        """Let go of it, once nobody polls it."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1


class _Output:
    """What a program wrote: the first part, and how much more it was. The pipe is read to its end in any case."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self.is_open = True
        self._kept = bytearray()
        self._dropped = 0
        os.set_blocking(descriptor, False)

    def read(self) -> bool:
        """Read what is there now, up to a bound; whether there may be more later."""
        for _ in range(16):
            try:
                data = os.read(self.descriptor, _READ_SIZE)
            except BlockingIOError:
                break
            if not data:
                self.is_open = False
                break
            room = limits.PROGRAM_OUTPUT_MAX - len(self._kept)
            self._kept += data[:room]
            self._dropped += max(0, len(data) - room)
        return self.is_open

    def value(self) -> bytes:
        if self._dropped:
            return bytes(self._kept) + b"\n(%d more bytes were not kept)\n" % self._dropped
        return bytes(self._kept)

    def excerpt(self) -> str:
        """For the end of a sentence: how it began, if it is anything."""
        if not self._kept:
            return ""
        more = "..." if len(self._kept) > _SHOWN_MAX else ""
        return f'; it wrote: "{shown(bytes(self._kept[:_SHOWN_MAX]))}{more}"'


class _Run:
    """One program, from its start until nothing of its group is left."""

    def __init__(self, ticket: int, errand: RunProgram, completed: Completed, ending: Ending) -> None:
        self._ticket = ticket
        self._errand = errand
        self._completed = completed
        self._ending = ending
        self._name = shown(errand.words[0][:_SHOWN_MAX]) if errand.words else ""

    def refuse(self, reason: str) -> None:
        """It is not run."""
        self._completed(self._ticket, b"", f"{self._name} was not run: {reason}")

    def run(self) -> None:
        """Run it, report, and see to what it leaves running."""
        process, failure = _started(self._errand, self._name)
        if process is None:
            self._completed(self._ticket, b"", failure)
            return
        assert process.stdout is not None
        deadline = time.monotonic() + self._errand.timeout_ns / 1e9
        with process.stdout:
            output = _Output(process.stdout.fileno())
            interruption = self._follow(process, output, deadline)
            if interruption is not None and not self._end_group(process, output):
                interruption += ", and not all of it could be ended"
        if interruption is not None:
            self._completed(self._ticket, output.value(), f"{self._name} {interruption}{output.excerpt()}")
            return
        failure = None if process.returncode == 0 else f"{self._name} {_exit(process.returncode)}{output.excerpt()}"
        self._completed(self._ticket, output.value(), failure)
        if self._is_group_left(process, deadline):
            self._end_group(process, None)

    def _follow(self, process: "subprocess.Popen[bytes]", output: _Output, deadline: float) -> str | None:
        """Read until the pipe is closed and the program has ended; returns what came between."""
        poll = select.poll()
        poll.register(output.descriptor, select.POLLIN)
        poll.register(self._ending.descriptor, select.POLLIN)
        pause = 0.001
        while output.is_open or process.poll() is None:
            left = deadline - time.monotonic()
            if left <= 0:
                took = f"took longer than {interval_text(self._errand.timeout_ns)}"
                return took if process.poll() is None else f"{took}: it ended, but what it started did not"
            # Without the pipe nothing tells of the end of the program: look now and then.
            seconds = min(left, 60.0) if output.is_open else min(left, pause)
            ready = {descriptor for descriptor, _ in poll.poll(seconds * 1000)}
            if self._ending.descriptor in ready:
                return "was ended, because the instance stops"
            if not output.is_open:
                pause = min(2 * pause, _POLL_SECONDS_MAX)
            elif not output.read():
                poll.unregister(output.descriptor)
        return None

    def _is_group_left(self, process: "subprocess.Popen[bytes]", deadline: float) -> bool:
        """Whether something of the group runs beyond the deadline, or the end of the instance."""
        poll = select.poll()
        poll.register(self._ending.descriptor, select.POLLIN)
        pause = 0.01
        while _is_group_alive(process.pid):
            left = deadline - time.monotonic()
            if left <= 0 or poll.poll(min(left, pause) * 1000):
                return True
            pause = min(2 * pause, 1.0)
        return False

    def _end_group(self, process: "subprocess.Popen[bytes]", output: _Output | None) -> bool:
        """SIGTERM, and SIGKILL for what is left after the grace; whether it is all gone then."""
        grace_seconds = min(GRACE_SECONDS, self._ending.grace_seconds)
        for number, seconds in ((signal.SIGTERM, grace_seconds), (signal.SIGKILL, _KILL_SECONDS)):
            _signal_group(process.pid, number)
            deadline = time.monotonic() + seconds
            pause = 0.002
            while True:
                if output is not None and output.is_open:
                    output.read()  # what it says at its end, and so that it need not wait to say it
                if process.poll() is not None and not _is_group_alive(process.pid):
                    return True
                if time.monotonic() > deadline:
                    break
                time.sleep(pause)
                pause = min(2 * pause, _POLL_SECONDS_MAX)
        return False


def _started(errand: RunProgram, name: str) -> tuple["subprocess.Popen[bytes] | None", str | None]:
    if not errand.words or not errand.words[0]:
        return None, "there is no program to run: its name is empty"
    try:
        return subprocess.Popen(  # noqa: S603 - the operator's words, as they are; no shell
            list(errand.words),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            bufsize=0,
            close_fds=True,
            env={**_environment(), **errand.environment},
            start_new_session=True,
        ), None
    except ValueError:  # Popen's words for it name neither
        return None, f"{name} cannot be started: a word or a variable of its environment has a NUL, or a name an ="
    except OSError as error:
        return None, f"{name} cannot be started: {_start_reason(error, errand.words[0])}"


def _environment() -> dict[bytes, bytes]:
    """Ours, without what the service manager tells this process alone: another could say that it is ready, or alive."""
    return {name: value for name, value in os.environb.items() if not name.startswith(_TOLD_TO_US)}


def _start_reason(error: OSError, program: bytes) -> str:
    match error.errno:
        case errno.ENOENT if b"/" in program and os.path.exists(program):
            return "the interpreter that its first line names is not there"
        case errno.ENOENT:
            return "there is no such program"
        case errno.EACCES:
            return "it is not a file that may be executed"
        case errno.ENOEXEC:
            return "it is neither a program of this machine nor begins with #!"
        case errno.E2BIG:
            return "its words and its environment are too long"
    return error.strerror or str(error)


def _exit(returncode: int) -> str:
    if returncode > 0:
        return f"ended with exit status {returncode}"
    try:
        return f"was ended by signal {signal.Signals(-returncode).name}"
    except ValueError:  # the real-time signals have numbers only
        return f"was ended by signal {-returncode}"


def _signal_group(group: int, number: int) -> None:
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return  # it is gone
    except PermissionError:
        return  # none of it is ours any more: the caller sees that it stays


def _is_group_alive(group: int) -> bool:
    """Whether a process of the group runs. What has ended and only waits for its parent does not."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        numbers = [name for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        return True
    return any(_is_running_in(group, number) for number in numbers)


def _is_running_in(group: int, number: str) -> bool:
    try:
        with open(f"/proc/{number}/stat", "rb") as file:
            fields = file.read().rpartition(b") ")[2].split()
    except OSError:
        return False
    if len(fields) < 4 or fields[0] in (b"Z", b"X"):
        return False
    return int(fields[2]) == int(fields[3]) == group  # the session too: numbers are given again
