"""Loops of a graph: ways on which a message, or what follows from it, comes back to where it was."""

from dataclasses import dataclass

from ampsd.flow.graph import EXPIRES, PUBLISHES, Edge, Flow

_LOOPS_MAX = 50
"""Loops that are told; a graph with more has one fault at their heart."""
_STEPS_MAX = 20_000
"""Steps of the search, so that no graph takes long."""


@dataclass(frozen=True, slots=True)
class Loop:
    """A loop by its edges, each beginning where the one before ends; the first begins at the smallest key."""

    edges: tuple[Edge, ...]

    @property
    def is_conditional(self) -> bool:
        """Whether an If stands on the way, which may end it."""
        return any(edge.is_conditional for edge in self.edges)

    @property
    def has_expiry(self) -> bool:
        """Whether a message has to expire on the way."""
        return any(edge.kind == EXPIRES for edge in self.edges)

    @property
    def has_publish(self) -> bool:
        """Whether an action publishes on the way; views that are made of each other are another fault."""
        return any(edge.kind == PUBLISHES for edge in self.edges)

    def names(self, flow: Flow) -> list[str]:
        """Labels of its nodes, the first again at the end."""
        keys = [*(edge.source for edge in self.edges), self.edges[0].source]
        return [flow.nodes[key].label for key in keys]


def find_loops(flow: Flow) -> list[Loop]:
    """Every simple loop, up to a bound, in an order that depends on the graph alone."""
    leaving: dict[str, list[Edge]] = {}
    for edge in flow.edges:
        leaving.setdefault(edge.source, []).append(edge)
    found: list[Loop] = []
    budget = _STEPS_MAX
    for start in sorted(leaving):
        # Each loop is found from its smallest key only.
        stack: list[tuple[str, tuple[Edge, ...]]] = [(start, ())]
        while stack and budget > 0 and len(found) < _LOOPS_MAX:
            budget -= 1
            key, path = stack.pop()
            for edge in reversed(leaving.get(key, ())):
                if edge.target == start:
                    found.append(Loop((*path, edge)))
                elif edge.target > start and all(edge.target != one.source for one in path):
                    stack.append((edge.target, (*path, edge)))
    return found
