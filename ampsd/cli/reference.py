"""`ampsd reference DIR`: writes the reference pages from the declarations."""

import pathlib

import click

from ampsd.reference.pages import PAGES


@click.command("reference")
@click.argument("directory", type=click.Path(file_okay=False, path_type=pathlib.Path))
def command(directory: pathlib.Path) -> None:
    """Write the reference pages (elements, modules, variables, codes) as Markdown into DIRECTORY."""
    directory.mkdir(parents=True, exist_ok=True)
    for page in PAGES:
        (directory / page.file).write_text(page.text(), encoding="utf-8")
        click.echo(f"{directory / page.file} written")
