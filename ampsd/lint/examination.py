"""A configuration read, built and looked at by every rule: what `ampsd run` starts from and `ampsd lint` reports."""

from collections.abc import Mapping
from dataclasses import dataclass

from ampsd.config.build import Builder
from ampsd.config.check import in_order
from ampsd.config.finding import Finding
from ampsd.config.includes import Read
from ampsd.config.model import Model, is_understood, load
from ampsd.config.tree import Source
from ampsd.lint.rule import all_rules
from ampsd.lint.subject import Subject


@dataclass(frozen=True, slots=True)
class Examination:
    """What there is to say about one configuration, before suppressions and profiles."""

    path: str
    source: Source
    built: Builder | None
    """What could be built of it; None when the files could not be read."""
    model: Model | None
    """None when an error keeps the configuration from being understood."""
    findings: tuple[Finding, ...]
    """With the severities of their rules, in the order of the files."""

    @property
    def may_start(self) -> bool:
        """Whether an instance can be started with it: no error, nothing that does not run."""
        return self.model is not None and all(one.severity != "error" for one in self.findings)


def examine(
    path: str,
    *,
    read: Read,
    environment: Mapping[str, str],
    working_directory: str,
    dev_directory: str | None = None,
    is_strict: bool = False,
) -> Examination:
    """Read the configuration at `path` as `config.model.load` does, and apply every rule.

    Rules that only give advice are applied when `is_strict`. Raises nothing: faults are findings.
    """
    loading = load(
        path, read=read, environment=environment, working_directory=working_directory, dev_directory=dev_directory
    )
    findings = list(loading.findings)
    if loading.built is not None:
        subject = Subject(loading.source, loading.built)
        for rule in all_rules():
            if is_strict or not rule.is_strict_only:
                findings += rule.check(subject)
    model = loading.model if all(map(is_understood, findings)) else None
    return Examination(path, loading.source, loading.built, model, in_order(findings, loading.source.files))
