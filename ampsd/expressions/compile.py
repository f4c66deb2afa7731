"""Texts of expressions to functions: filters, conditions and values (User Guide, AMPS Expressions).

Fields hold nothing but ints, doubles, bytes and None, so a message can make no function raise.
"""

from functools import lru_cache

from ampsd.expressions import nodes
from ampsd.expressions.environment import NOWHERE, Environment
from ampsd.expressions.equality import Equality, equality_of
from ampsd.expressions.generate import Generated, generate
from ampsd.expressions.nodes import Node
from ampsd.expressions.operators import VariableError as VariableError
from ampsd.expressions.operators import first
from ampsd.expressions.parser import parse
from ampsd.message_types.message_type import Fields, Value

NO_FIELDS = Fields()
"""The fields of no message: for conditions that see context variables only."""


class Filter:
    """A compiled condition on messages. It never raises for a message, whatever is in it.

    `identifiers` are the paths of the fields it reads, and `variables` the names of a condition's variables, each once
    and in the order of the text. `asks_environment` tells whether it calls a function that looks beyond the body, and
    `is_deterministic` whether it says the same of the same message at all times. `test(fields, environment)` is the
    generated function: true only when the message passes. `equality` is what a message must have to pass, where that
    is a field with one of certain values.
    """

    __slots__ = ("asks_environment", "equality", "identifiers", "is_deterministic", "test", "text", "variables")

    def __init__(self, text: str, tree: Node) -> None:
        self.text = text
        every = list(nodes.walk(tree))
        self.identifiers = tuple(dict.fromkeys(node.path for node in every if isinstance(node, nodes.Field)))
        self.variables = tuple(dict.fromkeys(name for node in every for name in _variables_of(node)))
        self.asks_environment = any(isinstance(node, nodes.Call) and node.function.asks_environment for node in every)
        self.is_deterministic = all(node.function.is_deterministic for node in every if isinstance(node, nodes.Call))
        self.equality: Equality | None = equality_of(tree)
        self.test: Generated = generate(tree, is_condition=True)

    def matches(self, fields: Fields, environment: Environment = NOWHERE) -> bool:
        """Whether the message passes; NULL does not. A condition raises VariableError, see `compile_condition`."""
        return self.test(fields, environment) is True

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Filter) and other.text == self.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return f"Filter({self.text!r})"


class Expression:
    """A compiled value. Like a Filter it never raises for a message."""

    __slots__ = ("_function", "asks_environment", "identifiers", "is_deterministic", "text")

    def __init__(self, text: str, tree: Node) -> None:
        self.text = text
        every = list(nodes.walk(tree))
        self.identifiers = tuple(dict.fromkeys(node.path for node in every if isinstance(node, nodes.Field)))
        self.asks_environment = any(isinstance(node, nodes.Call) and node.function.asks_environment for node in every)
        self.is_deterministic = all(node.function.is_deterministic for node in every if isinstance(node, nodes.Call))
        self._function = generate(tree, is_condition=False)

    def value(self, fields: Fields, environment: Environment = NOWHERE) -> Value:
        """The value for a message: of an array, its first element."""
        return first(self._function(fields, environment))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Expression) and other.text == self.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"


_SHARED_MAX = 200
"""Longest text whose filter is remembered, for many subscribe with the same; more would let clients fill the memory."""


def compile_filter(text: str) -> Filter:
    """The filter of `text`. Raises ExpressionError."""
    return _shared(text) if len(text) <= _SHARED_MAX else new_filter(text)


def new_filter(text: str) -> Filter:
    """The same, not remembered."""
    return Filter(text, parse(text))


_shared = lru_cache(maxsize=1024)(new_filter)


def compile_expression(text: str) -> Expression:
    """The value that `text` stands for. Raises ExpressionError."""
    return Expression(text, parse(text))


def compile_condition(text: str) -> Filter:
    """A condition whose `{{NAME}}` are filled in when it is asked; they never change its shape.

    Inside quotes a variable is text, undefined ones are empty; outside it must be a number, or `matches` raises
    VariableError. Raises ExpressionError.
    """
    return Filter(text, parse(text, has_variables=True))


def _variables_of(node: Node) -> list[str]:
    if isinstance(node, nodes.Variable):
        return [node.name]
    return [part for part in node.parts if isinstance(part, str)] if isinstance(node, nodes.Text) else []
