"""Runs the daemon with a configuration, for the commands that do so."""

import asyncio
import os
import time
from collections.abc import Callable, Sequence
from errno import ENOENT
from typing import TYPE_CHECKING

from ampsd.cli.loading import examine_file, read
from ampsd.lint.examination import Examination, examine

if TYPE_CHECKING:
    from ampsd.server.reloading import Origin

Ready = Callable[[list[str]], None]
"""Called with the addresses when clients can connect."""


def origin_of(
    path: str, definitions: Sequence[str], dev_directory: str | None = None, *, is_watched: bool = True
) -> "Origin":
    """The configuration at `path` as its files are now, and how it is read again: with the same definitions."""
    from ampsd.server.content_digest import LoadedFiles
    from ampsd.server.reloading import Loaded, Origin

    def load() -> Loaded:
        files = LoadedFiles(read)
        examination = examine_file(path, definitions, dev_directory, read=files.read)
        return Loaded(examination, files.files, files.digest)

    def examine_text(path: str, text: str, files: Sequence[str]) -> Examination:
        def read_known(wanted: str) -> bytes:
            if wanted == path:
                return text.encode()
            if wanted not in files:
                raise FileNotFoundError(ENOENT, "not among the files of the configuration that runs", wanted)
            return read(wanted)

        return examine(path, read=read_known, environment={}, working_directory=os.getcwd())

    return Origin(load(), load, examine_text, is_watched)


def serve(origin: "Origin", ready: Ready) -> int:
    """Run a configuration that may start, until a signal or a fault ends it; returns the exit code."""
    from ampsd.server.clock import RealClock
    from ampsd.server.daemon import Daemon
    from ampsd.server.inherited_sockets import listening_sockets
    from ampsd.server.logging import Logging
    from ampsd.server.process import take_over, wait_for_readiness
    from ampsd.server.reload_record import record_path
    from ampsd.server.service import ServiceNotifier

    model = origin.loaded.examination.model
    assert model is not None, "it may start"
    wait_for_readiness()
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
        take_over(daemon)
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
