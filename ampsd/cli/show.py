"""`ampsd show CONFIG`: what a configuration means: every setting in effect, or what a start would do."""

import json
import sys
from dataclasses import asdict

import click

from ampsd.cli.loading import examine_file, print_findings
from ampsd.config.effective import DEFAULT, Setting, effective
from ampsd.config.plan import Intent, intents

_WIDTH_MAX = 44
"""Longer values push their own line's origin to the right, and nobody else's."""


@click.command("show")
@click.argument("config", type=click.Path())
@click.option("--effective", "view", flag_value="effective", default="effective", help="Every setting (the default).")
@click.option("--plan", "view", flag_value="plan", help="What a start would do.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print it.")
@click.option("-D", "definitions", multiple=True, metavar="NAME=VALUE", help="Define ${NAME} for the configuration.")
def command(config: str, view: str, form: str, definitions: tuple[str, ...]) -> None:
    """Show every setting of CONFIG with its value and where that came from, or what a start would do.

    Includes and variables are in their places, defaults filled in, secrets masked. Exit code 1: the file has errors.
    """
    examination = examine_file(config, definitions)
    if examination.model is None or examination.built is None:
        print_findings(one for one in examination.findings if one.severity == "error")
        sys.exit(1)
    definition = examination.model.definition
    rows: list[Setting] | list[Intent] = (
        effective(examination.source, examination.built, definition) if view == "effective" else intents(definition)
    )
    if form == "json":
        click.echo(json.dumps({"version": 1, view: [asdict(row) for row in rows]}, indent=2))
        return
    table = [_setting(row) if isinstance(row, Setting) else _intent(row) for row in rows]
    widths = [min(max((len(cells[column]) for cells in table), default=0), _WIDTH_MAX) for column in (0, 1)]
    for cells in table:
        click.echo(f"{cells[0]:<{widths[0]}}  {cells[1]:<{widths[1]}}  {cells[2]}".rstrip())
    refused = [one for one in examination.findings if one.severity == "error"]
    if view == "plan" and refused:
        click.echo("\nThis version refuses to start with:")
        for finding in refused:
            click.echo(f"  {finding.span}: {finding.sentence}")


def _setting(row: Setting) -> tuple[str, str, str]:
    origin = "" if row.is_section else row.origin
    return "  " * row.depth + row.element, row.value, f"({origin})" if origin == DEFAULT else origin


def _intent(row: Intent) -> tuple[str, str, str]:
    return f"{row.verb:<8}", row.subject, f"{row.how}  ({row.place})"
