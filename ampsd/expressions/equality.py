"""What a message must have for a filter to be true: a field that equals one of certain values.

Many subscriptions ask for one customer, one symbol, one status. From what this file finds, an index takes a message to
the few filters that it may pass, so that the others cost nothing.
"""

from dataclasses import dataclass

from ampsd.expressions import nodes
from ampsd.expressions.nodes import Node
from ampsd.message_types.message_type import Value


@dataclass(frozen=True, slots=True)
class Equality:
    """A message passes only if the field at `path`, or an element of it, equals one of `values`.

    `is_all`: and whenever it does; otherwise the filter says more.
    """

    path: str
    values: tuple[Value, ...]
    is_all: bool


def equality_of(tree: Node) -> Equality | None:
    """The equality that a condition implies; None where there is none. Of several, the one with the fewest values."""
    if not isinstance(tree, nodes.Junction):
        return _equality(tree, True)
    if not tree.is_and:
        return None
    found = [one for part in tree.operands if (one := _equality(part, False)) is not None]
    return min(found, key=lambda one: len(one.values), default=None)


def _equality(node: Node, is_all: bool) -> Equality | None:
    match node:
        case nodes.Comparison("=", nodes.Field(path, None), nodes.Literal(value)) if value is not None:
            return Equality(path, (value,), is_all)
        case nodes.Comparison("=", nodes.Literal(value), nodes.Field(path, None)) if value is not None:
            return Equality(path, (value,), is_all)
        case nodes.In(nodes.Field(path, None), literals, ()):
            return Equality(path, tuple(dict.fromkeys(one for one in literals if one is not None)), is_all)
    return None
