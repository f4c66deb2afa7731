"""A tree to a function of a message's fields and, in conditions, context variables (User Guide, AMPS Expressions).

Each node becomes a closure over the closures of its operands; nothing of the text is ever run as code. Comparisons,
LIKE, IN, BEGINS WITH and ENDS WITH hold for an array when they hold for any element; arithmetic, functions, AND, OR
and NOT look at the first. Fields hold nothing but ints, doubles, bytes and None, so a message can make no function
raise.
"""

from collections.abc import Callable, Mapping

from ampsd import limits
from ampsd.expressions import nodes
from ampsd.expressions.arithmetic import operation
from ampsd.expressions.nodes import Node
from ampsd.expressions.parser import parse
from ampsd.expressions.values import (
    Values,
    any_of,
    comparison,
    is_nan,
    number_of,
    read_number,
    text_of,
    truth,
)
from ampsd.message_types.message_type import Fields, Value

Variables = Mapping[str, bytes]
Function = Callable[[Fields, Variables], Values]

_NO_VARIABLES: dict[str, bytes] = {}


class VariableError(ValueError):
    """A variable outside quotes is not a number."""


class NoFields:
    """The fields of no message: for conditions that see context variables only."""

    def get(self, path: str) -> Value:
        """Always NULL."""
        return None


class Filter:
    """A compiled expression. It never raises for a message, whatever is in it.

    `identifiers` are the paths of the fields it reads, and `variables` the names of a condition's variables, each once
    and in the order of the text.
    """

    __slots__ = ("_function", "identifiers", "text", "variables")

    def __init__(self, text: str, tree: Node) -> None:
        self.text = text
        every = list(nodes.walk(tree))
        self.identifiers = tuple(dict.fromkeys(node.path for node in every if isinstance(node, nodes.Field)))
        self.variables = tuple(dict.fromkeys(name for node in every for name in _variables_of(node)))
        self._function = _compile(tree)

    def matches(self, fields: Fields, variables: Variables = _NO_VARIABLES) -> bool:
        """Whether the message passes; NULL does not. A condition raises VariableError, see `compile_condition`."""
        found = self._function(fields, variables)
        return found is True or truth(found) is True

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Filter) and other.text == self.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return f"Filter({self.text!r})"


def compile_filter(text: str) -> Filter:
    """The filter of `text`. Raises ExpressionError."""
    return Filter(text, parse(text))


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


def _compile(node: Node) -> Function:
    match node:
        case nodes.Literal():
            value = node.value
            return lambda fields, variables: value
        case nodes.Field():
            return _field(node)
        case nodes.Variable():
            return _variable(node.name)
        case nodes.Text():
            return _text(node.parts)
        case nodes.Sign():
            return _sign(node)
        case nodes.Arithmetic():
            return _arithmetic(node)
        case nodes.Comparison():
            return _comparison(node)
        case nodes.Between():
            return _between(node)
        case nodes.In():
            return _in(node)
        case nodes.Affix():
            return _affix(node)
        case nodes.Like():
            return _like(node)
        case nodes.Test():
            return _test(node)
        case nodes.Not():
            return _not(node)
        case nodes.Junction():
            return _junction(node)
        case nodes.Call():
            return _call(node)
        case nodes.Choice():
            return _choice(node)


def _field(node: nodes.Field) -> Function:
    path, index = node.path, node.index
    if index is None:
        return lambda fields, variables: fields.get(path)

    def element(fields: Fields, variables: Variables) -> Values:
        found = fields.get(path)
        elements = found if isinstance(found, list) else [found]
        return elements[index] if index < len(elements) else None

    return element


def _variable(name: str) -> Function:
    def number(fields: Fields, variables: Variables) -> Values:
        value = read_number(variables.get(name, b"").strip())
        if value is None:
            raise VariableError(f"{{{{{name}}}}} is not a number; put quotes round it to compare it as a text")
        return value

    return number


def _text(parts: tuple[nodes.Part, ...]) -> Function:
    def join(fields: Fields, variables: Variables) -> Values:
        return b"".join(part if isinstance(part, bytes) else variables.get(part, b"") for part in parts) or None

    return join


def _sign(node: nodes.Sign) -> Function:
    operand = _compile(node.operand)
    minus = operation("-")

    def signed(fields: Fields, variables: Variables) -> Values:
        number = number_of(operand(fields, variables))
        return number if number is None or not node.is_minus else minus(0, number)

    return signed


def _arithmetic(node: nodes.Arithmetic) -> Function:
    first = _compile(node.first)
    rest = [(operation(symbol), _compile(operand)) for symbol, operand in node.rest]

    def calculate(fields: Fields, variables: Variables) -> Values:
        result = number_of(first(fields, variables))
        for apply, operand in rest:
            number = number_of(operand(fields, variables))
            if result is None or number is None:
                return None
            result = apply(result, number)
        return result

    return calculate


def _comparison(node: nodes.Comparison) -> Function:
    left, right, holds = _compile(node.left), _compile(node.right), comparison(node.operator)
    if isinstance(node.left, nodes.Field) and node.left.index is None and isinstance(node.right, nodes.Literal):
        # The usual filter, `/field = 'value'`: two calls less.
        path, value = node.left.path, node.right.value

        def compare(fields: Fields, variables: Variables) -> bool:
            found = fields.get(path)
            return any_of(found, value, holds) if isinstance(found, list) else holds(found, value)

        return compare
    return lambda fields, variables: any_of(left(fields, variables), right(fields, variables), holds)


def _between(node: nodes.Between) -> Function:
    value, low, high = _compile(node.value), _compile(node.low), _compile(node.high)
    at_least, at_most = comparison(">="), comparison("<=")

    def holds(fields: Fields, variables: Variables) -> bool:
        found = value(fields, variables)
        return any_of(found, low(fields, variables), at_least) and any_of(found, high(fields, variables), at_most)

    return holds


def _in(node: nodes.In) -> Function:
    """Literals are looked up, not compared one by one: a list may have thousands."""
    value, equal = _compile(node.value), comparison("=")
    literals = [item.value for item in node.items if isinstance(item, nodes.Literal)]
    others = [_compile(item) for item in node.items if not isinstance(item, nodes.Literal)]
    texts = frozenset(one for one in literals if isinstance(one, bytes))
    numbers = frozenset(one for one in literals if isinstance(one, int | float))
    read = frozenset(number for one in texts if (number := read_number(one)) is not None)

    def is_listed(one: Value, _: Value) -> bool:
        if isinstance(one, bytes):
            return one in texts or (bool(numbers) and read_number(one) in numbers)
        return one in numbers or one in read

    def holds(fields: Fields, variables: Variables) -> bool:
        found = value(fields, variables)
        if any_of(found, None, is_listed):
            return True
        return any(any_of(found, other(fields, variables), equal) for other in others)

    return holds


def _affix(node: nodes.Affix) -> Function:
    value, items, is_ending = _compile(node.value), [_compile(item) for item in node.items], node.is_ending

    def fits(one: Value, other: Value) -> bool:
        text, affix = text_of(one), text_of(other)
        if text is None or affix is None:
            return False
        return text.endswith(affix) if is_ending else text.startswith(affix)

    def holds(fields: Fields, variables: Variables) -> bool:
        found = value(fields, variables)
        return any(any_of(found, item(fields, variables), fits) for item in items)

    return holds


def _like(node: nodes.Like) -> Function:
    value, pattern = _compile(node.value), node.pattern

    def found_in(one: Value) -> bool:
        text = text_of(one)
        if text is None:
            return False
        return pattern in text if isinstance(pattern, bytes) else pattern.search(text)

    def holds(fields: Fields, variables: Variables) -> bool:
        found = value(fields, variables)
        if isinstance(found, list):
            return any(found_in(one) for one in found[: limits.EXPRESSION_SEARCHES_MAX])
        return found_in(found)

    return holds


def _test(node: nodes.Test) -> Function:
    value = _compile(node.value)
    if node.is_nan:
        return lambda fields, variables: is_nan(value(fields, variables))

    def is_null(fields: Fields, variables: Variables) -> bool:
        found = value(fields, variables)
        return found is None or (isinstance(found, list) and (not found or found[0] is None))

    return is_null


def _not(node: nodes.Not) -> Function:
    operand = _compile(node.operand)

    def opposite(fields: Fields, variables: Variables) -> Values:
        found = truth(operand(fields, variables))
        return None if found is None else not found

    return opposite


def _junction(node: nodes.Junction) -> Function:
    """AND goes on while operands are true, OR while they are false; what ends it is the result.

    So a NULL on the left decides, as the guide's tables say: NULL OR TRUE is NULL.
    """
    operands, goes_on = tuple(map(_compile, node.operands)), node.is_and

    def decide(fields: Fields, variables: Variables) -> Values:
        found: bool | None = goes_on
        for operand in operands:
            found = truth(operand(fields, variables))
            if found is not goes_on:
                break
        return found

    return decide


def _first(value: Values) -> Value:
    if isinstance(value, list):
        return value[0] if value else None
    return value


def _call(node: nodes.Call) -> Function:
    """Functions take the first element of an array, but for those that are about arrays."""
    arguments = [_compile(argument) for argument in node.arguments]
    apply, takes_null = node.function.apply, node.function.takes_null

    def scalars(fields: Fields, variables: Variables) -> Values:
        values = [_first(argument(fields, variables)) for argument in arguments]
        if not takes_null and None in values:
            return None
        found: Value = apply(*values)
        return found

    def of_array(fields: Fields, variables: Variables) -> Values:
        whole, *rest = [argument(fields, variables) for argument in arguments]
        elements = whole if isinstance(whole, list) else [] if whole is None else [whole]
        found: Value = apply(elements, *map(_first, rest))
        return found

    return of_array if node.function.is_of_arrays else scalars


def _choice(node: nodes.Choice) -> Function:
    condition, when_true, otherwise = map(_compile, (node.condition, node.when_true, node.otherwise))

    def choose(fields: Fields, variables: Variables) -> Values:
        chosen = when_true if truth(condition(fields, variables)) else otherwise
        return chosen(fields, variables)

    return choose
