"""Runs the daemon with a configuration, for the commands that do so."""

import asyncio
import os
import signal
import time
from collections.abc import Callable, Sequence
from errno import ENOENT
from typing import TYPE_CHECKING

from ampsd.cli.loading import examine_file, read
from ampsd.config.includes import Read
from ampsd.lint.examination import Examination, examine

if TYPE_CHECKING:
    from ampsd.server.reloading import Origin

Ready = Callable[[list[str]], None]
"""Called with the addresses when clients can connect."""


def origin_of(
    path: str, definitions: Sequence[str], dev_directory: str | None = None, *, is_watched: bool = True
) -> "Origin":
    """The configuration at `path` as its files are now, and how it is read again: with the same definitions."""
    from ampsd.server.content_digest import LoadedFiles, read_regular
    from ampsd.server.reloading import Loaded, Origin

    directory = os.getcwd()

    def load_with(read: Read) -> Loaded:
        files = LoadedFiles(read)
        examination = examine_file(path, definitions, dev_directory, read=files.read, working_directory=directory)
        return Loaded(examination, files.files, files.digest)

    def examine_text(path: str, text: str, files: Sequence[str]) -> Examination:
        def read_known(wanted: str) -> bytes:
            if wanted == path:
                return text.encode()
            if wanted not in files:
                raise FileNotFoundError(ENOENT, "not among the files of the configuration that runs", wanted)
            return read_regular(wanted)

        return examine(path, read=read_known, environment={}, working_directory=directory)

    return Origin(load_with(read), lambda: load_with(read_regular), examine_text, is_watched)


class EarlyHangups:
    """SIGHUP from now on until the daemon takes it: kept, so that a reload follows the start."""

    def __init__(self) -> None:
        self.is_any = False
        signal.signal(signal.SIGHUP, self._came)

    def _came(self, number: int, frame: object) -> None:
        self.is_any = True


def serve(origin: "Origin", ready: Ready, hangups: EarlyHangups) -> int:
    """Run a configuration that may start, until a signal or a fault ends it; returns the exit code."""
    from ampsd.server.clock import RealClock
    from ampsd.server.daemon import Daemon
    from ampsd.server.inherited_sockets import listening_sockets
    from ampsd.server.logging import Logging
    from ampsd.server.process import take_over
    from ampsd.server.reload_record import record_path
    from ampsd.server.service import ServiceNotifier

    model = origin.loaded.examination.model
    assert model is not None, "it may start"
    inherited = listening_sockets(os.environ)  # before anything else opens a file
    service = ServiceNotifier(os.environ, time.monotonic_ns)
    logging = Logging(model.definition.logging_targets, model.definition.name, RealClock())
    daemon = Daemon(
        model,
        logging,
        logging,
        origin=origin,
        service=service,
        inherited=inherited,
        record=record_path(os.environ),
    )

    def is_ready(addresses: list[str]) -> None:
        take_over(daemon, hangups.is_any)
        ready(addresses)

    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            return runner.run(daemon.run(is_ready))
    finally:
        logging.close()
        service.close()


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop where it is installed (Linux); the daemon is the same on asyncio's own loop."""
    try:
        import uvloop
    except ImportError:
        return None
    factory: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return factory
