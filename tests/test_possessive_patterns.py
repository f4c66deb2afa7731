"""What Python 3.11.0 to 3.11.4 gets wrong, and Debian 12 has: a group with a choice in it, repeated possessively, never
matches. As an atomic group it does, on every version, with as little memory.
"""

import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from re import _constants, _parser  # type: ignore[attr-defined]

import pytest

from ampsd.message_types.tag_value import TagValue

ROOT = Path(__file__).parent.parent
FILES = sorted(path for path in (ROOT / "ampsd").rglob("*.py") if "re.compile(" in path.read_text())
NOT_AFFECTED = (
    _constants.ATOMIC_GROUP,
    _constants.IN,
    _constants.LITERAL,
    _constants.NOT_LITERAL,
    _constants.ANY,
    _constants.ANY_ALL,
)


def wrong_parts(pattern: "re.Pattern[str] | re.Pattern[bytes]") -> Iterator[object]:
    """Groups that are repeated possessively and are not atomic."""
    waiting = [_parser.parse(pattern.pattern, pattern.flags & ~re.UNICODE)]
    while waiting:
        one = waiting.pop()
        if isinstance(one, _parser.SubPattern):
            for operation, argument in one:
                if operation is _constants.POSSESSIVE_REPEAT:
                    _, _, body = argument
                    if len(body) != 1 or body[0][0] not in NOT_AFFECTED:
                        yield body
                waiting.append(argument)
        elif isinstance(one, tuple | list):
            waiting += one


def patterns_of(path: Path) -> list["re.Pattern[str] | re.Pattern[bytes]"]:
    module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    return [value for value in vars(module).values() if isinstance(value, re.Pattern)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_possessive_groups_are_atomic(path: Path) -> None:
    for pattern in patterns_of(path):
        for part in wrong_parts(pattern):
            pytest.fail(f"{pattern.pattern!r}: write (?>...) for the group that is repeated possessively: {part}")


@pytest.mark.parametrize("is_numeric", [True, False])
def test_so_are_those_of_fix(is_numeric: bool) -> None:
    assert not list(wrong_parts(TagValue("fix", is_numeric=is_numeric)._form))


@pytest.mark.parametrize(
    ("pattern", "number"), [(r"(?:ab|c)*+", 1), (r"x(?:y(?:a|bc)?+)", 1), (r"(?>a|bc)*+[a-z]++a?+", 0)]
)
def test_the_wrong_ones_are_seen(pattern: str, number: int) -> None:
    assert len(list(wrong_parts(re.compile(pattern)))) == number
