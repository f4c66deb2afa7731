"""The syslog target against a datagram socket that the test binds in place of /dev/log."""

import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from log_setup import START_NS, Pipe

from ampsd import errors, limits
from ampsd.server.log_console import Console
from ampsd.server.syslog import FACILITIES, Syslog

LINE = "2011-11-23T14:49:38.3442510-08:00 [1] info: 00-0015 ready\n"


class Logger:
    """The system's logger."""

    def __init__(self, path: Path) -> None:
        self.path = str(path)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(self.path)
        self._socket.setblocking(False)

    def received(self) -> list[bytes]:
        found = []
        try:
            while True:
                found.append(self._socket.recv(1 << 20))
        except BlockingIOError:
            return found

    def close(self) -> None:
        self._socket.close()
        Path(self.path).unlink(missing_ok=True)


@pytest.fixture
def logger(tmp_path: Path) -> Iterator[Logger]:
    made = Logger(tmp_path / "log")
    yield made
    made.close()


@pytest.fixture
def err() -> Iterator[Pipe]:
    made = Pipe()
    yield made
    made.close()


def syslog(path: str, err: Pipe, *options: str, facility: str = "LOG_USER", console: str = "/nonexistent") -> Syslog:
    stderr = Console(err.writer, "stderr")
    return Syslog("my ident", facility, options, stderr, path=path, console_path=console)


def write(target: Syslog, line: str = LINE, level: str = "info") -> None:
    target.write(line.encode(), level, START_NS)


def test_a_record_is_one_datagram_without_our_timestamp(logger: Logger, err: Pipe) -> None:
    write(syslog(logger.path, err))
    local = time.strftime("%H:%M:%S", time.localtime(START_NS // 1_000_000_000))
    (record,) = logger.received()
    assert record.startswith(b"<14>Nov 2")
    assert record.endswith(f" {local} my ident: [1] info: 00-0015 ready".encode())


def test_a_day_of_one_digit_is_padded_with_a_blank(logger: Logger, err: Pipe) -> None:
    noon_of_5_january_2012 = 1_325_764_800 * 1_000_000_000
    syslog(logger.path, err).write(LINE.encode(), "info", noon_of_5_january_2012)
    assert logger.received()[0].startswith(b"<14>Jan  5 ")


@pytest.mark.parametrize(
    ("level", "severity"),
    [
        ("developer", 7),
        ("trace", 7),
        ("stats", 6),
        ("info", 6),
        ("warning", 4),
        ("error", 3),
        ("critical", 2),
        ("emergency", 0),
    ],
)
def test_levels_map_to_severities(logger: Logger, err: Pipe, level: str, severity: int) -> None:
    write(syslog(logger.path, err, facility="LOG_LOCAL3"), level=level)
    assert logger.received()[0].startswith(f"<{19 * 8 + severity}>".encode())


def test_every_level_has_a_severity_and_facilities_are_amps_ones() -> None:
    assert FACILITIES == {
        "LOG_USER": 1,
        "LOG_LOCAL0": 16,
        "LOG_LOCAL1": 17,
        "LOG_LOCAL2": 18,
        "LOG_LOCAL3": 19,
        "LOG_LOCAL4": 20,
        "LOG_LOCAL5": 21,
        "LOG_LOCAL6": 22,
        "LOG_LOCAL7": 23,
    }
    assert len(errors.LEVELS) == 8


def test_log_pid_adds_the_process_id(logger: Logger, err: Pipe) -> None:
    write(syslog(logger.path, err, "LOG_PID"))
    assert f" my ident[{os.getpid()}]: [1] info".encode() in logger.received()[0]


def test_log_perror_repeats_the_record_on_stderr(logger: Logger, err: Pipe) -> None:
    write(syslog(logger.path, err, "LOG_PERROR"))
    assert err.lines() == ["my ident: [1] info: 00-0015 ready"]
    assert len(logger.received()) == 1


def test_log_ndelay_connects_at_once(tmp_path: Path, err: Pipe) -> None:
    with pytest.raises(FileNotFoundError):
        syslog(str(tmp_path / "none"), err, "LOG_NDELAY").open(START_NS)


def test_otherwise_the_first_record_connects(tmp_path: Path, err: Pipe) -> None:
    target = syslog(str(tmp_path / "log"), err, "LOG_ODELAY", "LOG_NOWAIT")
    target.open(START_NS)
    with pytest.raises(FileNotFoundError):
        write(target)
    logger = Logger(tmp_path / "log")
    write(target)
    assert len(logger.received()) == 1
    logger.close()


def test_log_cons_writes_to_the_console_what_the_logger_does_not_take(tmp_path: Path, err: Pipe) -> None:
    (tmp_path / "console").touch()
    with pytest.raises(FileNotFoundError):
        write(syslog(str(tmp_path / "none"), err, "LOG_CONS", console=str(tmp_path / "console")))
    assert (tmp_path / "console").read_bytes() == b"my ident: [1] info: 00-0015 ready\r\n"


def test_log_cons_without_a_console_is_the_logger_s_error(tmp_path: Path, err: Pipe) -> None:
    with pytest.raises(FileNotFoundError, match="No such file"):
        write(syslog(str(tmp_path / "none"), err, "LOG_CONS", console=str(tmp_path / "no console")))


def test_a_restarted_logger_gets_the_next_record(tmp_path: Path, err: Pipe) -> None:
    first = Logger(tmp_path / "log")
    target = syslog(first.path, err)
    write(target)
    first.close()
    second = Logger(tmp_path / "log")
    write(target)
    assert len(second.received()) == 1
    second.close()
    target.close()


def test_a_logger_that_does_not_read_is_not_waited_for(logger: Logger, err: Pipe) -> None:
    target = syslog(logger.path, err)
    sent = 0

    def write_many() -> None:
        nonlocal sent
        for _ in range(100_000):
            write(target)
            sent += 1

    with pytest.raises(BlockingIOError):
        write_many()
    assert len(logger.received()) == sent
    write(target)
    assert len(logger.received()) == 1


def test_a_long_record_is_cut_between_characters(logger: Logger, err: Pipe) -> None:
    write(syslog(logger.path, err), "stamp [1] info: 29-0103 " + "é" * limits.SYSLOG_MESSAGE_SIZE_MAX + "\n")
    (record,) = logger.received()
    assert limits.SYSLOG_MESSAGE_SIZE_MAX - 1 <= len(record) <= limits.SYSLOG_MESSAGE_SIZE_MAX
    assert record.decode().endswith("é")


def test_reopen_connects_to_the_logger_of_now(tmp_path: Path, err: Pipe) -> None:
    first = Logger(tmp_path / "log")
    target = syslog(first.path, err, "LOG_NDELAY")
    target.open(START_NS)
    first.close()
    second = Logger(tmp_path / "log")
    target.reopen(START_NS)
    write(target)
    assert len(second.received()) == 1
    second.close()
