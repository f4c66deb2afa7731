"""`ampsd graph CONFIG`: what a configuration connects, drawn."""

import sys

import click

from ampsd.cli.loading import examine_file, print_findings
from ampsd.flow.build import build
from ampsd.flow.graph import Flow

FORMATS = ("mermaid", "dot", "json", "svg")


@click.command("graph")
@click.argument("config", type=click.Path())
@click.option("--format", "form", type=click.Choice(FORMATS), default="mermaid", help="Language of the drawing.")
@click.option("--output", type=click.Path(dir_okay=False), help="Write it to a file instead of printing it.")
@click.option("-D", "definitions", multiple=True, metavar="NAME=VALUE", help="Define ${NAME} for the configuration.")
def command(config: str, form: str, output: str | None, definitions: tuple[str, ...]) -> None:
    """Draw the topics, queues, views and actions of CONFIG, and what goes from one to the other.

    svg is a picture that needs nothing else; mermaid is drawn by many forges; dot is Graphviz's; json is for programs.
    Exit code 1: the file has errors.
    """
    examination = examine_file(config, definitions)
    if examination.model is None:
        print_findings(one for one in examination.findings if one.severity == "error")
        sys.exit(1)
    text = render(build(examination.model.definition), form)
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        with open(output, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise click.UsageError(f"{output} cannot be written: {error.strerror}") from error


def render(flow: Flow, form: str) -> str:
    """The drawing in that language; only its own module is imported."""
    if form == "dot":
        from ampsd.flow import dot

        return dot.render(flow)
    if form == "json":
        from ampsd.flow import document

        return document.render(flow)
    if form == "svg":
        from ampsd.flow import svg

        return svg.render(flow)
    from ampsd.flow import mermaid

    return mermaid.render(flow)
