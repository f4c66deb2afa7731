"""Filter text to tokens (User Guide, AMPS Expressions).

Positions count characters of the text from 0. White space separates; `/` and `-` may belong to names, so the
arithmetic operators need white space around them.
"""

import re
from enum import Enum

from ampsd import limits

VARIABLE = re.compile(r"\{\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}\}|<<\s*([A-Za-z_][A-Za-z0-9_]*)\s*>>")
"""A context variable, where an expression may have them."""

_SPACE = re.compile(r"\s*")
_IDENTIFIER = re.compile(r"/@?[\w.:\-]+(?:/@?[\w.:\-]+)*")
_BRACKETED = re.compile(r"\[(/[^\[\]]+)\]")
_SOURCE = re.compile(r"(?:\[[^\[\]]+\]\.){1,2}(?=[\[/])")
_SUBSCRIPT = re.compile(r"\[\s*([0-9]{1,18})\s*\]")
_STRING = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"", re.DOTALL)
_RAW_STRING = re.compile(r"[rR](?:'[^']*'|\"[^\"]*\")")
_FLOAT = re.compile(r"(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[0-9]+[eE][+-]?[0-9]+")
_INTEGER = re.compile(r"[0-9]+")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OPERATOR = re.compile(r"==|!=|<>|<=|>=|[=<>()+\-*/%,]")
_NAME_CHARACTER = re.compile(r"[\w.]")
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|([0-3][0-7]{2})|(.))", re.DOTALL)

_ESCAPES = {"a": b"\a", "b": b"\b", "t": b"\t", "n": b"\n", "f": b"\f", "r": b"\r"}
_UNSIGNED_MAX = 2**64 - 1


class ExpressionError(ValueError):
    """The text is no expression of ours. `position` counts characters from 0; `message` is a sentence."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(f"{message}, at character {position + 1}")
        self.message = message
        self.position = position


class NotAvailableError(ExpressionError):
    """The text is an expression of AMPS, but uses what this version cannot do."""


class TokenKind(Enum):
    """What a token is; `value` of a token depends on it."""

    IDENTIFIER = "a field"
    STRING = "a string"
    NUMBER = "a number"
    WORD = "a word"
    OPERATOR = "an operator"
    VARIABLE = "a variable"
    END = "the end of the expression"


Part = bytes | str
"""A part of a string: bytes are themselves, a str is the name of a variable."""


class Token:
    """A token and where it starts. `text` is as written, without the quotes of a string; words are in upper case.

    Of a field, `text` is its path alone, and `path` has the topic in front of it where one is named.
    """

    __slots__ = ("index", "is_raw", "kind", "number", "parts", "path", "position", "text")

    def __init__(self, kind: TokenKind, position: int, text: str) -> None:
        self.kind = kind
        self.position = position
        self.text = self.path = text
        self.index: int | None = None
        self.is_raw = False
        self.number: int | float = 0
        self.parts: tuple[Part, ...] = ()

    def is_operator(self, text: str) -> bool:
        """Whether this is the operator or bracket `text`."""
        return self.kind is TokenKind.OPERATOR and self.text == text

    def is_word(self, *words: str) -> bool:
        """Whether this is one of the key words, given in upper case."""
        return self.kind is TokenKind.WORD and self.text in words

    def __str__(self) -> str:
        return self.kind.value if self.kind is TokenKind.END else repr(self.text)


def tokens(text: str, *, has_variables: bool = False, is_projection: bool = False) -> list[Token]:
    """All tokens of `text`, the last one of kind END. `has_variables` admits `{{NAME}}` in and outside strings,
    `is_projection` a topic in front of a field.

    Raises ExpressionError.
    """
    try:
        size = len(_encoded(text))
    except UnicodeEncodeError as error:
        raise ExpressionError("the expression has half a character", error.start) from error
    if size > limits.EXPRESSION_LENGTH_MAX:
        raise ExpressionError(f"the expression is longer than {limits.EXPRESSION_LENGTH_MAX} bytes", 0)
    found: list[Token] = []
    position = 0
    while True:
        position = _end(_SPACE.match(text, position), position)
        if position == len(text):
            found.append(Token(TokenKind.END, position, ""))
            return found
        token, position = _token(text, position, has_variables, is_projection)
        found.append(token)


def _end(match: re.Match[str] | None, otherwise: int) -> int:
    return match.end() if match else otherwise


def _token(text: str, position: int, has_variables: bool, is_projection: bool) -> tuple[Token, int]:
    """The token at `position` and where the next one may start."""
    first = text[position]
    if has_variables and (variable := VARIABLE.match(text, position)):
        return Token(TokenKind.VARIABLE, position, variable.group(1) or variable.group(2)), variable.end()
    if first == "[" or (first == "/" and _IDENTIFIER.match(text, position)):
        return _identifier(text, position, is_projection)
    if first in "'\"" or _RAW_STRING.match(text, position):
        return _string(text, position, has_variables)
    if number := _FLOAT.match(text, position) or _INTEGER.match(text, position):
        return _number(text, number)
    if word := _WORD.match(text, position):
        return Token(TokenKind.WORD, position, word.group().upper()), word.end()
    if operator := _OPERATOR.match(text, position):
        return Token(TokenKind.OPERATOR, position, operator.group()), operator.end()
    raise ExpressionError(f"{first!r} means nothing in an expression", position)


def _identifier(text: str, position: int, is_projection: bool) -> tuple[Token, int]:
    start = position
    source = _SOURCE.match(text, position)
    if source is not None:
        if not is_projection:
            raise ExpressionError("the topic of a field can be named in projections only", position)
        start = source.end()
    if text[start] == "[":
        match = _BRACKETED.match(text, start)
        if match is None:
            raise ExpressionError("expected a field in brackets such as [/First name]", start)
        path = match.group(1)
    else:
        match = _IDENTIFIER.match(text, start)
        if match is None:
            raise ExpressionError("expected the path of a field such as /name", start)
        path = match.group()
    token = Token(TokenKind.IDENTIFIER, position, path)
    if source is not None:
        token.path = source.group() + path
    end = match.end()
    if subscript := _SUBSCRIPT.match(text, end):
        token.index = int(subscript.group(1))
        end = subscript.end()
        if text.startswith("/", end) and _IDENTIFIER.match(text, end):
            raise ExpressionError("a subscript must come last", end)
    return token, end


def _number(text: str, match: re.Match[str]) -> tuple[Token, int]:
    position, end = match.span()
    if _NAME_CHARACTER.match(text, end):
        raise ExpressionError(f"{text[position : end + 1]!r} is not a number", position)
    token = Token(TokenKind.NUMBER, position, match.group())
    if match.re is _FLOAT:
        token.number = float(match.group())
    elif len(match.group()) > len(str(_UNSIGNED_MAX)) or int(match.group()) > _UNSIGNED_MAX:
        raise ExpressionError("the integer does not fit in 64 bits", position)
    else:
        token.number = int(match.group())
    return token, end


def _string(text: str, position: int, has_variables: bool) -> tuple[Token, int]:
    raw = _RAW_STRING.match(text, position)
    match = raw or _STRING.match(text, position)
    if match is None:
        raise ExpressionError("the string has no closing quote", position)
    start = position + (2 if raw else 1)
    token = Token(TokenKind.STRING, position, text[start : match.end() - 1])
    token.is_raw = raw is not None
    token.parts = _parts(token.text, start, token.is_raw, has_variables)
    return token, match.end()


def _parts(body: str, offset: int, is_raw: bool, has_variables: bool) -> tuple[Part, ...]:
    """What a string consists of. Adjacent bytes are one part; an empty string has none."""
    plain = _encoded if is_raw else _unescaped
    if not has_variables:
        return (plain(body),) if body else ()
    parts: list[Part] = []
    start = 0
    for variable in VARIABLE.finditer(body):
        _append_text(parts, body[start : variable.start()], offset + start, is_raw)
        parts.append(variable.group(1) or variable.group(2))
        start = variable.end()
    _append_text(parts, body[start:], offset + start, is_raw)
    return tuple(parts)


def _append_text(parts: list[Part], text: str, offset: int, is_raw: bool) -> None:
    opening = text.find("{{")
    if opening >= 0:
        raise ExpressionError("expected a variable such as {{NAME}}", offset + opening)
    if text:
        parts.append(_encoded(text) if is_raw else _unescaped(text))


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _unescaped(text: str) -> bytes:
    """The bytes of a string: its escapes may produce any byte, whatever the encoding."""
    if "\\" not in text:
        return _encoded(text)
    pieces: list[bytes] = []
    start = 0
    for escape in _ESCAPE.finditer(text):
        pieces.append(_encoded(text[start : escape.start()]))
        hexadecimal, octal, other = escape.groups()
        if hexadecimal is not None:
            pieces.append(bytes([int(hexadecimal, 16)]))
        elif octal is not None:
            pieces.append(bytes([int(octal, 8)]))
        else:
            pieces.append(_ESCAPES.get(other) or _encoded(other))
        start = escape.end()
    pieces.append(_encoded(text[start:]))
    return b"".join(pieces)
