"""Kinds of options that only action modules have."""

import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ampsd.actions.command_line import Command, parse_command
from ampsd.actions.file_pattern import parse_file_pattern
from ampsd.actions.schedule import parse_schedule
from ampsd.actions.template import TEMPLATE, Template
from ampsd.actions.variables import NAME
from ampsd.declare import COUNT, INTERVAL, Kind, NotRunningError
from ampsd.expressions.compile import Expression, Filter, compile_condition, compile_expression
from ampsd.expressions.lexer import ExpressionError, NotAvailableError

_NAME = re.compile(rf"{NAME}\Z")
_PERCENT = re.compile(r"[0-9]{1,3}\s*%\Z")
_SIGNALS = (
    *("SIGHUP", "SIGINT", "SIGQUIT", "SIGTRAP", "SIGABRT", "SIGIOT", "SIGUSR1", "SIGUSR2", "SIGPIPE", "SIGALRM"),
    *("SIGTERM", "SIGSTKFLT", "SIGCHLD", "SIGCLD", "SIGCONT", "SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGURG", "SIGXCPU"),
    *("SIGXFSZ", "SIGVTALRM", "SIGPROF", "SIGWINCH", "SIGIO", "SIGPOLL", "SIGPWR", "SIGSYS", "SIGRTMIN", "SIGRTMAX"),
)
"""Names of Linux's signals (signal(7)) that a process can take and go on."""
_ALIASES = {"SIGIOT": "SIGABRT", "SIGCLD": "SIGCHLD", "SIGPOLL": "SIGIO"}
_REAL_TIME = re.compile(r"(SIGRTMIN)\+([0-9]{1,2})\Z|(SIGRTMAX)-([0-9]{1,2})\Z")
_REAL_TIME_MAX = 15
"""Linux has 31 of them or so; each is reached from one end."""
_NOBODYS = ("SIGKILL", "SIGSTOP")
_FAULTS = ("SIGSEGV", "SIGBUS", "SIGFPE", "SIGILL")
"""Signals of a process that cannot go on: one that takes them meets the same fault again, and never ends."""


def templated(kind: Kind, name: str) -> Kind:
    """A template whose text, where it has no variables, must be one of `kind`."""

    def parse(text: str) -> Template:
        template: Template = TEMPLATE.parse(text.strip())
        if not template.names:
            kind.parse(text)
        return template

    return Kind(name, parse)


def available(compiles: Callable[[str], Filter]) -> Callable[[str], Filter]:
    """The same for configurations: what AMPS can do and this version cannot is told as that, and stands for "true"."""

    def parse(text: str) -> Filter:
        try:
            return compiles(text)
        except NotAvailableError as error:
            remedy = "Write the expression without it."
            raise NotRunningError(str(error), remedy, compiles("1 = 1")) from error

    return parse


def _variable(text: str) -> str:
    name = text.strip()
    if name.startswith("{{") and name.endswith("}}"):
        raise ValueError(f"{name!r} would be filled in: write the variable's name alone, {name.strip('{} ')}")
    if _NAME.match(name) is None:
        raise ValueError(f"{name!r} is not the name of a variable: write letters, digits and _")
    return name


def _percent(text: str) -> None:
    if _PERCENT.match(text.strip()) is None or int(text.strip().rstrip("% ")) > 100:
        raise ValueError(f"{text.strip()!r} is not a percentage: write a number from 0 to 100 and %, such as 90%")


def _signal(text: str) -> str:
    """The signal's name; of several that it has, always the same one."""
    name = text.strip().upper()
    if name in _SIGNALS:
        return _ALIASES.get(name, name)
    if found := _REAL_TIME.match(name):
        end, number = found.group(1) or found.group(3), int(found.group(2) or found.group(4))
        if number <= _REAL_TIME_MAX:
            return f"{end}{'+' if end == 'SIGRTMIN' else '-'}{number}" if number else end
    if name in _NOBODYS:
        raise ValueError(f"no process can take {name}: use another signal, such as SIGUSR1")
    if name in _FAULTS:
        raise ValueError(f"{name} says that the process itself is broken: use another signal, such as SIGUSR1")
    if name.startswith("SIGRT"):
        raise ValueError(
            f"{text.strip()!r} is not a signal: write SIGRTMIN, SIGRTMIN+n, SIGRTMAX or SIGRTMAX-n,"
            f" n being at most {_REAL_TIME_MAX}"
        )
    ends = [one.removeprefix("SIG") for one in _SIGNALS]
    near = difflib.get_close_matches(name.removeprefix("SIG"), ends, n=1, cutoff=0.7)
    meant = f"did you mean SIG{near[0]}?" if near else "write its name, such as SIGUSR1"
    raise ValueError(f"{text.strip()!r} is not a signal: {meant}")


def _text(text: str) -> str:
    if not text.strip():
        raise ValueError("the text is empty")
    return text.strip()


@dataclass(frozen=True, slots=True)
class Assignment:
    """`NAME=right`: a variable, and what is put into it or, for a translation, what becomes of a value."""

    left: str
    right: str

    def __str__(self) -> str:
        return f"{self.left}={self.right}"


@dataclass(frozen=True, slots=True)
class Extraction:
    """`VARIABLE=expression`: a variable, and what is put into it."""

    variable: str
    expression: Expression

    def __str__(self) -> str:
        return f"{self.variable}={self.expression.text}"


def _extraction(text: str) -> Extraction:
    left, equals, right = text.partition("=")
    if not equals:
        raise ValueError(f"{text.strip()!r} has no =: write VARIABLE=expression")
    variable, expression = _variable(left), right.strip()
    try:
        return Extraction(variable, compile_expression(expression))
    except NotAvailableError as error:
        remedy = "Write the expression without it."
        raise NotRunningError(str(error), remedy, Extraction(variable, compile_expression("NULL"))) from error
    except ExpressionError as error:
        raise ValueError(f"{expression!r} is not an expression: {error}") from error


class CommandLine:
    """A command as it is written. Without a shell, `direct` runs it; `fault` says why that cannot be. `in_shell` is the
    same in a shell, None where a variable stands where it could be more than a word (`shell_fault`)."""

    __slots__ = ("direct", "fault", "in_shell", "shell_fault", "text")

    def __init__(self, text: str) -> None:
        self.text = text.strip()
        if not self.text:
            raise ValueError("the command is empty")
        self.direct, self.fault = _command(self.text, in_shell=False)
        self.in_shell, self.shell_fault = _command(self.text, in_shell=True)
        if self.direct is None and self.in_shell is None:
            raise ValueError(self.shell_fault)

    @property
    def names(self) -> tuple[str, ...]:
        """The variables it uses."""
        command = self.direct or self.in_shell
        return () if command is None else command.names

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CommandLine) and other.text == self.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __str__(self) -> str:
        return self.text


def _command(text: str, in_shell: bool) -> tuple[Command | None, str]:
    try:
        return parse_command(text, in_shell), ""
    except ValueError as error:
        return None, str(error)


def _pair(check: Callable[[str], Any], example: str) -> Callable[[str], Assignment]:
    def parse(text: str) -> Assignment:
        left, equals, right = text.partition("=")
        if not equals:
            raise ValueError(f"{text.strip()!r} has no =: write {example}")
        return Assignment(str(check(left)), right.strip())

    return parse


VARIABLE = Kind("name of a variable", _variable, pattern=rf"\s*{NAME}\s*")
EVENT = Kind("name of an event", _text, pattern=r"[\s\S]*\S[\s\S]*")
SIGNAL = Kind("signal", _signal, pattern=r"\s*[Ss][Ii][Gg][A-Za-z0-9]+([+\-][0-9]+)?\s*")
SCHEDULE = Kind("schedule: an interval, HH:MM[Z] or Weekday at HH:MM[Z]", parse_schedule, pattern=r"[\s\S]*\S[\s\S]*")
INTERVAL_TEXT = templated(INTERVAL, "interval, may hold {{VARIABLES}}")
COUNT_TEXT = templated(COUNT, "whole number, may hold {{VARIABLES}}")
PERCENT_TEXT = templated(Kind("percentage", _percent), "percentage, may hold {{VARIABLES}}")
TEXT_TEXT = templated(Kind("text", _text), "text, may hold {{VARIABLES}}")
EXTRACTION = Kind("VARIABLE=expression", _extraction, pattern=r"[^=]*=[\s\S]*", fault="expression")
FILE_PATTERN = Kind("shell pattern of files, may hold {{VARIABLES}}", parse_file_pattern)
CONDITION = Kind("expression with {{VARIABLES}}", available(compile_condition), fault="expression")
COMMAND_LINE = Kind("command, may hold {{VARIABLES}}", CommandLine)
TRANSLATION = Kind("original=translated", _pair(str.strip, "original=translated"), pattern=r"[^=]*=[\s\S]*")
