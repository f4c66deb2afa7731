"""The command line: one file per command, each imported when it runs."""

import importlib
import pkgutil

import click

from ampsd import cli, version

_NOT_COMMANDS = frozenset({"main", "loading", "amps_server", "sample", "serving", "admin_client", "bulk"})


class Commands(click.Group):
    """Finds commands by the files of this folder, so that `ampsd lint` does not load the server."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of the commands."""
        return sorted(one.name for one in pkgutil.iter_modules(cli.__path__) if one.name not in _NOT_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command = importlib.import_module(f"ampsd.cli.{cmd_name}").command
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(
    version.AMPSD_VERSION, prog_name="ampsd", message=f"ampsd %(version)s (AMPS {version.AMPS_VERSION})"
)
def main() -> None:
    """A message daemon that reads an AMPSConfig file."""
