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
    """The JSON that a body is; the body itself where it is none, or a JSON text, whose quotes are a part of it."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return body
    return body if isinstance(value, str) else value


def _meant(expected: object) -> object:
    """What a test means: a text is JSON only where it begins an object or an array."""
    if isinstance(expected, str) and expected.lstrip().startswith(("{", "[")):
        return message_value(expected)
    return expected


def is_message(expected: object, body: str, *, like: bool = False) -> bool:
    """Whether a body is what was expected: the same text, or the same JSON."""
    wanted = _meant(expected)
    if isinstance(wanted, str):
        return wanted == body
    return expected == body or (is_like if like else is_same)(wanted, message_value(body))


def difference(expected: Sequence[object], got: Sequence[object]) -> list[str]:
    """Two lists, line by line: `-` is missing, `+` was not expected. Short when both are one short value."""
    if len(expected) == 1 and len(got) == 1:
        short = [json_text(expected[0]), json_text(got[0])]
        if max(map(len, short)) <= _WIDTH and not isinstance(expected[0], dict | list):
            return [f"expected {short[0]}", f"got      {short[1]}"]
    left = [line for one in expected for line in _lines(one)]
    right = [line for one in got for line in _lines(one)]
    if left == right:  # a text and a number, or line breaks: as JSON they look different
        left, right = [json_text(one) for one in expected], [json_text(one) for one in got]
    found = list(difflib.unified_diff(left, right, "expected", "got", n=3, lineterm=""))
    shown = [line for line in found if not line.startswith("@@")]
    if len(shown) > SHOWN_MAX:
        shown = [*shown[:SHOWN_MAX], f"... {len(shown) - SHOWN_MAX} more lines"]
    return shown


def _lines(value: object) -> list[str]:
    value = _meant(value)
    if isinstance(value, str):
        return value.split("\n")
    short = json_text(value)
    return [short] if len(short) <= _WIDTH // 2 else json_text(value, indent=2).split("\n")
