"""Options filled in with the variables of a firing, as what they must be. All raise StepFailed where they are not."""

from collections.abc import Callable
from typing import Any

from ampsd.actions.file_pattern import FilePatternTemplate
from ampsd.actions.firing import Firing
from ampsd.actions.template import Template
from ampsd.declare import COUNT, INTERVAL
from ampsd.engine.effects import StepFailed
from ampsd.expressions.compile import Filter, VariableError, filled_in
from ampsd.ports import FilePattern

_LENGTH_MAX = 200
"""Longest text of a number or an interval."""


def text_bytes(firing: Firing, template: Template, option: str) -> bytes:
    """A text that is not empty."""
    filled = firing.fill(template).strip()
    if not filled:
        raise StepFailed(f"{option} is empty")
    return filled


def text(firing: Firing, template: Template) -> str:
    """A text, as names are."""
    return firing.fill(template).strip().decode("utf-8", "surrogateescape")


def name(firing: Firing, template: Template | None) -> str | None:
    """A name; None where the option is not there. One that is empty when filled in is a mistake, and means nothing."""
    return None if template is None else text_bytes(firing, template, "the name").decode("utf-8", "surrogateescape")


def interval_ns(firing: Firing, template: Template, option: str) -> int:
    """An interval in nanoseconds."""
    return int(_parsed(INTERVAL.parse, firing, template, option))


def count(firing: Firing, template: Template | None, option: str) -> int | None:
    """A whole number, or none."""
    return None if template is None else int(_parsed(COUNT.parse, firing, template, option))


def percent(firing: Firing, template: Template, option: str) -> float:
    """A percentage, such as 90%."""
    filled = text(firing, template)
    number = filled.removesuffix("%").strip()
    if len(number) > 3 or not number.isascii() or not number.isdigit() or int(number) > 100:
        raise StepFailed(f"{option} is {filled[:100]!r}: write a number from 0 to 100 and %, such as 90%")
    return float(number)


def file_pattern(firing: Firing, template: FilePatternTemplate) -> FilePattern:
    """A pattern of files."""
    try:
        return template.fill(firing.variables)
    except ValueError as error:
        raise StepFailed(f"Pattern: {error}") from error


def condition(firing: Firing, content: Filter) -> Filter:
    """A filter of messages; what a variable holds never changes its shape."""
    try:
        return filled_in(content, {name: firing.value(name) for name in content.variables})
    except VariableError as error:
        raise StepFailed(str(error)) from error


def _parsed(parse: Callable[[str], Any], firing: Firing, template: Template, option: str) -> Any:
    filled = firing.fill(template)
    if len(filled) > _LENGTH_MAX:
        # Its beginning alone could be another value, such as a second of what is a day.
        raise StepFailed(f"{option} is {len(filled)} bytes long, more than {_LENGTH_MAX}")
    try:
        return parse(filled.decode("utf-8", "replace"))
    except ValueError as error:
        raise StepFailed(f"{option}: {error}") from error
