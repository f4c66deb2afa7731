"""`ampServer CONFIG`: AMPS's own spelling of the command line (User Guide, Starting AMPS)."""

import os
import sys
from typing import TYPE_CHECKING

import click

from ampsd import version
from ampsd.cli.loading import examine_file, print_findings
from ampsd.cli.sample import SAMPLE
from ampsd.cli.serving import EarlyHangups, origin_of, serve
from ampsd.config import codes
from ampsd.lint.examination import Examination

if TYPE_CHECKING:
    from ampsd.server.reloading import Origin

_HIGHEST = 3
_REFUSED = 64


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("config", type=click.Path(), required=False)
@click.option("--verify-config", is_flag=True, help="Check CONFIG and exit: 0 clean, 1 errors, 3 unreadable.")
@click.option("--sample-config", is_flag=True, help="Print a configuration to begin with.")
@click.option("--dump-config", is_flag=True, help="Print CONFIG with includes and variables in their places.")
@click.option("--daemon", is_flag=True, help="Go into the background once clients can connect.")
@click.option("-D", "definitions", multiple=True, metavar="NAME=VALUE", help="Define ${NAME} for the configuration.")
@click.version_option(
    version.AMPS_VERSION, prog_name="ampServer", message=f"%(version)s (ampsd {version.AMPSD_VERSION})"
)
def command(
    config: str | None,
    verify_config: bool,
    sample_config: bool,
    dump_config: bool,
    daemon: bool,
    definitions: tuple[str, ...],
) -> None:
    """Start an instance with CONFIG, as AMPS is started; the same as `ampsd run CONFIG`."""
    if sample_config:
        click.echo(SAMPLE, nl=False)
        return
    if config is None:
        raise click.UsageError("name a configuration, or write --sample-config to see one")
    if not (dump_config or verify_config):
        hangups = EarlyHangups()
        origin = origin_of(config, definitions)
        examination = origin.loaded.examination
        _print(examination)
        if not examination.may_start:
            sys.exit(_REFUSED)
        sys.exit(_in_background(origin, hangups) if daemon else serve(origin, _announce, hangups))
    examination = examine_file(config, definitions)
    if verify_config:
        _print(examination)
        sys.exit(0 if examination.may_start else 1)
    _dump(examination)


def _print(examination: Examination) -> None:
    print_findings(examination.findings)
    if any(one.code == codes.UNREADABLE for one in examination.findings):
        sys.exit(_HIGHEST)


def _dump(examination: Examination) -> None:
    if examination.source.root is None:
        _print(examination)
        sys.exit(1)
    click.echo(examination.source.text())


def _announce(addresses: list[str]) -> None:
    click.echo(f"ready on {', '.join(addresses) or 'no transport'}")


def _in_background(origin: "Origin", hangups: EarlyHangups) -> int:
    """Run in a process of its own; this one ends when that one is ready, or with its exit code when it never is."""
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(writing)
        with os.fdopen(reading) as said:
            word = said.read()
        if word:
            click.echo(word)
            return 0
        _, status = os.waitpid(child, 0)
        return os.waitstatus_to_exitcode(status)
    os.close(reading)
    os.setsid()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)

    def ready(addresses: list[str]) -> None:
        with os.fdopen(writing, "w") as said:
            said.write(f"ready on {', '.join(addresses) or 'no transport'}, process {os.getpid()}")

    return serve(origin, ready, hangups)
