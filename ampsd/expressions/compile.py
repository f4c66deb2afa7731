"""Texts of expressions to functions: filters, conditions and values (User Guide, AMPS Expressions).

Fields hold nothing but ints, doubles, bytes and None, so a message can make no function raise.
"""

from functools import lru_cache

from ampsd.expressions import nodes
from ampsd.expressions.environment import NOWHERE, Environment, Variables
from ampsd.expressions.equality import Equality, equality_of
from ampsd.expressions.generate import Generated, generate
from ampsd.expressions.nodes import Node
from ampsd.expressions.operators import VariableError as VariableError
from ampsd.expressions.operators import first, joined, variable
from ampsd.expressions.parser import parse
from ampsd.message_types.message_type import Fields, Value

NO_FIELDS = Fields()
"""The fields of no message: for conditions that see context variables only."""


class _Compiled:
    """What a filter and a value know of themselves. Two of one text are equal.

    `identifiers` are the paths of the fields it reads, each once and in the order of the text. `asks_environment` tells
    whether it calls a function that looks beyond the body, and `is_deterministic` whether it says the same of the same
    message at all times.
    """

    __slots__ = ("asks_environment", "identifiers", "is_deterministic", "text")

    def __init__(self, text: str, tree: Node) -> None:
        every = list(nodes.walk(tree))
        calls = [node.function for node in every if isinstance(node, nodes.Call)]
        self.text = text
        self.identifiers = tuple(dict.fromkeys(node.path for node in every if isinstance(node, nodes.Field)))
        self.asks_environment = any(function.asks_environment for function in calls)
        self.is_deterministic = all(function.is_deterministic for function in calls)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self)) and other.text == self.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.text!r})"


class Filter(_Compiled):
    """A compiled condition on messages. It never raises for a message, whatever is in it.

    `variables` are the names of a condition's variables, each once and in the order of the text.
    `test(fields, environment)` is the generated function: true only when the message passes. `equality` is what a
    message must have to pass, where that is a field with one of certain values.
    """

    __slots__ = ("equality", "test", "variables")

    def __init__(self, text: str, tree: Node) -> None:
        super().__init__(text, tree)
        self.variables = tuple(dict.fromkeys(name for node in nodes.walk(tree) for name in _variables_of(node)))
        self.equality: Equality | None = equality_of(tree)
        self.test: Generated = generate(tree, is_condition=True)

    def matches(self, fields: Fields, environment: Environment = NOWHERE) -> bool:
        """Whether the message passes; NULL does not. A condition raises VariableError, see `compile_condition`."""
        return self.test(fields, environment) is True


class Expression(_Compiled):
    """A compiled value. Like a Filter it never raises for a message."""

    __slots__ = ("_function",)

    def __init__(self, text: str, tree: Node) -> None:
        super().__init__(text, tree)
        self._function = generate(tree, is_condition=False)

    def value(self, fields: Fields, environment: Environment = NOWHERE) -> Value:
        """The value for a message: of an array, its first element."""
        return first(self._function(fields, environment))


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


def filled_in(condition: Filter, variables: Variables) -> Filter:
    """The condition as a filter of messages, with the values that the variables have now.

    They are literals of the tree, never part of its text. Raises VariableError.
    """
    environment = Environment(variables=variables)

    def fill(node: Node) -> Node:
        if isinstance(node, nodes.Variable):
            return nodes.Literal(variable(environment, node.name))
        if isinstance(node, nodes.Text):
            return nodes.Literal(joined(environment, node.parts))
        return nodes.rebuilt(node, fill)

    return Filter(condition.text, fill(parse(condition.text, has_variables=True)))


def _variables_of(node: Node) -> list[str]:
    if isinstance(node, nodes.Variable):
        return [node.name]
    return [part for part in node.parts if isinstance(part, str)] if isinstance(node, nodes.Text) else []
