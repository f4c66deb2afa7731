"""`ampsd sim run`: the simulator."""

import sys

import click


@click.group("sim")
def command() -> None:
    """The simulator: a whole instance on fake clock, disk and network."""


@command.command("run")
@click.option("--seed", type=int, default=1, show_default=True, help="First seed.")
@click.option("--count", type=click.IntRange(1), default=1, show_default=True, help="How many seeds, in turn.")
@click.option("--states", is_flag=True, help="Also check what the disk would hold after every single disk verb.")
def run(seed: int, count: int, states: bool) -> None:
    """Run an instance on fake clock, disk and network, with faults drawn from a seed, and check the promises.

    The same seed gives the same trace: its digest is printed.
    """
    from ampsd.simulator.run import run_seed

    for number in range(seed, seed + count):
        result = run_seed(number, states)
        click.echo(
            f"seed {number}: {result.lives} lives, {result.crash_states} crash states, {result.lines} trace lines,"
            f" digest {result.digest}"
        )
        for line in result.violations:
            click.echo(f"  {line}", err=True)
        if result.violations:
            click.echo(f"  {result.draw}", err=True)
            sys.exit(1)
