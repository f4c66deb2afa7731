"""Runs the daemon with a model, for the commands that do so."""

import asyncio
from collections.abc import Callable

from ampsd.config.model import Model

Ready = Callable[[list[str]], None]
"""Called with the addresses when clients can connect."""


def serve(model: Model, ready: Ready) -> int:
    """Run until a signal or a fault ends it; returns the exit code."""
    from ampsd.server.clock import RealClock
    from ampsd.server.daemon import Daemon
    from ampsd.server.logging import Logging
    from ampsd.server.process import take_over

    logging = Logging(model.definition.logging_targets, model.definition.name, RealClock())
    daemon = Daemon(model, logging, logging)

    def is_ready(addresses: list[str]) -> None:
        take_over(daemon)
        ready(addresses)

    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            return runner.run(daemon.run(is_ready))
    finally:
        logging.close()


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop where it is installed (Linux); the daemon is the same on asyncio's own loop."""
    try:
        import uvloop
    except ImportError:
        return None
    factory: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return factory
