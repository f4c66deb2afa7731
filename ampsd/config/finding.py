"""One shape for everything a check has to say about a configuration."""

from dataclasses import dataclass

SEVERITIES = ("error", "warning", "info")


@dataclass(frozen=True, slots=True)
class Span:
    """A place in a file: line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault or piece of advice: a stable code, where it is, what is wrong, and what to do about it."""

    code: str
    severity: str
    span: Span
    sentence: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.span}: {self.severity}: {self.sentence} [{self.code}]\n    {self.remedy}"
