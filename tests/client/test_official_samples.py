"""The vendor's sample programs against the vendor's sample.xml, both as they are in the client's source package.

Cut out of the configuration is what does not run yet: topics and views of the SOW, the websocket, the admin
interface and the schedule that removes old journals. Of the composite programs, two methods of arrays are replaced
that Python 3.9 removed, and one that the client itself has lost.
"""

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from daemon_process import wait_until
from lxml import etree
from official_sources import source_of

SAMPLES = source_of("5.3.5.14") / "samples"
RENAMED = {
    "theData.tostring()": "theData.tobytes()",
    "theData.fromstring(": "theData.frombytes(",
    "parser.get_field_at(": "parser.get_part_raw(",
}


def configuration() -> bytes:
    root = etree.parse(str(SAMPLES / "sample.xml")).getroot()
    unwanted = [
        *root.iterfind("SOW/Topic"),
        *root.iterfind("SOW/View"),
        *root.iterfind("Admin"),
        *root.iterfind("Actions"),
        *(one for one in root.iterfind("Transports/Transport") if one.findtext("Protocol") == "websocket"),
    ]
    for element in unwanted:
        element.getparent().remove(element)
    return etree.tostring(root)


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The daemon on the ports of the sample, which the programs have written into them."""
    directory = tmp_path_factory.mktemp("samples")
    (directory / "sample.xml").write_bytes(configuration())
    process = subprocess.Popen(
        [sys.executable, "-m", "ampsd", "run", "sample.xml"], cwd=directory, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    lines = iter(process.stdout.readline, b"")
    assert any(b"ready" in line for line in lines)
    yield directory
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=20) == 0


class Subscriber:
    """A program that prints what it receives, for ever."""

    def __init__(self, program: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-u", str(program)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        self.lines.extend(line.decode().rstrip("\n") for line in self.process.stdout)

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        self._reader.join()


def adapted(name: str, directory: Path, replaced: dict[str, str]) -> Path:
    text = (SAMPLES / name).read_text()
    for old, new in replaced.items():
        text = text.replace(old, new)
    path = directory / name
    path.write_text(text)
    return path


def is_received(subscriber: Subscriber, publisher: Path, last: str) -> bool:
    """Publish, again where the subscription was not there yet, until the subscriber has printed a line."""

    def publish() -> bool:
        ran = subprocess.run([sys.executable, str(publisher)], capture_output=True, text=True, check=True, timeout=30)
        assert "rror" not in ran.stderr, ran.stderr
        assert subscriber.process.poll() is None, subscriber.lines
        return last in subscriber.lines

    wait_until(publish, seconds=60)
    return True


@pytest.mark.parametrize(
    ("kind", "printed"), [("FIX", ["0 data", "1 more data", "2 123"]), ("NVFIX", ["sample data", "1 123"])]
)
def test_the_programs_for_fix_and_nvfix(daemon: Path, kind: str, printed: list[str]) -> None:
    subscriber = Subscriber(SAMPLES / f"AMPS{kind}ShredderSubscriber.py")
    try:
        assert is_received(subscriber, SAMPLES / f"AMPS{kind}BuilderPublisher.py", printed[-1])
        assert set(printed) <= set(subscriber.lines)
    finally:
        subscriber.end()


def test_the_programs_for_composite_messages(daemon: Path) -> None:
    subscriber = Subscriber(adapted("CompositeMessageSubscriber.py", daemon, RENAMED))
    try:
        publisher = adapted("CompositeMessagePublisher.py", daemon, RENAMED)
        assert is_received(subscriber, publisher, "Received message with 2 parts.")
        numbers = [line for line in subscriber.lines if '"number"' in line]
        assert numbers
        assert all(int(line.partition('"number":')[2].partition(",")[0]) % 3 == 0 for line in numbers)
    finally:
        subscriber.end()
