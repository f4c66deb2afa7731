"""`ampsd explain NAME`: what a code, element, module or variable means, without a network."""

import sys

import click

from ampsd.reference.pages import look_up, near

_SHOWN_MAX = 4


@click.command("explain")
@click.argument("name")
def command(name: str) -> None:
    """Explain a lint code or rule (AC201, overwritten-log), an element (MaxCancels, Queue/MaxCancels), an action module
    (amps-action-do-publish-message), a variable (AMPS_DATA) or a log record (00-0015).
    """
    found = look_up(name)
    if not found:
        others = near(name)
        click.echo(f"There is nothing called {name!r}." + (" Did you mean one of these?" if others else ""), err=True)
        for other in others:
            click.echo(f"  {other}", err=True)
        sys.exit(1)
    if len(found) > _SHOWN_MAX and len({entry.text for entry in found}) > 1:
        click.echo(f"{len(found)} things are called {name!r}; name one of them:")
        for entry in found:
            click.echo(f"  {entry.name}")
        return
    for number, entry in enumerate(found):
        click.echo(("\n" if number else "") + f"{entry.name}\n\n{entry.text}")
