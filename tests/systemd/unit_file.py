"""Unit files as systemd reads them, for tests on machines without systemd."""

from pathlib import Path

FOLDER = Path(__file__).parent.parent.parent / "systemd"
SERVICES = ("ampsd.service", "ampsd@.service")
SOCKETS = ("ampsd.socket", "ampsd@.socket")

Unit = dict[str, dict[str, list[str]]]
"""Sections, their options, the values in the order of the file."""


def parse(text: str) -> Unit:
    """Raises ValueError for what systemd would ignore with a warning, or read otherwise than it looks."""
    unit: Unit = {}
    section: dict[str, list[str]] | None = None
    for number, line in enumerate(text.splitlines(), 1):
        if not line or line[0] in "#;":
            continue
        if line[0] == "[" and line[-1] == "]":
            section = unit.setdefault(line[1:-1], {})
            continue
        name, equals, value = line.partition("=")
        if section is None or not equals or not name.isalnum() or value != value.strip() or value.endswith("\\"):
            raise ValueError(f"line {number}: {line}")
        section.setdefault(name, []).append(value)
    return unit


def read(name: str) -> Unit:
    return parse((FOLDER / name).read_text())


def only(unit: Unit, section: str, name: str) -> str:
    """The value of an option that is there once."""
    [value] = unit[section][name]
    return value


def seconds(text: str) -> float:
    for suffix, factor in (("min", 60), ("s", 1), ("", 1)):
        if suffix and text.endswith(suffix):
            return float(text.removesuffix(suffix)) * factor
    return float(text)
