"""`ampsd lint CONFIG...`: what a start would say, without starting."""

import sys

import click

from ampsd.cli.loading import examine_file, print_findings


@click.command("lint")
@click.argument("configs", nargs=-1, required=True, type=click.Path())
@click.option("-D", "definitions", multiple=True, metavar="NAME=VALUE", help="Define ${NAME} for the configuration.")
def command(configs: tuple[str, ...], definitions: tuple[str, ...]) -> None:
    """Check configurations. Exit code 0: clean, 1: errors, 3: a file cannot be read."""
    exit_code = 0
    for config in configs:
        try:
            with open(config, "rb"):
                pass
        except OSError as error:
            click.echo(f"{config}: {error.strerror}", err=True)
            exit_code = max(exit_code, 3)
            continue
        examination = examine_file(config, definitions)
        print_findings(examination.findings)
        if not examination.may_start:
            exit_code = max(exit_code, 1)
        else:
            click.echo(f"{config}: good")
    sys.exit(exit_code)
