"""The pytest plugin: `ampsd_server`, a real daemon for the official client, in the process of the tests.

    def test_a_job_is_worked(ampsd_server):
        client = AMPS.Client("worker")
        client.connect(ampsd_server.uri)

    @pytest.mark.ampsd(config="config.xml")
    def test_with_my_configuration(ampsd_server): ...

pytest loads this module in every run of an environment in which ampsd is installed, so it imports next to nothing.
"""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from ampsd.config.model import Model
    from ampsd.testing.server import AmpsdServer

DEFAULT = """<AMPSConfig>
  <Name>Test</Name>
  <SOW><Queue><Name>Jobs</Name><MessageType>json</MessageType></Queue></SOW>
  <TransactionLog>
    <JournalDirectory>journal</JournalDirectory>
    <Topic><Name>.*</Name><MessageType>json</MessageType></Topic>
  </TransactionLog>
</AMPSConfig>"""
"""The configuration where a test names none: every JSON topic is in the transaction log, and there is a queue Jobs."""


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", "ampsd(config): the configuration of ampsd_server, a path or XML")


@pytest.fixture
def ampsd_config(request: pytest.FixtureRequest) -> str | Path | None:
    """The configuration of `ampsd_server`: XML, or a path. Override it, or mark tests with `ampsd(config=...)`."""
    marker = request.node.get_closest_marker("ampsd")
    if marker is None:
        return None
    if marker.args or set(marker.kwargs) != {"config"}:
        raise pytest.UsageError("write @pytest.mark.ampsd(config=...), with a path or XML")
    found: str | Path = marker.kwargs["config"]
    return found


@pytest.fixture
def ampsd_server(request: pytest.FixtureRequest, ampsd_config: str | Path | None) -> "Iterator[AmpsdServer]":
    """A daemon of this test alone, which runs. It is stopped at the end, and its end must be an orderly one."""
    from ampsd.testing.server import AmpsdServer

    model = _model(ampsd_config, request.path.parent)
    with tempfile.TemporaryDirectory(prefix="ampsd-test-") as directory:
        server = AmpsdServer(model, directory)
        try:
            yield server
        finally:
            server.close()


def _model(config: str | Path | None, directory: Path) -> "Model":
    """The model of a configuration; what a snippet lacks is filled in. Relative paths begin where the test is."""
    from ampsd.lint.examination import examine

    text = DEFAULT if config is None else config
    is_text = isinstance(text, str) and text.lstrip().startswith("<")
    path = "ampsd_config.xml" if is_text else str(directory / text)

    def read(name: str) -> bytes:
        if is_text and name == path:
            return str(text).encode()
        with open(name, "rb") as file:
            return file.read()

    examination = examine(
        path,
        read=read,
        environment=dict(os.environ),
        working_directory=str(directory),
        dev_directory="journal",
    )
    if examination.model is None or not examination.may_start:
        wrong = "\n".join(str(one) for one in examination.findings if one.severity == "error")
        pytest.fail(f"the configuration of ampsd_server cannot be started:\n{wrong}", pytrace=False)
    return examination.model
