"""`ampsd run CONFIG`: the daemon in the foreground."""

import asyncio
import sys
import tempfile
from collections.abc import Callable

import click

from ampsd import version
from ampsd.cli.loading import load_file, print_findings
from ampsd.config.model import Model


@click.command("run")
@click.argument("config", type=click.Path())
@click.option("--dev", is_flag=True, help="Fill in what a snippet lacks: a transport on 9007, a temporary journal.")
@click.option("-D", "definitions", multiple=True, metavar="NAME=VALUE", help="Define ${NAME} for the configuration.")
def command(config: str, dev: bool, definitions: tuple[str, ...]) -> None:
    """Run the daemon in the foreground. Prints one line when clients can connect."""
    with tempfile.TemporaryDirectory(prefix="ampsd-") if dev else _NoDirectory() as directory:
        loading = load_file(config, definitions, directory or None)
        print_findings(loading.findings)
        if loading.model is None:
            click.echo(f"{config}: not started; nothing was opened or written", err=True)
            sys.exit(64)
        exit_code = _serve(loading.model)
    sys.exit(exit_code)


class _NoDirectory:
    """Stands for the temporary directory where none is wanted."""

    def __enter__(self) -> str:
        return ""

    def __exit__(self, *_: object) -> None:
        pass


def _serve(model: Model) -> int:
    from ampsd.server.clock import RealClock
    from ampsd.server.daemon import Daemon
    from ampsd.server.logging import Logging

    logging = Logging(model.definition.logging_targets, model.definition.name, RealClock())
    name = model.definition.name

    def ready(addresses: list[str]) -> None:
        where = ", ".join(addresses) or "no transport"
        click.echo(
            f"ampsd {version.AMPSD_VERSION} (AMPS {version.AMPS_VERSION}) ready: {name} on {where}"
            " -- try `make demo` in another terminal, Ctrl-C stops"
        )

    daemon = Daemon(model, logging, logging.flush)
    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            return runner.run(daemon.run(ready))
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
