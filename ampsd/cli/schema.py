"""`ampsd schema DIRECTORY`: writes both editions of the XSD from the declarations."""

from pathlib import Path

import click


@click.command("schema")
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path))
def command(directory: Path) -> None:
    """Write ampsconfig.xsd (XSD 1.1, for validation) and ampsconfig-1.0.xsd (for editors) into DIRECTORY."""
    from ampsd.config.schema import generate

    directory.mkdir(parents=True, exist_ok=True)
    for name, text in generate().items():
        (directory / name).write_text(text, encoding="utf-8")
        click.echo(f"wrote {directory / name}")
