"""The graph in Graphviz's language."""

from ampsd.flow import graph
from ampsd.flow.graph import Flow

_SHAPES = {
    graph.QUEUE: "cylinder",
    graph.SOW: "cylinder",
    graph.VIEW: "parallelogram",
    graph.CONFLATED: "parallelogram",
    graph.TRIGGER: "oval",
    graph.EVENT: "oval",
    graph.PATTERN: "hexagon",
    graph.DYNAMIC: "hexagon",
    graph.TRANSPORT: "component",
    graph.DESTINATION: "component",
}


def render(flow: Flow) -> str:
    """A digraph, left to right."""
    lines = [f"digraph {_quoted(flow.name)} {{", "  rankdir=LR;", '  node [fontname="Helvetica"];']
    for node in flow.nodes.values():
        label = _quoted("\n".join((node.label, *node.lines)))
        shape = _SHAPES.get(node.kind, "box")
        lines.append(f"  {_quoted(node.key)} [label={label}, shape={shape}, tooltip={_quoted(node.place)}];")
    for edge in flow.edges:
        style = ", style=dashed" if edge.is_conditional else ""
        lines.append(f"  {_quoted(edge.source)} -> {_quoted(edge.target)} [label={_quoted(edge.label)}{style}];")
    return "\n".join([*lines, "}"]) + "\n"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
