"""{{VARIABLE}} substitution in action options (User Guide, Automating AMPS With Actions).

`{{NAME}}` and `<<NAME>>` mean the same. What is between the marks may be a name or a name with filters,
`{{NAME|json}}`; anything else, `{% %}` and `{# #}` too, is an error with its position. A single `{` or `}` is text, and
so is `<<` that no name follows; a literal `{{` is written {{AMPS_BYTE_7B}}{{AMPS_BYTE_7B}}.

A template is read once, when the configuration is loaded. Names are joined as bytes. An expression with filters is
parsed by jinja2, whose tree may hold names, filters and constants only, and run in its immutable sandbox. Message data
is a value, never a template: what comes out of a variable is not looked at again.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from jinja2 import nodes
from jinja2.environment import TemplateExpression
from jinja2.exceptions import TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from ampsd import limits
from ampsd.actions.template_filters import ENLARGING, FILTERS, argument_fault, bytes_of, text_of
from ampsd.actions.variables import NAME, constant
from ampsd.declare import Kind

_STRINGS = r"'(?>[^'\\]|\\.)*+'|\"(?>[^\"\\]|\\.)*+\""
_OPENING = re.compile(rf"\{{[{{%#]|<<(?=\s*{NAME}\s*(?:>>|\|))")
_BRACES = re.compile(rf"\{{\{{((?>[^'\"}}]|\}}(?!\}})|{_STRINGS})*+)\}}\}}", re.DOTALL)
_ANGLES = re.compile(rf"<<((?>[^'\">]|>(?!>)|{_STRINGS})*+)>>", re.DOTALL)
_NAME_ONLY = re.compile(rf"\s*({NAME})\s*")
_FILTERS_PER_VALUE_MAX = 10
_ENLARGING_PER_VALUE_MAX = 2
"""A text as JSON within JSON, or base64 within XML, has a use; each further one multiplies the size up to sevenfold."""
_SHOWN_MAX = 60


class OutputTooLargeError(ValueError):
    """A rendered option is larger than the bound."""


def _bounded(name: str) -> Callable[[str], str]:
    """A filter that makes values larger, for those that are not too large already."""

    def bounded(value: str) -> str:
        size = len(bytes_of(value))
        if size > limits.TEMPLATE_OUTPUT_MAX:
            raise OutputTooLargeError(
                f"{name} is given {size} bytes and takes {limits.TEMPLATE_OUTPUT_MAX}: write |trunc(...) before it"
            )
        return FILTERS[name](value)

    return bounded


class _Environment(ImmutableSandboxedEnvironment):
    """jinja2 with nothing in it but our filters."""

    def __init__(self) -> None:
        super().__init__(autoescape=False)
        self.globals.clear()
        self.tests.clear()
        self.filters.clear()
        self.filters.update(FILTERS)
        self.filters.update((name, _bounded(name)) for name in ENLARGING)


_environment = _Environment()


class _Filtered:
    """A variable behind filters."""

    __slots__ = ("_expression", "name")

    def __init__(self, name: str, expression: TemplateExpression) -> None:
        self.name = name
        self._expression = expression

    def render(self, value: bytes) -> bytes:
        """The value, filtered. Raises OutputTooLargeError for one that is too large to be made larger."""
        result: Any = self._expression({self.name: text_of(value)})
        return bytes_of(str(result))


_Piece = bytes | str | _Filtered
"""Text, the name of a variable, or a variable behind filters."""


class Template:
    """A compiled option. `names` are the variables it uses, in order of first use.

    Raises ValueError, with line and column, for what a template may not hold.
    """

    __slots__ = ("_pieces", "names", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._pieces = _pieces_of(text)
        self.names = tuple(dict.fromkeys(filter(None, map(_name_of, self._pieces))))

    def render(self, variables: Mapping[str, bytes]) -> bytes:
        """The text with the variables filled in; undefined ones are empty. Raises OutputTooLargeError.

        The bound is TEMPLATE_OUTPUT_MAX on top of what the variables hold together.
        """
        parts: list[bytes] = []
        size = 0
        for piece in self._pieces:
            part = _render(piece, variables)
            size += len(part)
            # Looked at with every part: the parts of a long option are not all made before it is found too large.
            if size > limits.TEMPLATE_OUTPUT_MAX:
                _check_size(size, variables)
            parts.append(part)
        return b"".join(parts)

    def places(self) -> tuple[tuple[int, int], ...]:
        """Where the variables stand in `text`: start and end of each, marks and filters included."""
        return tuple(closed.span() for closed in _variables_in(self.text))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Template) and other.text == self.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return f"Template({self.text!r})"


def _check_size(size: int, variables: Mapping[str, bytes]) -> None:
    if size > limits.TEMPLATE_OUTPUT_MAX + sum(map(len, variables.values())):
        raise OutputTooLargeError(
            f"the option would be at least {size} bytes, more than its variables and {limits.TEMPLATE_OUTPUT_MAX} bytes"
        )


def _name_of(piece: _Piece) -> str | None:
    if isinstance(piece, _Filtered):
        return piece.name
    return piece if isinstance(piece, str) else None


def _render(piece: _Piece, variables: Mapping[str, bytes]) -> bytes:
    if isinstance(piece, bytes):
        return piece
    if isinstance(piece, str):
        return _value(piece, variables)
    return piece.render(_value(piece.name, variables))


def _value(name: str, variables: Mapping[str, bytes]) -> bytes:
    value = variables.get(name)
    return value if value is not None else constant(name) or b""


def _pieces_of(text: str) -> tuple[_Piece, ...]:
    """Text and variables in turn."""
    pieces: list[_Piece] = []
    start = 0
    for closed in _variables_in(text):
        if closed.start() > start:
            pieces.append(_encoded(text, start, closed.start()))
        pieces.append(_variable(text, closed))
        start = closed.end()
    if start < len(text):
        pieces.append(_encoded(text, start, len(text)))
    return tuple(pieces)


def _variables_in(text: str) -> Iterator[re.Match[str]]:
    """Every variable with its marks. Raises ValueError for what opens and is none."""
    start = 0
    while opening := _OPENING.search(text, start):
        at = opening.start()
        if opening.group() in ("{%", "{#"):
            literal = f"{{{{AMPS_BYTE_7B}}}}{opening.group()[1]}"
            raise fault_at(text, at, f"{opening.group()} starts nothing here; as text it is written {literal}")
        closed = (_ANGLES if opening.group() == "<<" else _BRACES).match(text, at)
        if closed is None:
            raise fault_at(text, at, f"{opening.group()} is not closed")
        yield closed
        start = closed.end()


def _encoded(text: str, start: int, end: int) -> bytes:
    try:
        return bytes_of(text[start:end])
    except UnicodeEncodeError as error:
        raise fault_at(text, start + error.start, "half a character") from error


def _variable(text: str, closed: re.Match[str]) -> _Piece:
    expression = closed.group(1)
    if name := _NAME_ONLY.fullmatch(expression):
        return name.group(1)
    shown = " ".join(closed.group().split())
    if len(shown) > _SHOWN_MAX:
        shown = shown[:_SHOWN_MAX] + "..."
    try:
        tree = _environment.parse(f"{{{{ {expression} }}}}")
        name_of_value = _checked(tree)
        return _Filtered(name_of_value, _environment.compile_expression(expression.strip(), undefined_to_none=False))
    except (TemplateSyntaxError, ValueError, OverflowError, RecursionError) as error:
        raise fault_at(text, closed.start(), f"{shown} cannot be filled in: {error}") from error


def _checked(tree: nodes.Template) -> str:
    """The name that an expression starts from, once its tree is seen to hold nothing else but filters."""
    node: nodes.Node | None = tree
    if len(tree.body) == 1 and isinstance(tree.body[0], nodes.Output) and len(tree.body[0].nodes) == 1:
        node = tree.body[0].nodes[0]
    filters: list[str] = []
    while isinstance(node, nodes.Filter):
        filters.append(node.name)
        if len(filters) > _FILTERS_PER_VALUE_MAX:
            raise ValueError(f"at most {_FILTERS_PER_VALUE_MAX} filters may follow each other")
        _check_filter(node)
        node = node.node
    if sum(one in ENLARGING for one in filters) > _ENLARGING_PER_VALUE_MAX:
        raise ValueError(
            f"at most {_ENLARGING_PER_VALUE_MAX} filters may make the value larger: {', '.join(ENLARGING)}"
        )
    if not isinstance(node, nodes.Name) or not node.name.isascii():
        raise ValueError(f"a name is expected, and after it perhaps filters: {', '.join(FILTERS)}")
    return node.name


def _check_filter(node: nodes.Filter) -> None:
    if node.name not in FILTERS:
        raise ValueError(f"there is no filter {node.name}, only {', '.join(FILTERS)}")
    if node.kwargs or node.dyn_args is not None or node.dyn_kwargs is not None:
        raise ValueError(f"{node.name} takes constants only")
    arguments: list[object] = []
    for argument in node.args:
        if not isinstance(argument, nodes.Const):
            raise ValueError(f"{node.name} takes constants only")
        arguments.append(argument.value)
    fault = argument_fault(node.name, arguments)
    if fault is not None:
        raise ValueError(fault)


def fault_at(text: str, at: int, sentence: str) -> ValueError:
    """The error that says where in an option's text something is wrong."""
    line = text.count("\n", 0, at) + 1
    column = at - (text.rfind("\n", 0, at) + 1) + 1
    return ValueError(f"line {line}, column {column} of the text: {sentence}")


TEMPLATE = Kind("text with {{VARIABLES}}", Template)
"""Kind of an option that is filled in when a step runs."""
