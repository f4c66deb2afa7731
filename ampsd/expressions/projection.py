"""Field constructors, `expression AS /path HINT ...`: fields that views and enrichment compute.

User Guide, Constructing Fields. A view keeps an Aggregate for each of `aggregates` and group, gives it the values of
`operand`, and its results as fields under `key`; then `value` is the projected field.
"""

from dataclasses import dataclass

from ampsd.expressions import nodes
from ampsd.expressions.compile import Expression
from ampsd.expressions.nodes import Node
from ampsd.expressions.parser import parse_projection


@dataclass(frozen=True, slots=True)
class AggregateTerm:
    """One aggregate of a projected field: which, of what, and the path under which its result is expected."""

    name: str
    operand: Expression
    key: str


@dataclass(frozen=True, slots=True)
class Projection:
    """A projected field. `is_optional`: it is left out where its value is NULL. `sets_current`: fields constructed
    later see it."""

    text: str
    path: str
    value: Expression
    aggregates: tuple[AggregateTerm, ...]
    is_optional: bool
    sets_current: bool


def compile_projection(text: str) -> Projection:
    """The projected field of `text`. Raises ExpressionError."""
    projected = parse_projection(text)
    found: list[AggregateTerm] = []
    tree = _without_aggregates(projected.value, text, found)
    return Projection(
        text,
        projected.path,
        Expression(text, tree),
        tuple(found),
        "OPTIONAL" in projected.hints,
        "SET_CURRENT" in projected.hints,
    )


def _without_aggregates(node: Node, text: str, found: list[AggregateTerm]) -> Node:
    """The tree with a field in place of each aggregate."""
    if isinstance(node, nodes.Aggregate):
        key = f"{node.name} {len(found)}"
        found.append(AggregateTerm(node.name, Expression(text, node.operand), key))
        return nodes.Field(key, None)
    return nodes.rebuilt(node, lambda operand: _without_aggregates(operand, text, found))
