"""`ampsd run CONFIG`: the daemon in the foreground."""

import sys
import tempfile
from contextlib import nullcontext

import click

from ampsd import version
from ampsd.cli.loading import print_findings
from ampsd.cli.serving import EarlyHangups, origin_of, serve


@click.command("run")
@click.argument("config", type=click.Path())
@click.option("--dev", is_flag=True, help="Fill in what a snippet lacks: a transport on 9007, a temporary journal.")
@click.option("-D", "definitions", multiple=True, metavar="NAME=VALUE", help="Define ${NAME} for the configuration.")
@click.option(
    "--watch/--no-watch", "is_watched", default=True, help="Take over the configuration whenever its files are saved."
)
def command(config: str, dev: bool, definitions: tuple[str, ...], is_watched: bool) -> None:
    """Run the daemon in the foreground. Prints one line when clients can connect.

    The configuration is read again when its files change, on SIGHUP and by `ampsd reload`; a bad one changes nothing.
    """
    hangups = EarlyHangups()
    with tempfile.TemporaryDirectory(prefix="ampsd-") if dev else nullcontext("") as directory:
        origin = origin_of(config, definitions, directory or None, is_watched=is_watched)
        examination = origin.loaded.examination
        print_findings(examination.findings)
        model = examination.model
        if model is None or not examination.may_start:
            click.echo(f"{config}: not started; nothing was opened or written", err=True)
            sys.exit(64)
        name = model.definition.name

        def ready(addresses: list[str]) -> None:
            click.echo(
                f"ampsd {version.AMPSD_VERSION} (AMPS {version.AMPS_VERSION}) ready: {name} on"
                f" {', '.join(addresses) or 'no transport'} -- try `make demo` in another terminal, Ctrl-C stops"
            )

        exit_code = serve(origin, ready, hangups)
    sys.exit(exit_code)
