"""The graph as a flowchart of Mermaid, which many forges and editors draw."""

from ampsd.flow import graph
from ampsd.flow.graph import Edge, Flow, Node

_SHAPES = {
    graph.QUEUE: ("[(", ")]"),
    graph.SOW: ("[(", ")]"),
    graph.VIEW: ("[/", "/]"),
    graph.CONFLATED: ("[/", "/]"),
    graph.TRIGGER: ("([", "])"),
    graph.EVENT: ("([", "])"),
    graph.PATTERN: ("{{", "}}"),
    graph.DYNAMIC: ("{{", "}}"),
    graph.TRANSPORT: ("[[", "]]"),
    graph.DESTINATION: ("[[", "]]"),
}
_CLASSES = {
    graph.QUEUE: "fill:#dbeafe,stroke:#2563eb,color:#111827",
    graph.ACTION: "fill:#fef3c7,stroke:#d97706,color:#111827",
    graph.SOW: "fill:#dcfce7,stroke:#16a34a,color:#111827",
    graph.VIEW: "fill:#ede9fe,stroke:#7c3aed,color:#111827",
}


def render(flow: Flow) -> str:
    """The flowchart, left to right."""
    names = {key: f"n{number}" for number, key in enumerate(flow.nodes)}
    lines = ["flowchart LR"]
    lines += [f"  {names[node.key]}{_box(node)}" for node in flow.nodes.values()]
    lines += [_arrow(edge, names) for edge in flow.edges]
    for kind, style in _CLASSES.items():
        members = [names[node.key] for node in flow.nodes.values() if node.kind == kind]
        if members:
            lines += [f"  classDef {kind} {style}", f"  class {','.join(members)} {kind}"]
    return "\n".join(lines) + "\n"


def _box(node: Node) -> str:
    opening, closing = _SHAPES.get(node.kind, ("[", "]"))
    text = "<br/>".join(_escaped(line) for line in (node.label, *node.lines))
    return f'{opening}"{text}"{closing}'


def _arrow(edge: Edge, names: dict[str, str]) -> str:
    label = edge.label + (", if" if edge.is_conditional else "")
    arrow = "-.->" if edge.is_conditional else "-->"
    shown = f'|"{_escaped(label.lstrip(", "))}"|' if label else ""
    return f"  {names[edge.source]} {arrow}{shown} {names[edge.target]}"


def _escaped(text: str) -> str:
    """Mermaid takes HTML's entities with # for &; everything but letters, digits and blanks is safe as one."""
    return "".join(one if one.isalnum() or one in " -_./,:" else f"#{ord(one)};" for one in text)
