"""The Model: a whole configuration, typed and immutable; or the findings that say why there is none."""

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from ampsd.config import codes
from ampsd.config.build import Builder
from ampsd.config.check import check, in_order
from ampsd.config.development import fill_in, sections
from ampsd.config.finding import Finding
from ampsd.config.includes import Read
from ampsd.config.message_types import MessageTypes, message_types
from ampsd.config.source import read_source
from ampsd.config.tree import Source
from ampsd.definitions.instance import InstanceDefinition


@dataclass(frozen=True, slots=True)
class Model:
    """What one instance is to be. `text` is the expanded configuration, `digest` its SHA-256 in hexadecimal digits."""

    path: str
    definition: InstanceDefinition
    message_types: MessageTypes
    digest: str
    text: str
    files: tuple[str, ...] = ()
    """The files it was read from."""


@dataclass(frozen=True, slots=True)
class Loading:
    """What came of reading a configuration: what it means, as far as that can be told, and what is wrong."""

    source: Source
    built: Builder | None
    """Every definition that could be built, with its place; None when the files could not be read."""
    model: Model | None
    """None when an error keeps the configuration from being understood. What does not run yet is understood."""
    findings: tuple[Finding, ...]


def load(
    path: str,
    *,
    read: Read,
    environment: Mapping[str, str],
    working_directory: str,
    dev_directory: str | None = None,
) -> Loading:
    """Read, validate and build the configuration at `path`. Nothing is opened but what `read` reads.

    `environment` fills in ${NAME}, definitions of the command line included. With `dev_directory`, what a snippet
    lacks is filled in, its journal in that directory. Faults are findings: load itself raises nothing.
    """
    source = read_source(
        path,
        read=read,
        environment=environment,
        working_directory=working_directory,
        wraps=() if dev_directory is None else sections(),
    )
    if source.root is None:
        return Loading(source, None, None, in_order(source.findings, source.files))
    if dev_directory is not None:
        fill_in(source, dev_directory)
    checked = check(source)
    definition, findings, model = checked.definition, checked.findings, None
    if definition is not None:
        beside = posixpath.join(working_directory, posixpath.dirname(path))
        types, faults = message_types(definition, checked.built, read, (working_directory, beside))
        findings = in_order([*findings, *faults], source.files)
        if all(map(is_understood, findings)):
            text = source.text()
            model = Model(path, definition, types, sha256(text.encode()).hexdigest(), text, tuple(source.files))
    return Loading(source, checked.built, model, findings)


def is_understood(finding: Finding) -> bool:
    """Whether what a finding is about has its meaning all the same."""
    return finding.severity != "error" or finding.code == codes.NOT_RUNNING
