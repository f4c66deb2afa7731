"""A step that did not go as the test says, told so that a person sees the difference."""

import difflib
import json
from collections.abc import Sequence

SHOWN_MAX = 60
"""Lines of a difference that are shown."""
_WIDTH = 100


class Mismatch(Exception):  # noqa: N818 - named for what happened
    """What was expected is not what there is. `lines` show the difference, where a sentence is not enough."""

    def __init__(self, sentence: str, lines: Sequence[str] = ()) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.lines = tuple(lines)
        self.line = 0
        """Where in the file; 0 where the step itself is meant."""


def is_same(expected: object, got: object) -> bool:
    """Whether two values are the same JSON: 1 is 1.0, but true is not 1, and the order of keys does not count."""
    if isinstance(expected, dict) and isinstance(got, dict):
        return expected.keys() == got.keys() and all(is_same(expected[key], got[key]) for key in expected)
    if isinstance(expected, list) and isinstance(got, list):
        return len(expected) == len(got) and all(map(is_same, expected, got))
    if isinstance(expected, bool) or isinstance(got, bool):
        return expected is got
    return expected == got


def is_like(expected: object, got: object) -> bool:
    """Whether everything expected is there; objects may have more fields."""
    if isinstance(expected, dict) and isinstance(got, dict):
        return all(key in got and is_like(value, got[key]) for key, value in expected.items())
    if isinstance(expected, list) and isinstance(got, list):
        return len(expected) == len(got) and all(map(is_like, expected, got))
    return is_same(expected, got)


def only_asked(expected: object, got: object) -> object:
    """What was got without the fields that were not asked for, so that the rest can be compared by eye."""
    if isinstance(expected, dict) and isinstance(got, dict):
        return {key: only_asked(expected[key], value) for key, value in got.items() if key in expected}
    if isinstance(expected, list) and isinstance(got, list) and len(expected) == len(got):
        return list(map(only_asked, expected, got))
    return got


def json_text(value: object, indent: int | None = None) -> str:
    """A value as JSON, keys sorted."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=indent)


def message_value(body: str) -> object:
    """The JSON that a body is, or the body itself where it is none."""
    try:
        return json.loads(body)
    except ValueError:
        return body
    except RecursionError:
        return body


def is_message(expected: object, body: str, *, like: bool = False) -> bool:
    """Whether a body is what was expected: the same text, or the same JSON."""
    if isinstance(expected, str) and expected == body:
        return True
    got = message_value(body)
    wanted = message_value(expected) if isinstance(expected, str) else expected
    return (is_like if like else is_same)(wanted, got)


def difference(expected: Sequence[object], got: Sequence[object]) -> list[str]:
    """Two lists, line by line: `-` is missing, `+` was not expected. Short when both are one short value."""
    if len(expected) == 1 and len(got) == 1:
        short = [json_text(expected[0]), json_text(got[0])]
        if max(map(len, short)) <= _WIDTH and not isinstance(expected[0], dict | list):
            return [f"expected {short[0]}", f"got      {short[1]}"]
    left = [line for one in expected for line in _lines(one)]
    right = [line for one in got for line in _lines(one)]
    found = list(difflib.unified_diff(left, right, "expected", "got", n=3, lineterm=""))
    shown = [line for line in found if not line.startswith("@@")]
    if len(shown) > SHOWN_MAX:
        shown = [*shown[:SHOWN_MAX], f"... {len(shown) - SHOWN_MAX} more lines"]
    return shown


def _lines(value: object) -> list[str]:
    value = message_value(value) if isinstance(value, str) else value
    if isinstance(value, str):
        return value.split("\n")
    short = json_text(value)
    return [short] if len(short) <= _WIDTH // 2 else json_text(value, indent=2).split("\n")
