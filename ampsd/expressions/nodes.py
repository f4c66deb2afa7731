"""The tree of an expression: what was written, checked for shape, not yet a function.

Lists stay lists (`a OR b OR c` is one node), so the tree is never deeper than the text is nested.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from ampsd.expressions.functions.function import Function
from ampsd.expressions.regex import Regex
from ampsd.message_types.message_type import Value

Part = bytes | str
"""A part of a string: bytes are themselves, a str is the name of a variable."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, text or NULL."""

    value: Value


OF_PREVIOUS = " OF PREVIOUS"
"""What the path of a field ends with that is of the message before its change."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the message, or one element of an array, counted from 0.

    In projections `path` begins with the topic where one is named, `[topic]./path` or `[type].[topic]./path`, and ends
    with OF_PREVIOUS where the state before the change is meant. An aggregate's result is a field too.
    """

    path: str
    index: int | None


@dataclass(frozen=True, slots=True)
class Variable:
    """A context variable outside quotes: a number when it is filled in."""

    name: str


@dataclass(frozen=True, slots=True)
class Text:
    """A string with context variables in it."""

    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Sign:
    """A value as a number, perhaps with its sign turned."""

    is_minus: bool
    operand: "Node"


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """A value and what is done to it, left to right: pairs of one of + - * / % and an operand."""

    first: "Node"
    rest: tuple[tuple[str, "Node"], ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two operands and one of = != < <= > >=."""

    operator: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class Between:
    """Whether a value is at least `low` and at most `high`."""

    value: "Node"
    low: "Node"
    high: "Node"


@dataclass(frozen=True, slots=True)
class In:
    """Whether a value equals one of the literals or of the items; there may be thousands of literals."""

    value: "Node"
    literals: tuple[Value, ...]
    items: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Affix:
    """Whether a text begins, or ends, with one of the items."""

    value: "Node"
    items: tuple["Node", ...]
    is_ending: bool


@dataclass(frozen=True, slots=True)
class Like:
    """A value and what is searched in it: a pattern, or a text where the string is raw."""

    value: "Node"
    pattern: Regex | bytes


@dataclass(frozen=True, slots=True)
class Test:
    """IS NULL or IS NAN."""

    is_nan: bool
    value: "Node"


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    operand: "Node"


@dataclass(frozen=True, slots=True)
class Junction:
    """AND or OR over operands, left to right."""

    is_and: bool
    operands: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Call:
    """A function and its arguments."""

    function: Function
    arguments: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """IF: one of two values, by a condition; the other one is not looked at."""

    condition: "Node"
    when_true: "Node"
    otherwise: "Node"


@dataclass(frozen=True, slots=True)
class Aggregate:
    """SUM and its like, over the messages of a group."""

    name: str
    operand: "Node"


Node = (
    Literal
    | Field
    | Variable
    | Text
    | Sign
    | Arithmetic
    | Comparison
    | Between
    | In
    | Affix
    | Like
    | Test
    | Not
    | Junction
    | Call
    | Choice
    | Aggregate
)


@dataclass(frozen=True, slots=True)
class Projected:
    """A field constructor: a value, the path it gets, and the hints OPTIONAL and SET_CURRENT."""

    value: Node
    path: str
    hints: tuple[str, ...]


def walk(root: Node) -> Iterator[Node]:
    """Every node of a tree, in the order of the text."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed(_operands(node)))


def _operands(node: Node) -> tuple[Node, ...]:
    match node:
        case Sign() | Not() | Aggregate():
            return (node.operand,)
        case Arithmetic():
            return (node.first, *(operand for _, operand in node.rest))
        case Comparison():
            return (node.left, node.right)
        case Between():
            return (node.value, node.low, node.high)
        case In() | Affix():
            return (node.value, *node.items)
        case Like() | Test():
            return (node.value,)
        case Junction():
            return node.operands
        case Call():
            return node.arguments
        case Choice():
            return (node.condition, node.when_true, node.otherwise)
    return ()


def rebuilt(node: Node, change: "Callable[[Node], Node]") -> Node:
    """The node with its operands changed."""
    match node:
        case Sign() | Not() | Aggregate():
            return replace(node, operand=change(node.operand))
        case Arithmetic():
            return Arithmetic(change(node.first), tuple((symbol, change(operand)) for symbol, operand in node.rest))
        case Comparison():
            return Comparison(node.operator, change(node.left), change(node.right))
        case Between():
            return Between(change(node.value), change(node.low), change(node.high))
        case In() | Affix():
            return replace(node, value=change(node.value), items=tuple(map(change, node.items)))
        case Like() | Test():
            return replace(node, value=change(node.value))
        case Junction():
            return Junction(node.is_and, tuple(map(change, node.operands)))
        case Call():
            return Call(node.function, tuple(map(change, node.arguments)))
        case Choice():
            return Choice(change(node.condition), change(node.when_true), change(node.otherwise))
    return node
