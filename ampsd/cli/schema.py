"""`ampsd schema DIRECTORY`: writes the schemas from the declarations: the XSD in two editions, and that of tests."""

import json
from pathlib import Path

import click


@click.command("schema")
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path))
def command(directory: Path) -> None:
    """Write ampsconfig.xsd (XSD 1.1, for validation), ampsconfig-1.0.xsd and tests.schema.json (for editors)."""
    from ampsd.config.schema import generate
    from ampsd.testing.suite import json_schema

    directory.mkdir(parents=True, exist_ok=True)
    texts = generate() | {"tests.schema.json": json.dumps(json_schema(), indent=2) + "\n"}
    for name, text in texts.items():
        (directory / name).write_text(text, encoding="utf-8")
        click.echo(f"wrote {directory / name}")
