"""The Model: a whole configuration, checked, typed and immutable; or the findings that say why there is none."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from ampsd.config.check import check, in_order
from ampsd.config.development import fill_in, sections
from ampsd.config.finding import Finding
from ampsd.config.includes import Read
from ampsd.config.source import read_source
from ampsd.definitions.instance import InstanceDefinition


@dataclass(frozen=True, slots=True)
class Model:
    """What one instance is to be. `text` is the expanded configuration, `digest` its SHA-256 in hexadecimal digits."""

    path: str
    definition: InstanceDefinition
    digest: str
    text: str


@dataclass(frozen=True, slots=True)
class Loading:
    """What came of reading a configuration; with an error among the findings there is no model."""

    model: Model | None
    findings: tuple[Finding, ...]
    files: tuple[str, ...] = ()
    """Every file that was read, the configuration first."""


def load(
    path: str,
    *,
    read: Read,
    environment: Mapping[str, str],
    working_directory: str,
    dev_directory: str | None = None,
) -> Loading:
    """Read, validate and check the configuration at `path`. Nothing is opened but what `read` reads.

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
    files = tuple(source.files)
    if source.root is None:
        return Loading(None, in_order(source.findings, source.files), files)
    if dev_directory is not None:
        fill_in(source, dev_directory)
    checked = check(source)
    if checked.definition is None or any(one.severity == "error" for one in checked.findings):
        return Loading(None, checked.findings, files)
    text = source.text()
    digest = sha256(text.encode()).hexdigest()
    return Loading(Model(path, checked.definition, digest, text), checked.findings, files)
