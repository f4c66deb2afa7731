"""Programs of actions: what they are given, what is kept of what they write, and that nothing outlives its time."""

import asyncio
import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import uvloop

from ampsd import limits
from ampsd.ports import RunProgram
from ampsd.server.programs import Programs, shown

SECOND_NS = 1_000_000_000
SHELL = b"/bin/sh"


class Asked:
    """Programs that are run and waited for."""

    def __init__(self) -> None:
        self.answers: dict[int, tuple[bytes, str | None]] = {}
        self._changed = threading.Condition()
        self._last = 0
        self.programs = Programs(self._completed)

    def _completed(self, ticket: int, value: bytes, failure: str | None) -> None:
        with self._changed:
            assert ticket not in self.answers
            self.answers[ticket] = (value, failure)
            self._changed.notify_all()

    def begin(self, *words: bytes, timeout: float = 20, **environment: str) -> int:
        self._last += 1
        given = {name.encode(): value.encode() for name, value in environment.items()}
        self.programs.submit(self._last, RunProgram(words, given, int(timeout * SECOND_NS)))
        return self._last

    def wait(self, ticket: int) -> tuple[bytes, str | None]:
        with self._changed:
            assert self._changed.wait_for(lambda: ticket in self.answers, 30)
            return self.answers[ticket]

    def run(self, *words: bytes, timeout: float = 20, **environment: str) -> tuple[bytes, str | None]:
        return self.wait(self.begin(*words, timeout=timeout, **environment))

    def fails(self, *words: bytes, timeout: float = 20) -> str:
        failure = self.run(*words, timeout=timeout)[1]
        assert failure is not None
        return failure


@pytest.fixture
def asked() -> Iterator[Asked]:
    one = Asked()
    yield one
    one.programs.close(10)


def eventually(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        threading.Event().wait(0.01)


def running_with(mark: str) -> list[int]:
    """Processes that run and have `mark` among their words."""
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                words = Path(f"/proc/{name}/cmdline").read_bytes()
                state = Path(f"/proc/{name}/stat").read_text().rpartition(")")[2].split()[0]
            except OSError:
                continue
            if mark.encode() in words and state not in "ZX":
                found.append(int(name))
    return found


def zombies() -> int:
    found = 0
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                fields = Path(f"/proc/{name}/stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            found += fields[0] == "Z" and int(fields[1]) == os.getpid()
    return found


def test_the_value_is_what_it_wrote_to_both_streams(asked: Asked) -> None:
    assert asked.run(SHELL, b"-c", b"echo one; echo two >&2; echo three") == (b"one\ntwo\nthree\n", None)


@pytest.mark.parametrize("word", [b"$HOME; true && `id` | > < * ?", b"\xff\xfe\n\t", b"", b"-e", b"'\"\\"])
def test_words_are_given_as_they_are(asked: Asked, word: bytes) -> None:
    code = b"import os, sys; os.write(1, os.fsencode(sys.argv[1]))"
    assert asked.run(sys.executable.encode(), b"-c", code, word) == (word, None)


def test_it_has_nothing_to_read_and_no_file_of_ours(asked: Asked, tmp_path: Path) -> None:
    with open(tmp_path / "ours", "w") as ours:
        os.set_inheritable(ours.fileno(), True)
        value, failure = asked.run(SHELL, b"-c", b"read line; echo $?; ls /proc/self/fd | wc -l")
    assert (value.split(), failure) == ([b"1", b"4"], None)  # the three, and the directory that ls reads


def test_it_has_our_environment_and_directory_and_what_is_given(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMPSD_TEST_OURS", "ours")
    monkeypatch.setenv("AMPSD_TEST_BOTH", "ours")
    script = b'echo "$AMPSD_TEST_OURS $AMPSD_TEST_BOTH $(pwd)"'
    value, failure = asked.run(SHELL, b"-c", script, AMPSD_TEST_BOTH="given")
    assert (value, failure) == (f"ours given {os.getcwd()}\n".encode(), None)


def test_what_the_service_manager_tells_the_daemon_is_not_handed_on(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES")
    for name in names:
        monkeypatch.setenv(name, "1")
    monkeypatch.setenv("AMPSD_TEST_OURS", "ours")
    value, failure = asked.run(b"env", LISTEN_GIVEN="given")
    assert failure is None
    found = dict(line.split(b"=", 1) for line in value.splitlines())
    assert not {name.encode() for name in names} & set(found)
    assert (found[b"AMPSD_TEST_OURS"], found[b"LISTEN_GIVEN"]) == (b"ours", b"given")


def test_a_name_without_a_slash_is_searched_for(asked: Asked) -> None:
    assert asked.run(b"echo", b"found") == (b"found\n", None)


def test_it_leads_a_group_and_a_session(asked: Asked) -> None:
    value, failure = asked.run(SHELL, b"-c", b"echo $$; cut -d' ' -f5,6 /proc/$$/stat")
    number, group, session = value.split()
    assert (number, failure) == (group, None)
    assert number == session


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "there is no program to run: its name is empty"),
        ([b"/nonexistent/program"], "/nonexistent/program cannot be started: there is no such program"),
        ([b"no-such-program"], "no-such-program cannot be started: there is no such program"),
        ([b"", b"x"], "there is no program to run: its name is empty"),
        ([b"/"], "/ cannot be started: it is not a file that may be executed"),
        ([b"/etc/passwd"], "/etc/passwd cannot be started: it is not a file that may be executed"),
        ([b"/bin/echo", b"x" * (1 << 20)], "/bin/echo cannot be started: its words and its environment are too long"),
        (
            [b"/bin/echo", b"a\0b"],
            "/bin/echo cannot be started: a word or a variable of its environment has a NUL, or a name an =",
        ),
        ([SHELL, b"-c", b"exit 3"], "/bin/sh ended with exit status 3"),
        ([SHELL, b"-c", b"kill -9 $$"], "/bin/sh was ended by signal SIGKILL"),
        ([SHELL, b"-c", b"kill -40 $$"], "/bin/sh was ended by signal 40"),
        (
            [SHELL, b"-c", b"printf 'no \\377 \\033[31m\\nway'; exit 1"],
            '/bin/sh ended with exit status 1; it wrote: "no \\xff \\x1b[31m\\nway"',
        ),
    ],
)
def test_failures_are_sentences(asked: Asked, words: list[bytes], sentence: str) -> None:
    assert asked.fails(*words) == sentence


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"#!/nonexistent/interpreter\n", "the interpreter that its first line names is not there"),
        (b"no program\n", "it is neither a program of this machine nor begins with #!"),
    ],
)
def test_a_file_that_is_no_program_is_told_apart(asked: Asked, tmp_path: Path, text: bytes, reason: str) -> None:
    script = tmp_path / "script"
    script.write_bytes(text)
    script.chmod(0o755)
    assert asked.fails(bytes(script)) == f"{script} cannot be started: {reason}"


def test_the_first_200_bytes_are_shown(asked: Asked) -> None:
    failure = asked.fails(SHELL, b"-c", b"head -c 1000 /dev/zero | tr '\\0' x; exit 1")
    assert failure.endswith(f'it wrote: "{"x" * 200}..."')


def test_what_is_too_much_is_dropped_and_counted(asked: Asked) -> None:
    value, failure = asked.run(SHELL, b"-c", b"head -c 10000000 /dev/zero; echo end >&2")
    dropped = 10_000_004 - limits.PROGRAM_OUTPUT_MAX
    assert value == bytes(limits.PROGRAM_OUTPUT_MAX) + f"\n({dropped} more bytes were not kept)\n".encode()
    assert failure is None


def test_a_program_that_writes_without_end_is_ended(asked: Asked) -> None:
    value, failure = asked.run(b"yes", timeout=0.3)
    assert failure is not None
    assert failure.startswith('yes took longer than 300ms; it wrote: "y\\ny\\n')
    assert len(value) < limits.PROGRAM_OUTPUT_MAX + 100


def test_sigterm_comes_first(asked: Asked) -> None:
    began = time.monotonic()
    script = b"trap 'echo last words; exit 0' TERM; echo ready; while :; do sleep 0.01; done"
    value, failure = asked.run(SHELL, b"-c", script, timeout=0.5)
    assert value.startswith(b"ready\n")
    assert value.endswith(b"last words\n")
    assert failure is not None
    assert failure.startswith('/bin/sh took longer than 500ms; it wrote: "ready\\n')
    assert time.monotonic() - began < 2


FORKS = b"trap '' TERM; for i in 1 2 3; do (trap '' TERM; while :; do sleep 0.05; done) & done; echo $1; "


@pytest.mark.parametrize(("end", "late"), [(b"wait", ""), (b"exit 0", ": it ended, but what it started did not")])
def test_children_that_ignore_sigterm_are_killed_too(asked: Asked, tmp_path: Path, end: bytes, late: str) -> None:
    mark = f"mark-{tmp_path.name}-{end.decode()}"
    began = time.monotonic()
    _, failure = asked.run(SHELL, b"-c", FORKS + end, b"sh", mark.encode(), timeout=0.2)
    assert failure == f'/bin/sh took longer than 200ms{late}; it wrote: "{mark}\\n"'
    assert time.monotonic() - began > 2
    assert running_with(mark) == []


def test_what_it_leaves_running_has_the_rest_of_its_time(asked: Asked, tmp_path: Path) -> None:
    mark = f"mark-{tmp_path.name}"
    words = (SHELL, b"-c", b"(while :; do sleep 0.05; done) >/dev/null 2>&1 & echo begun", b"sh", mark.encode())
    assert asked.run(*words, timeout=1) == (b"begun\n", None)
    assert running_with(mark)
    eventually(lambda: running_with(mark) == [])


def test_a_program_that_closes_its_output_is_waited_for(asked: Asked) -> None:
    assert asked.fails(SHELL, b"-c", b"exec >&- 2>&-; sleep 0.2; exit 5") == "/bin/sh ended with exit status 5"
    assert asked.fails(SHELL, b"-c", b"exec >&- 2>&-; sleep 60", timeout=0.2) == "/bin/sh took longer than 200ms"


def test_no_more_than_the_bound_run_at_once(asked: Asked, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    script = f"touch {tmp_path}/$$; while ! test -e {gate}; do sleep 0.02; done".encode()
    tickets = [asked.begin(SHELL, b"-c", script) for _ in range(limits.PROGRAMS_RUNNING_MAX + 3)]
    eventually(lambda: len(os.listdir(tmp_path)) == limits.PROGRAMS_RUNNING_MAX)
    waiting = [asked.begin(b"true") for _ in range(limits.PROGRAMS_WAITING_MAX - 3)]
    refused = asked.begin(b"true")
    assert asked.answers == {refused: (b"", "true was not run: 1000 others wait for their turn already")}
    assert len(os.listdir(tmp_path)) == limits.PROGRAMS_RUNNING_MAX
    asked.programs.close(10)
    ended = [asked.wait(one)[1] for one in tickets[: limits.PROGRAMS_RUNNING_MAX]]
    assert ended == ["/bin/sh was ended, because the instance stops"] * limits.PROGRAMS_RUNNING_MAX
    assert {asked.wait(one)[1] for one in waiting} == {"true was not run: the instance stops"}
    assert asked.wait(asked.begin(b"true"))[1] == "true was not run: the instance stops"


def test_closing_ends_what_ignores_sigterm_in_its_time(tmp_path: Path) -> None:
    asked = Asked()
    mark = f"mark-{tmp_path.name}"
    ticket = asked.begin(SHELL, b"-c", FORKS + b"wait", b"sh", mark.encode(), timeout=100)
    left = asked.begin(SHELL, b"-c", b"(sleep 50; echo $1) >/dev/null 2>&1 & exit 0", b"sh", mark.encode(), timeout=100)
    assert asked.wait(left) == (b"", None)
    eventually(lambda: len(running_with(mark)) >= 5)
    began = time.monotonic()
    asked.programs.close(1.5)
    assert time.monotonic() - began < 2.5
    assert running_with(mark) == []
    assert ticket in asked.answers


def test_200_runs_leave_no_zombie_no_descriptor_and_few_threads(asked: Asked) -> None:
    others = set(threading.enumerate())
    asked.run(b"true")
    before = len(os.listdir("/proc/self/fd"))
    tickets = [asked.begin(*words) for words in [(b"true",), (b"false",), (b"/nonexistent",), (b"echo", b"x")] * 50]
    failures = [asked.wait(one)[1] for one in tickets]
    assert failures.count(None) == 100
    eventually(lambda: len(os.listdir("/proc/self/fd")) <= before and zombies() == 0)
    own = [one for one in threading.enumerate() if one not in others]
    assert sum(one.name.startswith("program-") for one in own) <= limits.PROGRAMS_RUNNING_MAX


@pytest.mark.parametrize("new_loop", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_any_loop_will_do(new_loop: Callable[[], asyncio.AbstractEventLoop]) -> None:
    """A loop that reaps children of others would take the exit status away."""

    async def run() -> list[tuple[bytes, str | None]]:
        loop = asyncio.get_running_loop()
        answers: asyncio.Queue[tuple[bytes, str | None]] = asyncio.Queue()

        def completed(ticket: int, value: bytes, failure: str | None) -> None:
            loop.call_soon_threadsafe(answers.put_nowait, (value, failure))

        programs = Programs(completed)
        other = await asyncio.create_subprocess_exec(shutil.which("true") or "true")
        for number in range(20):
            programs.submit(number, RunProgram([SHELL, b"-c", b"exit 3"], {}, 10 * SECOND_NS))
        found = [await answers.get() for _ in range(20)]
        assert await other.wait() == 0
        programs.close(5)
        return found

    loop = new_loop()
    try:
        assert loop.run_until_complete(run()) == [(b"", "/bin/sh ended with exit status 3")] * 20
    finally:
        loop.close()


def test_an_exit_status_is_known_also_where_we_were_started_with_sigchld_ignored() -> None:
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        asked = Asked()
        assert asked.fails(SHELL, b"-c", b"exit 3") == "/bin/sh ended with exit status 3"
        asked.programs.close(5)
    finally:
        signal.signal(signal.SIGCHLD, before)


def test_signals_of_the_terminal_do_not_reach_it(asked: Asked) -> None:
    """Ctrl-C ends the daemon in order, and the daemon its programs."""
    assert asked.run(SHELL, b"-c", b"cut -d' ' -f7 /proc/$$/stat") == (b"0\n", None)


def test_what_others_wrote_is_one_printable_line() -> None:
    assert shown(b"a\r\nb\0\x7f\xc3\xa9\xff\xe2\x80\xae") == "a\\r\\nb\\x00\\x7f\u00e9\\xff\\u202e"
