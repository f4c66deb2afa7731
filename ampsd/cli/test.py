"""`ampsd test CONFIG... TESTS.yml`: unit tests of configurations, the real engine in virtual time."""

import math
import os
import sys
import time
from dataclasses import dataclass

import click

from ampsd.cli.loading import examine_file, print_findings, read
from ampsd.config.model import Model
from ampsd.testing.coverage import Coverage
from ampsd.testing.fault import FileFault
from ampsd.testing.run import Played, play
from ampsd.testing.suite import Suite, chosen, read_suite

PASSED, FAILED, UNREADABLE = 0, 1, 3
_TESTS = (".yml", ".yaml")


@click.command("test")
@click.argument("paths", nargs=-1, required=True, type=click.Path(), metavar="CONFIG... TESTS.yml | DIRECTORY...")
@click.option(
    "--format", "form", type=click.Choice(("text", "json", "junit")), default="text", help="Form of the report."
)
@click.option("--output", type=click.Path(dir_okay=False), help="Write the report to a file instead of printing it.")
@click.option("-k", "word", metavar="WORD", help="Only cases with this word in their names.")
@click.option("--coverage", "is_covering", is_flag=True, help="Say what of the actions was never tried.")
@click.option(
    "--fail-under", type=click.FloatRange(0, 100), metavar="PERCENT", help="Fail when less of the actions was tried."
)
@click.option("--color/--no-color", "has_colour", default=None, help="Colours; without it, on a terminal.")
@click.option("-D", "definitions", multiple=True, metavar="NAME=VALUE", help="Define ${NAME} for the configurations.")
def command(
    paths: tuple[str, ...],
    form: str,
    output: str | None,
    word: str | None,
    is_covering: bool,
    fail_under: float | None,
    has_colour: bool | None,
    definitions: tuple[str, ...],
) -> None:
    """Test configurations. Each case of TESTS.yml runs on a fresh instance; no socket and no file is opened.

    A DIRECTORY stands for its config.xml and test.yml. Exit code 0: all cases passed; 1: some failed, or too little was
    tried; 2: wrong use; 3: a file cannot be read or used. docs/testing.md tells how cases are written.
    """
    if fail_under is not None and math.isnan(fail_under):
        raise click.UsageError("--fail-under nan: give a number from 0 to 100")
    pairs = [_loaded(config, tests, definitions) for config, tests in _pairs(paths)]
    coverages: dict[str, Coverage] = {}
    played = []
    for one in pairs:
        coverage = coverages.setdefault(one.config, Coverage(one.model))
        outcomes = play(one.model, one.suite, chosen(one.suite.cases, word), time.perf_counter, coverage)
        played.append(Played(one.config, one.tests, tuple(outcomes)))
    if word is not None and not any(one.outcomes for one in played):
        raise click.UsageError(f"-k {word}: no case has that in its name")
    colour = sys.stdout.isatty() and output is None if has_colour is None else has_colour
    text = _render(played, form, coverages if is_covering or fail_under is not None else None, has_colour=colour)
    if output is None:
        click.echo(text, nl=False, color=colour)
    else:
        _write(output, text)
    low = [one for one in coverages.items() if fail_under is not None and one[1].percent < fail_under]
    for config, coverage in low:
        click.echo(f"{config}: {coverage.percent:.0f} % of the actions were tried, not {fail_under:g} %", err=True)
    sys.exit(FAILED if low or any(one.failed for one in played) else PASSED)


@dataclass(frozen=True, slots=True)
class _Pair:
    """A configuration and its tests, both good."""

    config: str
    tests: str
    model: Model
    suite: Suite


def _pairs(paths: tuple[str, ...]) -> list[tuple[str, str]]:
    """Configurations with their tests: each file of tests is for the configurations named before it."""
    found: list[tuple[str, str]] = []
    configs: list[str] = []
    is_used = True
    for path in paths:
        if os.path.isdir(path):
            found.append((os.path.join(path, "config.xml"), os.path.join(path, "test.yml")))
        elif path.endswith(_TESTS):
            if not configs:
                raise click.UsageError(f"{path}: name the configuration before its tests")
            found += [(config, path) for config in configs]
            is_used = True
        else:
            configs = [*configs, path] if not is_used else [path]
            is_used = False
    if not is_used:
        raise click.UsageError(f"{configs[-1]}: name a file of tests (.yml) behind it")
    return found


def _loaded(config: str, tests: str, definitions: tuple[str, ...]) -> _Pair:
    examination = examine_file(config, definitions)
    if examination.model is None or not examination.may_start:
        print_findings(one for one in examination.findings if one.severity == "error")
        click.echo(f"{config}: not tested: it cannot be started", err=True)
        sys.exit(UNREADABLE)
    try:
        return _Pair(config, tests, examination.model, read_suite(read(tests)))
    except OSError as error:
        click.echo(f"{tests}: error: the file cannot be read: {error.strerror}. Check the path.", err=True)
    except FileFault as error:
        click.echo(error.text(tests), err=True)
    sys.exit(UNREADABLE)


def _render(played: list[Played], form: str, coverages: dict[str, Coverage] | None, *, has_colour: bool) -> str:
    if form == "json":
        from ampsd.testing.reports import json

        return json.render(played, coverages)
    if form == "junit":
        from ampsd.testing.reports import junit

        return junit.render(played)
    from ampsd.testing.reports import text

    return text.render(played, coverages, has_colour=has_colour)


def _write(path: str, text: str) -> None:
    try:
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise click.UsageError(f"{path} cannot be written: {error.strerror}") from error
