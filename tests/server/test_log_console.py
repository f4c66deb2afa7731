"""Consoles: in order, never waiting, never beyond the bound."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from log_setup import START_NS, Pipe

from ampsd import limits
from ampsd.server.log_console import Console


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    made = Pipe()
    yield made
    made.close()


def write(console: Console, text: str) -> None:
    console.write(text.encode(), "info", START_NS)


def test_lines_arrive_in_order(pipe: Pipe) -> None:
    console = Console(pipe.writer, "stdout")
    for number in range(10):
        write(console, f"{number}\n")
    assert pipe.read() == "".join(f"{number}\n" for number in range(10))


def test_a_regular_file_is_written_at_once(tmp_path: Path) -> None:
    with (tmp_path / "out").open("wb") as out:
        write(Console(out.fileno(), "stdout"), "x" * 100_000)
    assert (tmp_path / "out").stat().st_size == 100_000


def test_a_full_pipe_does_not_stop_the_writer_and_loses_nothing(pipe: Pipe) -> None:
    console = Console(pipe.writer, "stdout")
    filled = pipe.fill()
    lines = [f"{number} {'x' * 5000}\n" for number in range(20)]
    for line in lines:
        write(console, line)
    read = ""
    for _ in range(100):
        read += pipe.read()
        console.flush()
    assert read == "." * filled + "".join(lines)


def test_beyond_the_bound_lines_are_refused_until_the_reader_reads(pipe: Pipe) -> None:
    console = Console(pipe.writer, "stdout")
    pipe.fill()
    half = "x" * (limits.LOG_WAITING_BYTES_MAX // 2 - 1) + "\n"
    write(console, half)
    write(console, half)
    with pytest.raises(BlockingIOError, match="does not keep up"):
        write(console, "one too many\n")
    while pipe.read():
        console.flush()
    write(console, "again\n")
    assert pipe.read() == "again\n"


def test_closing_waits_for_a_reader_that_is_behind(pipe: Pipe) -> None:
    console = Console(pipe.writer, "stdout")
    filled = pipe.fill()
    write(console, "last words\n")
    os.set_blocking(pipe.reader, True)
    read = bytearray()

    def consume() -> None:
        while len(read) < filled + len(b"last words\n"):
            read.extend(os.read(pipe.reader, 1 << 16))

    reader = threading.Thread(target=consume, daemon=True)
    reader.start()
    console.close()
    reader.join(10)
    assert read.endswith(b"last words\n")


def test_closing_leaves_the_descriptor_open(pipe: Pipe) -> None:
    Console(pipe.writer, "stdout").close()
    os.write(pipe.writer, b"still open")
    assert pipe.read() == "still open"


def test_a_reader_that_is_gone_is_an_error(pipe: Pipe) -> None:
    console = Console(pipe.writer, "stdout")
    os.close(pipe.reader)
    with pytest.raises(BrokenPipeError):
        write(console, "one\n")
    pipe.reader = os.open("/dev/null", os.O_RDONLY)


def test_a_stream_the_process_was_started_without_is_an_error() -> None:
    console = Console(None, "stdout")
    with pytest.raises(OSError, match="Bad file descriptor"):
        write(console, "one\n")
    console.close()
