"""One shape for everything a check has to say about a configuration, and for what would put it right."""

from dataclasses import dataclass

SEVERITIES = ("error", "warning", "info")


@dataclass(frozen=True, slots=True)
class Span:
    """A place in a file: line and column count from 1, in characters."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Rename:
    """Put right by giving the element at the finding's place another name, in both of its tags."""

    name: str


@dataclass(frozen=True, slots=True)
class SetText:
    """Put right by replacing the text of the element at the finding's place; its markup stays."""

    text: str


@dataclass(frozen=True, slots=True)
class Replace:
    """Put right by replacing these very characters, which stand at the finding's place."""

    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Remove:
    """Put right by removing the element at the finding's place, with its line when it has one for itself."""


Fix = Rename | SetText | Replace | Remove
"""What `--fix` may do: safe changes only, after which the file means what its author meant."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault or piece of advice: a stable code, where it is, what is wrong, and what to do about it."""

    code: str
    severity: str
    span: Span
    sentence: str
    remedy: str
    fix: Fix | None = None

    def __str__(self) -> str:
        return f"{self.span}: {self.severity}: {self.sentence} [{self.code}]\n    {self.remedy}"
