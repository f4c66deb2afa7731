"""`ampsd diff OLD NEW`, `ampsd diff --running NEW`: the plan of a reload from one configuration to another."""

import json
import os
import sys
from dataclasses import asdict
from typing import NoReturn

import click

from ampsd.cli.admin_client import DEFAULT, ENVIRONMENT, AdminClient
from ampsd.cli.loading import examine_file, print_findings
from ampsd.config.model import Model
from ampsd.config.reload_plan import plan_of

_EXIT_CODES = {"live": 0, "reconnect": 0, "restart": 2, "refused": 3}


@click.command("diff")
@click.argument("configs", nargs=-1, required=True, type=click.Path(), metavar="[OLD] NEW")
@click.option("--running", "is_running", is_flag=True, help="Compare NEW with what a daemon runs, instead of OLD.")
@click.option(
    "--admin",
    default=lambda: os.environ.get(ENVIRONMENT, DEFAULT),
    metavar="URL",
    help=f"The daemon's Admin address; without it ${ENVIRONMENT}, or {DEFAULT}.",
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print the changes.")
@click.option("-D", "definitions", multiple=True, metavar="NAME=VALUE", help="Define ${NAME} in both files.")
def command(configs: tuple[str, ...], is_running: bool, admin: str, form: str, definitions: tuple[str, ...]) -> None:
    """Show what a reload from OLD to NEW would do, and apply nothing.

    Each change is live (clients notice nothing), reconnect (the clients concerned connect again), restart (it waits for
    one, and where it could be live, for what is said behind it), or refused (what is stored would not fit; then nothing
    is applied).

    Exit code 0: nothing changes, or only what can change live; 2: something needs a restart; 3: something is refused;
    1: a file has errors.
    """
    if len(configs) != 2 - is_running:
        raise click.UsageError("write OLD and NEW, or --running and NEW")
    new = _model(configs[-1], definitions)
    if is_running:
        _compare_with_running(new, admin, form)
    plan = plan_of(_model(configs[0], definitions), new)
    if form == "json":
        rows = [asdict(one) for one in plan.changes]
        document = {"version": 1, "reload": plan.reload, "summary": plan.summary, "changes": rows}
        click.echo(json.dumps(document, indent=2))
    else:
        click.echo(plan.text)
    sys.exit(_EXIT_CODES[plan.reload])


def _compare_with_running(new: Model, admin: str, form: str) -> NoReturn:
    found = AdminClient(admin).post("/configuration/plan", {"path": new.path, "text": new.text})
    if form == "json":
        click.echo(json.dumps(found, indent=2))
    else:
        for line in (*found["reasons"], *found["changes"], *found["pending"], found["summary"]):
            click.echo(line)
    sys.exit(_EXIT_CODES["refused" if found["outcome"] == "refused" else "restart" if found["pending"] else "live"])


def _model(path: str, definitions: tuple[str, ...]) -> Model:
    examination = examine_file(path, definitions)
    if examination.model is None:
        print_findings(one for one in examination.findings if one.severity == "error")
        click.echo(f"{path}: not understood, so nothing is compared", err=True)
        sys.exit(1)
    return examination.model
