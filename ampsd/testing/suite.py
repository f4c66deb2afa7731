"""A file of tests: its cases, each a dialogue with an instance of its own."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ampsd.declare import Kind, option
from ampsd.testing.declaration import Given, nested, read_given, schema_of
from ampsd.testing.fault import FileFault
from ampsd.testing.kinds import MOMENT, TEXT, Schema, listing, scalar
from ampsd.testing.step import Step
from ampsd.testing.theatre import START
from ampsd.testing.words import PLAY, step_schema
from ampsd.testing.yaml_tree import read_tree

SCHEMA_ID = "https://json-schema.org/draft/2020-12/schema"


def _zone(text: str) -> ZoneInfo:
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"there is no time zone {text!r}") from None


ZONE = scalar(Kind("a time zone", _zone), "a name such as Europe/Berlin", {"type": "string"})


class Case(Given):
    """One case: steps in order, with a fresh instance."""

    name: str = option(TEXT, "What is so, as a sentence.")
    at: datetime | None = option(MOMENT, "When it begins; without it, as the file says.", default=None)
    zone: ZoneInfo | None = option(ZONE, "Local time; without it, as the file says.", default=None)
    steps: tuple[Step, ...] = option(PLAY, "What is done and expected, in order.")

    def check(self) -> str:
        """What is wrong with the options together."""
        if not self.steps:
            return "it has no steps; Write at least one."
        if not self.name.strip():
            return "its name is empty; Write a sentence."
        return ""


class Suite(Given):
    """Unit tests of a configuration, for `ampsd test`."""

    at: datetime = option(MOMENT, "When cases begin; without it at the start of 2026, UTC.", default=START)
    zone: ZoneInfo = option(
        ZONE, "Local time, for schedules and for times without a zone; UTC without it.", default=ZoneInfo("UTC")
    )
    setup: tuple[Step, ...] = option(PLAY, "Steps that every case begins with.", default=())
    cases: tuple[Case, ...] = option(listing(nested(Case, "a case"), may_stand_alone=False), "The cases.")

    def check(self) -> str:
        """What is wrong with the options together."""
        if not self.cases:
            return "`cases` is empty; Write at least one."
        return ""


def read_suite(data: bytes) -> Suite:
    """The suite that a file holds. Raises FileFault."""
    suite: Suite = read_given(Suite, read_tree(data), "a file of tests")
    seen: dict[str, Case] = {}
    for case in suite.cases:
        first = seen.setdefault(case.name, case)
        if first is not case:
            raise FileFault(
                case.line,
                1,
                f"two cases have the name {case.name!r}, the first in line {first.line}",
                "Say what is different.",
            )
    return suite


def json_schema() -> Schema:
    """The JSON schema of files of tests, for editors."""
    title = "Tests of a configuration, for ampsd test"
    return {"$schema": SCHEMA_ID, "title": title, **schema_of(Suite), "$defs": {"step": step_schema()}}


def chosen(cases: Sequence[Case], word: str | None) -> list[Case]:
    """The cases with a word in their names, in any case of letters."""
    return [one for one in cases if word is None or word.lower() in one.name.lower()]
