"""Functions of regular expressions (User Guide, Replacing Text in Strings)."""

from functools import lru_cache

from ampsd import limits
from ampsd.expressions.functions.function import Function
from ampsd.expressions.regex import Regex, compile_regex
from ampsd.expressions.values import text_of
from ampsd.message_types.message_type import Value


@lru_cache(maxsize=256)
def _regex(pattern: bytes) -> Regex | None:
    try:
        return compile_regex(pattern)
    except ValueError:
        return None  # a pattern out of a message; literal ones are checked when the expression is read


def _pattern(value: Value) -> Regex | None:
    text = text_of(value)
    return None if text is None else _regex(text)


def _matched(text: Value, pattern: Value) -> Value:
    regex = _pattern(pattern)
    span = None if regex is None else regex.find(text_of(text) or b"")
    return None if span is None else (text_of(text) or b"")[span[0] : span[1]] or None


def _replaced(text: Value, pattern: Value, new: Value) -> Value:
    """The replacement is a text: it names no groups."""
    whole, regex, put = text_of(text), _pattern(pattern), text_of(new) or b""
    if whole is None or regex is None:
        return None
    pieces: list[bytes] = []
    kept_from = search_from = 0
    for _ in range(limits.EXPRESSION_REPLACEMENTS_MAX):
        span = regex.find(whole, search_from, share=limits.EXPRESSION_REPLACEMENTS_MAX if pieces else 1)
        if span is None:
            break
        pieces += [whole[kept_from : span[0]], put]
        kept_from = span[1]
        search_from = max(span[1], span[0] + 1) if span[1] == span[0] else span[1]
        if search_from > len(whole):
            break
    pieces.append(whole[kept_from:])
    return None if sum(map(len, pieces)) > limits.EXPRESSION_TEXT_MAX else b"".join(pieces) or None


FUNCTIONS = (
    Function(
        "REGEXP_REPLACE",
        3,
        3,
        _replaced,
        "The first text with all that the pattern finds replaced by the third.",
        takes_null=True,
        pattern=1,
        weight=20,
    ),
    Function(
        "REGEXP_MATCH", 2, 2, _matched, "The first part of the text that the pattern finds.", pattern=1, weight=20
    ),
)
