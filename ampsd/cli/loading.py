"""Loads a configuration from disk for a command: reads files, takes the environment, prints findings."""

import os
from collections.abc import Iterable

import click

from ampsd.config.finding import Finding
from ampsd.config.includes import Read
from ampsd.lint.examination import Examination, examine


def read(path: str) -> bytes:
    """A file's bytes. Raises OSError."""
    with open(path, "rb") as file:
        return file.read()


def parse_defines(definitions: Iterable[str]) -> dict[str, str]:
    """`-DNAME=VALUE` texts as a mapping. Raises click.UsageError."""
    found: dict[str, str] = {}
    for text in definitions:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise click.UsageError(f"-D{text}: write -DNAME=VALUE")
        found[name] = value
    return found


def examine_file(
    path: str,
    definitions: Iterable[str],
    dev_directory: str | None = None,
    *,
    is_strict: bool = False,
    read: Read = read,
    working_directory: str | None = None,
) -> Examination:
    """The configuration at `path`, with what there is to say about it."""
    return examine(
        path,
        read=read,
        environment=dict(os.environ) | parse_defines(definitions),
        working_directory=os.getcwd() if working_directory is None else working_directory,
        dev_directory=dev_directory,
        is_strict=is_strict,
    )


def print_findings(findings: Iterable[Finding]) -> None:
    """Findings to stderr, in the order of the file."""
    for finding in findings:
        click.echo(str(finding), err=True)
