"""`ampsd diff OLD NEW`: what a reload from one configuration to the other would do."""

import json
import sys
from dataclasses import asdict

import click

from ampsd.cli.loading import examine_file, print_findings
from ampsd.config.difference import ADDED, REMOVED, Change, differences, worst
from ampsd.config.model import Model

_SIGNS = {ADDED: "+", REMOVED: "-"}
_EXIT_CODES = {"live": 0, "reconnect": 0, "restart": 2, "refused": 3}


@click.command("diff")
@click.argument("old", type=click.Path())
@click.argument("new", type=click.Path())
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print the changes.")
@click.option("-D", "definitions", multiple=True, metavar="NAME=VALUE", help="Define ${NAME} in both files.")
def command(old: str, new: str, form: str, definitions: tuple[str, ...]) -> None:
    """Show what a reload from OLD to NEW would do, and apply nothing.

    Each change is live (clients notice nothing), reconnect (the clients concerned connect again), restart, or refused
    (what is stored would not fit).

    Exit code 0: nothing changes, or only what can change live; 2: something needs a restart; 3: something is refused;
    1: a file has errors.
    """
    before, after = _model(old, definitions), _model(new, definitions)
    changes = differences(before.definition, after.definition)
    if form == "json":
        summary = {"version": 1, "reload": worst(changes), "changes": [asdict(one) for one in changes]}
        click.echo(json.dumps(summary, indent=2))
    else:
        for change in changes:
            click.echo(_line(change))
        click.echo(_summary(changes))
    sys.exit(_EXIT_CODES[worst(changes)])


def _model(path: str, definitions: tuple[str, ...]) -> Model:
    examination = examine_file(path, definitions)
    if examination.model is None:
        print_findings(one for one in examination.findings if one.severity == "error")
        click.echo(f"{path}: not understood, so nothing is compared", err=True)
        sys.exit(1)
    return examination.model


def _line(change: Change) -> str:
    sign = _SIGNS.get(change.kind, "~")
    values = "" if change.kind in _SIGNS else f": {change.old} -> {change.new}"
    return f"{sign} {change.reload:<9} {change.path}{values}  ({change.place})"


def _summary(changes: list[Change]) -> str:
    if not changes:
        return "no difference"
    counted = [
        f"{number} {name}"
        for name in ("live", "reconnect", "restart", "refused")
        if (number := sum(one.reload == name for one in changes))
    ]
    return f"{len(changes)} change{'s' if len(changes) > 1 else ''}: {', '.join(counted)}"
