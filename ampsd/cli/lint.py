"""`ampsd lint CONFIG...`: what is wrong with configurations, in one of several forms, and what is put right."""

import os
import sys
from dataclasses import dataclass, replace

import click

from ampsd.cli.loading import examine_file, read
from ampsd.config import codes
from ampsd.config.check import in_order
from ampsd.lint import baseline as known
from ampsd.lint.examination import Examination
from ampsd.lint.fixing import ROUNDS_MAX, difference, fix
from ampsd.lint.profiles import DEFAULT, PROFILES, Profile, parse_severity
from ampsd.lint.reports.report import Linted, Report
from ampsd.lint.rule import all_rules
from ampsd.lint.suppressions import suppress

FORMATS = ("text", "json", "sarif", "junit", "github")
CLEAN, FOUND, UNREADABLE = 0, 1, 3


@click.command("lint")
@click.argument("configs", nargs=-1, required=True, type=click.Path())
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", help="Form of the report.")
@click.option("--output", type=click.Path(dir_okay=False), help="Write the report to a file instead of printing it.")
@click.option("--profile", type=click.Choice(PROFILES), default=DEFAULT, help="strict: warnings fail, advice is given.")
@click.option("--rule", "rules", multiple=True, metavar="RULE=SEVERITY", help="error, warning, info or off for a rule.")
@click.option("--baseline", type=click.Path(dir_okay=False), help="Hide the findings that this file knows.")
@click.option(
    "--write-baseline", type=click.Path(dir_okay=False), help="Write what is found to this file, and succeed."
)
@click.option("--fix", "is_fixing", is_flag=True, help="Put right what is safe to put right, then report the rest.")
@click.option("--diff", "is_showing", is_flag=True, help="Show what --fix would do; nothing is written.")
@click.option("--color/--no-color", "has_colour", default=None, help="Colours; without it, on a terminal.")
@click.option("-D", "definitions", multiple=True, metavar="NAME=VALUE", help="Define ${NAME} for the configurations.")
def command(
    configs: tuple[str, ...],
    form: str,
    output: str | None,
    profile: str,
    rules: tuple[str, ...],
    baseline: str | None,
    write_baseline: str | None,
    is_fixing: bool,
    is_showing: bool,
    has_colour: bool | None,
    definitions: tuple[str, ...],
) -> None:
    """Say what is wrong with configurations.

    Exit code 0: nothing that the profile fails on; 1: errors (strict: warnings too); 2: wrong use; 3: a file cannot be
    read. `ampsd explain CODE` tells more about a finding.
    """
    wanted = _profile(profile, rules)
    linter = Linter(wanted, definitions, _baseline(baseline), baseline or "")
    if is_fixing or is_showing:
        for config in configs:
            linter.fix(config, is_writing=is_fixing and not is_showing)
        if is_showing:
            return
    linted = [linter.lint(config) for config in configs]
    if write_baseline is not None:
        _write(write_baseline, known.dump(finding for one in linted for finding in one.findings))
        return
    linted = linter.without_known(linted)
    report = Report(tuple(linted), os.getcwd())
    colour = sys.stdout.isatty() and output is None if has_colour is None else has_colour
    text = render(report, form, is_strict=wanted.is_strict, has_colour=colour)
    if output is None:
        click.echo(text, nl=False, color=colour)
    else:
        _write(output, text)
    if any(finding.code == codes.UNREADABLE for finding in report.findings()):
        sys.exit(UNREADABLE)
    sys.exit(FOUND if wanted.fails(report.findings()) else CLEAN)


@dataclass(frozen=True, slots=True)
class Linter:
    """How each configuration is linted."""

    profile: Profile
    definitions: tuple[str, ...]
    baseline: known.Baseline | None
    baseline_path: str

    def lint(self, config: str) -> Linted:
        """The findings of one configuration that count."""
        examination = self._examine(config)
        findings, suppressed = suppress(examination.source, examination.findings, self._applied())
        counted = in_order(self.profile.applied(findings), examination.source.files)
        return Linted(config, counted, tuple(suppressed), 0, _shown(config, examination))

    def without_known(self, linted: list[Linted]) -> list[Linted]:
        """The same, without the findings that the baseline knows; what it knows in vain is told with the last one."""
        if self.baseline is None:
            return linted
        found = []
        for one in linted:
            left, hidden = self.baseline.hide(one.findings)
            found.append(replace(one, findings=tuple(left), hidden=hidden))
        stale = self.baseline.stale(self.baseline_path)
        if stale is not None:
            found[-1] = replace(found[-1], findings=(*found[-1].findings, *self.profile.applied([stale])))
        return found

    def fix(self, config: str, *, is_writing: bool) -> None:
        """Put right what is safe, in rounds until nothing more changes; or print the first round's changes."""
        for _ in range(ROUNDS_MAX):
            examination = self._examine(config)
            findings, _ = suppress(examination.source, examination.findings, self._applied())
            changed = False
            for file, data in examination.source.contents.items():
                fixed = fix(data, file, self.profile.applied(findings))
                if fixed.data == data:
                    continue
                if is_writing:
                    _replace(file, fixed.data)
                    changed = True
                else:
                    click.echo(difference(data, fixed.data, file), nl=False)
            if not changed:
                return

    def _examine(self, config: str) -> Examination:
        return examine_file(config, self.definitions, is_strict=self.profile.is_strict)

    def _applied(self) -> frozenset[str]:
        return frozenset(rule.code for rule in all_rules() if self.profile.is_strict or not rule.is_strict_only)


def _shown(config: str, examination: Examination) -> dict[str, bytes]:
    """The configuration and what it includes, but nothing of an included file that is none: it may be anything."""
    source = examination.source
    return {file: data for file, data in source.contents.items() if file == config or file in source.files}


def render(report: Report, form: str, *, is_strict: bool, has_colour: bool) -> str:
    """The report in that form; only its own module is imported."""
    if form == "json":
        from ampsd.lint.reports import json

        return json.render(report)
    if form == "sarif":
        from ampsd.lint.reports import sarif

        return sarif.render(report)
    if form == "junit":
        from ampsd.lint.reports import junit

        return junit.render(report, failing=("error", "warning") if is_strict else ("error",))
    if form == "github":
        from ampsd.lint.reports import github

        return github.render(report)
    from ampsd.lint.reports import text

    return text.render(report, has_colour=has_colour)


def _profile(name: str, rules: tuple[str, ...]) -> Profile:
    severities: dict[str, str] = {}
    for text in rules:
        try:
            code, severity = parse_severity(text)
        except ValueError as error:
            raise click.UsageError(f"--rule {error}") from error
        severities[code] = severity
    return Profile(name, severities)


def _baseline(path: str | None) -> known.Baseline | None:
    if path is None:
        return None
    try:
        return known.parse(read(path).decode("utf-8", "replace"))
    except OSError as error:
        raise click.UsageError(f"--baseline {path}: {error.strerror}; write it with --write-baseline") from error
    except known.BaselineError as error:
        raise click.UsageError(f"--baseline {path}: {error}") from error


def _write(path: str, text: str) -> None:
    try:
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise click.UsageError(f"{path} cannot be written: {error.strerror}") from error


def _replace(path: str, data: bytes) -> None:
    """Write a file anew, whole or not at all, with the permissions that it has."""
    beside = f"{path}.ampsd-lint"
    try:
        mode = os.stat(path).st_mode
        with open(beside, "wb") as file:
            file.write(data)
        os.chmod(beside, mode)
        os.replace(beside, os.path.realpath(path))
    except OSError as error:
        raise click.UsageError(f"{path} cannot be written: {error.strerror}") from error
