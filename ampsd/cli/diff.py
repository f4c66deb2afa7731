"""`ampsd diff OLD NEW`: the plan of a reload from one configuration to the other."""

import json
import sys
from dataclasses import asdict

import click

from ampsd.cli.loading import examine_file, print_findings
from ampsd.config.model import Model
from ampsd.config.reload_plan import plan_of

_EXIT_CODES = {"live": 0, "reconnect": 0, "restart": 2, "refused": 3}


@click.command("diff")
@click.argument("old", type=click.Path())
@click.argument("new", type=click.Path())
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print the changes.")
@click.option("-D", "definitions", multiple=True, metavar="NAME=VALUE", help="Define ${NAME} in both files.")
def command(old: str, new: str, form: str, definitions: tuple[str, ...]) -> None:
    """Show what a reload from OLD to NEW would do, and apply nothing.

    Each change is live (clients notice nothing), reconnect (the clients concerned connect again), restart (it waits for
    one, and where it could be live, for what is said behind it), or refused (what is stored would not fit; then nothing
    is applied).

    Exit code 0: nothing changes, or only what can change live; 2: something needs a restart; 3: something is refused;
    1: a file has errors.
    """
    plan = plan_of(_model(old, definitions), _model(new, definitions))
    if form == "json":
        rows = [asdict(one) for one in plan.changes]
        document = {"version": 1, "reload": plan.reload, "summary": plan.summary, "changes": rows}
        click.echo(json.dumps(document, indent=2))
    else:
        click.echo(plan.text)
    sys.exit(_EXIT_CODES[plan.reload])


def _model(path: str, definitions: tuple[str, ...]) -> Model:
    examination = examine_file(path, definitions)
    if examination.model is None:
        print_findings(one for one in examination.findings if one.severity == "error")
        click.echo(f"{path}: not understood, so nothing is compared", err=True)
        sys.exit(1)
    return examination.model
