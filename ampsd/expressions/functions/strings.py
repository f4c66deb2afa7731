"""Functions of texts: byte by byte, places counted from 1."""

from ampsd import limits
from ampsd.expressions.functions.function import ANY_NUMBER, Function
from ampsd.expressions.values import number_of, text_of
from ampsd.message_types.message_type import Value

_BEYOND = 1 << 62
"""Farther than any text reaches."""


def _text(value: Value) -> bytes:
    return text_of(value) or b""


def _whole(value: Value) -> int | None:
    """A value as a place or a length; None when it is no number. One beyond every text is as good as a larger one."""
    number = number_of(value)
    if number is None or number != number:
        return None
    return int(max(-_BEYOND, min(_BEYOND, number)))


def _kept(text: bytes) -> bytes | None:
    """A result; the empty text is NULL."""
    return text or None


def _concat(*values: Value) -> Value:
    texts = [_text(value) for value in values]
    return None if sum(map(len, texts)) > limits.EXPRESSION_TEXT_MAX else _kept(b"".join(texts))


def _replace(text: Value, find: Value, new: Value) -> Value:
    whole, old, with_ = _text(text), _text(find), _text(new)
    if not old:
        return _kept(whole)
    size = len(whole) + whole.count(old) * (len(with_) - len(old))
    return None if size > limits.EXPRESSION_TEXT_MAX else _kept(whole.replace(old, with_))


def _substr(text: Value, start: Value, length: Value = None) -> Value:
    """From `start`, counted from 1 or, when negative, from the end; what lies before the text is its beginning."""
    whole, first = _text(text), _whole(start)
    if first is None:
        return None
    begin = max(0, len(whole) + first) if first < 0 else max(0, first - 1)
    if length is None:
        return _kept(whole[begin:])
    count = _whole(length)
    return None if count is None or count <= 0 else _kept(whole[begin : begin + count])


def _left(text: Value, count: Value) -> Value:
    number = _whole(count)
    return None if number is None or number <= 0 else _kept(_text(text)[:number])


def _right(text: Value, count: Value) -> Value:
    number = _whole(count)
    return None if number is None or number <= 0 else _kept(_text(text)[-number:])


def _characters(characters: Value) -> bytes:
    return b" " if characters is None else _text(characters)


FUNCTIONS = (
    Function(
        "INSTR",
        2,
        2,
        lambda s, sub: _text(s).find(_text(sub)) + 1,
        "Place of the second text in the first, or 0.",
    ),
    Function(
        "INSTR_I",
        2,
        2,
        lambda s, sub: _text(s).lower().find(_text(sub).lower()) + 1,
        "Place of the second text in the first, in any case; 0 for none.",
    ),
    Function(
        "STREQUAL_I",
        2,
        2,
        lambda s, other: int(_text(s).lower() == _text(other).lower()),
        "1 when two texts are equal in any case, otherwise 0.",
    ),
    Function("LENGTH", 1, 1, lambda s: len(_text(s)), "Length in bytes."),
    Function("CONCAT", 1, ANY_NUMBER, _concat, "The texts one after the other; NULL is left out.", takes_null=True),
    Function("UPPER", 1, 1, lambda s: _kept(_text(s).upper()), "The text in capital letters; ASCII only."),
    Function("LOWER", 1, 1, lambda s: _kept(_text(s).lower()), "The text in small letters; ASCII only."),
    Function("REPLACE", 3, 3, _replace, "The first text with every second one replaced by the third.", takes_null=True),
    Function("SUBSTR", 2, 3, _substr, "Part of a text, from a place on, of a length."),
    Function("LEFT", 2, 2, _left, "So many bytes of the beginning."),
    Function("RIGHT", 2, 2, _right, "So many bytes of the end."),
    Function(
        "TRIM",
        1,
        2,
        lambda s, chars=None: _kept(_text(s).strip(_characters(chars))),
        "The text without certain characters at both ends; blanks, unless others are named.",
    ),
    Function(
        "LTRIM",
        1,
        2,
        lambda s, chars=None: _kept(_text(s).lstrip(_characters(chars))),
        "The text without certain characters at its beginning.",
    ),
    Function(
        "RTRIM",
        1,
        2,
        lambda s, chars=None: _kept(_text(s).rstrip(_characters(chars))),
        "The text without certain characters at its end.",
    ),
    Function("REVERSE", 1, 1, lambda s: _kept(_text(s)[::-1]), "The bytes of the text from its end."),
)
