"""Filter text to tokens (User Guide, AMPS Expressions).

Positions count characters of the text from 0. White space separates; `/` and `-` may belong to names, so the
arithmetic operators need white space around them.
"""

import re
from enum import Enum

from ampsd import limits

VARIABLE = re.compile(r"\{\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}\}|<<\s*([A-Za-z_][A-Za-z0-9_]*)\s*>>")
"""A context variable, where an expression may have them."""

_IDENTIFIER = re.compile(r"/@?[\w.:\-]++(?>/@?+[\w.:\-]++)*+")
_BRACKETED = re.compile(r"\[(/[^\[\]]+)\]")
_SOURCE = re.compile(r"(?:\[[^\[\]]+\]\.){1,2}(?=[\[/])")
_SUBSCRIPT = re.compile(r"\[\s*([0-9]{1,19})\s*\]")
_TOKEN = re.compile(
    r"""\s*+(?:
    (?P<raw> [rR](?:'[^']*'|"[^"]*") )
    | (?P<word> [A-Za-z_][A-Za-z0-9_]* )
    | (?P<identifier> \[ | /@?[\w.:\-]++ )
    | (?P<string> '[^'\\]*+(?>\\.[^'\\]*+)*+' | "[^"\\]*+(?>\\.[^"\\]*+)*+" )
    | (?P<double> (?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)? | [0-9]+[eE][+-]?[0-9]+ )
    | (?P<integer> [0-9]+ )
    | (?P<operator> ==|!=|<>|<=|>=|[=<>()+\-*/%,] )
    )""",
    re.DOTALL | re.VERBOSE,
)
_SPACE = re.compile(r"\s*")
_PLAIN_LITERAL = r"'[^'\\{<]*'|\"[^\"\\{<]*\"|[0-9]{1,18}(?![\w.])"
_LITERALS = re.compile(rf"\s*\(\s*(?:{_PLAIN_LITERAL})(?>\s*,\s*(?:{_PLAIN_LITERAL}))*+\s*\)")
_PLAIN_LITERALS = re.compile(_PLAIN_LITERAL)
"""A list of literals without escapes and variables: there may be thousands, so it is read at once."""
_NAME_CHARACTER = re.compile(r"[\w.]")
_ESCAPE = re.compile(rb"\\(?:x[0-9a-fA-F]{2}|[0-3][0-7]{2}|.)", re.DOTALL)

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
    LITERALS = "a list of values"
    END = "the end of the expression"


Part = bytes | str
"""A part of a string: bytes are themselves, a str is the name of a variable."""


class Token:
    """A token and where it starts. `text` is as written, without the quotes of a string; words are in upper case.

    Of a field, `text` is its path alone, and `path` has the topic in front of it where one is named.
    """

    __slots__ = ("index", "is_raw", "kind", "literals", "number", "parts", "path", "position", "text")

    def __init__(self, kind: TokenKind, position: int, text: str) -> None:
        self.kind = kind
        self.position = position
        self.text = self.path = text
        self.index: int | None = None
        self.is_raw = False
        self.number: int | float = 0
        self.parts: tuple[Part, ...] = ()
        self.literals: tuple[int | bytes | None, ...] = ()

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
        if len(found) > limits.EXPRESSION_TOKENS_MAX:
            message = f"the expression has more than {limits.EXPRESSION_TOKENS_MAX} words; write values as IN (...)"
            raise ExpressionError(message, position)
        match = _TOKEN.match(text, position)
        if has_variables and (variable := _variable(text, position)):
            token, position = variable
        elif match is None:
            start = _end(_SPACE.match(text, position), position)
            if start == len(text):
                found.append(Token(TokenKind.END, start, ""))
                return found
            raise _meaningless(text, start)
        else:
            token, position = _token(text, match, has_variables, is_projection)
        found.append(token)
        if token.kind is TokenKind.WORD and token.text in _BEFORE_LISTS and (list_ := _LITERALS.match(text, position)):
            found.append(_literals(text, list_))
            position = list_.end()


_BEFORE_LISTS = frozenset(("IN", "WITH"))


def _end(match: re.Match[str] | None, otherwise: int) -> int:
    return match.end() if match else otherwise


def _variable(text: str, position: int) -> tuple[Token, int] | None:
    """The variable at `position`, and where it ends; None where there is none."""
    start = _end(_SPACE.match(text, position), position)
    variable = VARIABLE.match(text, start)
    if variable is None:
        return None
    return Token(TokenKind.VARIABLE, start, variable.group(1) or variable.group(2)), variable.end()


def _meaningless(text: str, position: int) -> ExpressionError:
    if text[position] in "'\"":
        return ExpressionError("the string has no closing quote", position)
    return ExpressionError(f"{text[position]!r} means nothing in an expression", position)


def _literals(text: str, match: re.Match[str]) -> Token:
    start = text.index("(", match.start())
    token = Token(TokenKind.LITERALS, start, text[start : match.end()])
    token.literals = tuple(
        int(one) if one[0] not in "'\"" else _encoded(one[1:-1]) or None
        for one in _PLAIN_LITERALS.findall(text, start, match.end())
    )
    return token


def _token(text: str, match: re.Match[str], has_variables: bool, is_projection: bool) -> tuple[Token, int]:
    """The token that was found, and where the next one may start."""
    kind = match.lastgroup
    position, end = match.span(match.lastindex or 0)
    if kind == "word":
        if text[position] in "rR" and end < len(text) and text[end] in "'\"" and end == position + 1:
            raise ExpressionError("the string has no closing quote", end)
        return Token(TokenKind.WORD, position, text[position:end].upper()), end
    if kind == "operator":
        return Token(TokenKind.OPERATOR, position, text[position:end]), end
    if kind == "identifier":
        return _identifier(text, position, is_projection)
    if kind in ("double", "integer"):
        return _number(text, position, end, is_double=kind == "double")
    return _string(text, position, end, has_variables, is_raw=kind == "raw")


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
        match = _IDENTIFIER.match(text, start, start + limits.EXPRESSION_PATH_MAX + 1)
        if match is None:
            raise ExpressionError("expected the path of a field such as /name", start)
        path = match.group()
    if path.count("/") > limits.EXPRESSION_STEPS_MAX or len(path) > limits.EXPRESSION_PATH_MAX:
        most = f"{limits.EXPRESSION_STEPS_MAX} steps or {limits.EXPRESSION_PATH_MAX} characters"
        raise ExpressionError(f"the path has more than {most}", start)
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


def _number(text: str, position: int, end: int, *, is_double: bool) -> tuple[Token, int]:
    written = text[position:end]
    if _NAME_CHARACTER.match(text, end):
        raise ExpressionError(f"{text[position : end + 1]!r} is not a number", position)
    token = Token(TokenKind.NUMBER, position, written)
    if is_double:
        token.number = float(written)
    elif len(written) > len(str(_UNSIGNED_MAX)) or int(written) > _UNSIGNED_MAX:
        raise ExpressionError("the integer does not fit in 64 bits", position)
    else:
        token.number = int(written)
    return token, end


def _string(text: str, position: int, end: int, has_variables: bool, *, is_raw: bool) -> tuple[Token, int]:
    start = position + (2 if is_raw else 1)
    token = Token(TokenKind.STRING, position, text[start : end - 1])
    token.is_raw = is_raw
    token.parts = _parts(token.text, start, is_raw, has_variables)
    return token, end


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
    return _ESCAPE.sub(_byte_of, _encoded(text))


def _byte_of(escape: "re.Match[bytes]") -> bytes:
    written = escape.group()
    return _BYTES.get(written) or _escaped_byte(written)


def _escaped_byte(written: bytes) -> bytes:
    """What an escape stands for; remembered where it is a byte by number."""
    body = written[1:]
    if len(body) == 3:
        found = bytes([int(body[1:], 16) if body[:1] == b"x" else int(body, 8)])
        _BYTES[written] = found
        return found
    return body


_BYTES: dict[bytes, bytes] = {
    rb"\a": b"\a",
    rb"\b": b"\b",
    rb"\t": b"\t",
    rb"\n": b"\n",
    rb"\f": b"\f",
    rb"\r": b"\r",
}
"""Escapes that are one byte; of those by number there are a few hundred."""
