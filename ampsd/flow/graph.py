"""The graph of a configuration: where messages come from, what they set off, and where they go."""

from dataclasses import dataclass, field

TOPIC = "topic"
PATTERN = "pattern"
SOW = "sow"
QUEUE = "queue"
VIEW = "view"
CONFLATED = "conflated"
ACTION = "action"
TRIGGER = "trigger"
EVENT = "event"
DESTINATION = "destination"
TRANSPORT = "transport"
DYNAMIC = "dynamic"
"""A topic that is only known when an action runs: its name has variables."""

FEEDS = "feeds"
WATCHES = "watches"
EXPIRES = "expires"
PUBLISHES = "publishes"
RAISES = "raises"
HANDLES = "handles"
REPLICATES = "replicates"


@dataclass(frozen=True, slots=True)
class Node:
    """A thing in the configuration. `lines` say more about it; `place` is file:line:column, or empty when implied."""

    key: str
    kind: str
    label: str
    lines: tuple[str, ...] = ()
    place: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    """A way from one node to another. `is_conditional`: an If stands before it, so it may not be gone."""

    source: str
    target: str
    kind: str
    label: str = ""
    is_conditional: bool = False
    place: str = ""


@dataclass(slots=True)
class Flow:
    """All nodes by key, and all edges, each in the order in which they were found."""

    name: str
    nodes: dict[str, Node] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)

    def add(self, node: Node) -> str:
        """Put a node in, unless it is there; returns its key."""
        self.nodes.setdefault(node.key, node)
        return node.key

    def connect(self, edge: Edge) -> None:
        """Put an edge in, unless the same one is there."""
        if edge not in self.edges:
            self.edges.append(edge)

    def leaving(self, key: str) -> list[Edge]:
        """Edges from a node."""
        return [edge for edge in self.edges if edge.source == key]
