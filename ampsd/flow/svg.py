"""The graph as one SVG file that needs nothing else: no script, no font, light or dark as the reader's screen is."""

from collections.abc import Iterator
from html import escape

from ampsd.flow import graph
from ampsd.flow.graph import Edge, Flow
from ampsd.flow.layout import CHARACTER_WIDTH, LINE_HEIGHT, Box, Layout, lay_out

_MARGIN = 28
_TITLE_HEIGHT = 44
_LEGEND_HEIGHT = 46
_NAMES = {
    graph.TOPIC: "topic",
    graph.PATTERN: "pattern",
    graph.DYNAMIC: "topic with variables",
    graph.SOW: "SOW topic",
    graph.QUEUE: "queue",
    graph.VIEW: "view",
    graph.CONFLATED: "conflated topic",
    graph.TRIGGER: "trigger",
    graph.ACTION: "action",
    graph.EVENT: "custom event",
    graph.DESTINATION: "destination",
    graph.TRANSPORT: "transport",
}
_STYLE = """
  svg { background: #ffffff; font-family: system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif; }
  .title { font-size: 20px; font-weight: 600; fill: #111827; }
  .label { font-size: 13px; font-weight: 600; fill: #111827; }
  .line, .legend { font-size: 12px; fill: #4b5563; }
  .edge { fill: none; stroke: #6b7280; stroke-width: 1.6; }
  .conditional { stroke-dasharray: 6 4; }
  .expires { stroke: #dc2626; }
  .publishes { stroke: #d97706; }
  .tag { font-size: 11px; fill: #374151; } .plate { fill: #ffffff; opacity: 0.9; }
  .box { stroke-width: 1.5; fill: #f9fafb; stroke: #9ca3af; }
  .queue { fill: #dbeafe; stroke: #2563eb; } .sow { fill: #dcfce7; stroke: #16a34a; }
  .view, .conflated { fill: #ede9fe; stroke: #7c3aed; } .action { fill: #fef3c7; stroke: #d97706; }
  .trigger, .event { fill: #fce7f3; stroke: #db2777; } .transport, .destination { fill: #e0f2fe; stroke: #0284c7; }
  .pattern, .dynamic { stroke-dasharray: 5 3; }
  @media (prefers-color-scheme: dark) {
    svg { background: #0f172a; } .title, .label { fill: #f1f5f9; } .line, .legend { fill: #cbd5e1; }
    .edge { stroke: #94a3b8; } .expires { stroke: #f87171; } .publishes { stroke: #fbbf24; }
    .tag { fill: #e2e8f0; } .plate { fill: #0f172a; } .box { fill: #1e293b; stroke: #64748b; }
    .queue { fill: #172554; stroke: #60a5fa; } .sow { fill: #052e16; stroke: #4ade80; }
    .view, .conflated { fill: #2e1065; stroke: #a78bfa; } .action { fill: #451a03; stroke: #fbbf24; }
    .trigger, .event { fill: #500724; stroke: #f472b6; } .transport, .destination { fill: #082f49; stroke: #38bdf8; }
  }"""
_MARKERS = (("edge", "#6b7280"), ("expires", "#dc2626"), ("publishes", "#d97706"))


def render(flow: Flow) -> str:
    """The whole picture."""
    layout = lay_out(flow)
    kinds = list(dict.fromkeys(node.kind for node in flow.nodes.values()))
    legend_width = sum(len(_NAMES[kind]) * CHARACTER_WIDTH + 40 for kind in kinds)
    loop_room = 48 if any(_is_backwards(layout, edge) for edge in flow.edges) else 0
    left = _MARGIN + loop_room
    width = max(layout.width + 2 * loop_room, legend_width, len(flow.name) * 12 + 40, 320) + 2 * _MARGIN
    height = layout.height + _TITLE_HEIGHT + _LEGEND_HEIGHT + 2 * _MARGIN + loop_room
    top = _MARGIN + _TITLE_HEIGHT
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}"'
        f' viewBox="0 0 {width:.0f} {height:.0f}" role="img">',
        f"<title>{escape(flow.name)}</title>",
        f"<style>{_STYLE}\n</style>",
        f"<defs>{''.join(_marker(name, colour) for name, colour in _MARKERS)}</defs>",
        f'<text class="title" x="{_MARGIN}" y="{_MARGIN + 16}">{escape(flow.name)}</text>',
        f'<g transform="translate({left} {top})">',
        *_edges(flow, layout),
        *(_box(box) for box in layout.boxes.values()),
        *_tags(flow, layout),
        "</g>",
        *_legend(kinds, height - _MARGIN),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _marker(name: str, colour: str) -> str:
    return (
        f'<marker id="to-{name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        f'<path d="M0 0 8 4 0 8z" fill="{colour}"/></marker>'
    )


def _box(box: Box) -> str:
    radius = box.height / 2 if box.node.kind in (graph.TRIGGER, graph.EVENT) else 8
    middle = box.x + box.width / 2
    y = box.y + LINE_HEIGHT + 3
    texts = [f'<text class="label" text-anchor="middle" x="{middle:.1f}" y="{y:.1f}">{escape(box.node.label)}</text>']
    for number, line in enumerate(box.node.lines, 1):
        below = y + number * LINE_HEIGHT
        texts.append(f'<text class="line" text-anchor="middle" x="{middle:.1f}" y="{below:.1f}">{escape(line)}</text>')
    title = escape(f"{_NAMES[box.node.kind]} {box.node.label} {box.node.place}".strip())
    return (
        f"<g><title>{title}</title>"
        f'<rect class="box {box.node.kind}" x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}"'
        f' height="{box.height:.1f}" rx="{radius:.1f}"/>{"".join(texts)}</g>'
    )


def _is_backwards(layout: Layout, edge: Edge) -> bool:
    return layout.boxes[edge.target].x <= layout.boxes[edge.source].x


def _ends(flow: Flow, layout: Layout) -> Iterator[tuple[Edge, float, float, float, float]]:
    """Each edge with where it leaves and arrives; edges of one side are spread over it."""
    leaving: dict[str, list[Edge]] = {}
    arriving: dict[str, list[Edge]] = {}
    for edge in flow.edges:
        leaving.setdefault(edge.source, []).append(edge)
        arriving.setdefault(edge.target, []).append(edge)
    for edges, other in ((leaving, "target"), (arriving, "source")):
        for group in edges.values():
            group.sort(key=lambda one, other=other: layout.boxes[getattr(one, other)].y)  # type: ignore[misc]  # bound at once
    for edge in flow.edges:
        source, target = layout.boxes[edge.source], layout.boxes[edge.target]
        out, into = leaving[edge.source], arriving[edge.target]
        y1 = source.y + source.height * (out.index(edge) + 1) / (len(out) + 1)
        y2 = target.y + target.height * (into.index(edge) + 1) / (len(into) + 1)
        yield edge, source.x + source.width, y1, target.x, y2


def _edges(flow: Flow, layout: Layout) -> Iterator[str]:
    for edge, x1, y1, x2, y2 in _ends(flow, layout):
        marker = edge.kind if edge.kind in ("expires", "publishes") else "edge"
        dashed = " conditional" if edge.is_conditional else ""
        yield (
            f'<path class="edge {edge.kind}{dashed}" d="{_path(layout, edge, x1, y1, x2, y2)}"'
            f' marker-end="url(#to-{marker})"/>'
        )


def _path(layout: Layout, edge: Edge, x1: float, y1: float, x2: float, y2: float) -> str:
    if not _is_backwards(layout, edge):
        pieces = [f"M{x1:.1f} {y1:.1f}"]
        for left, right, y in layout.ways.get((edge.source, edge.target), ()):
            pieces += (_curve(x1, y1, left, y), f"L{right:.1f} {y:.1f}")
            x1, y1 = right, y
        return "".join([*pieces, _curve(x1, y1, x2 - 2, y2)])
    # Back to an earlier column: below everything, so that the loop is seen as one.
    low = layout.height + 34
    return (
        f"M{x1:.1f} {y1:.1f}C{x1 + 46:.1f} {y1:.1f} {x1 + 46:.1f} {low:.1f} {x1 - 10:.1f} {low:.1f}"
        f"L{x2 + 10:.1f} {low:.1f}C{x2 - 46:.1f} {low:.1f} {x2 - 46:.1f} {y2:.1f} {x2 - 2:.1f} {y2:.1f}"
    )


def _curve(x1: float, y1: float, x2: float, y2: float) -> str:
    bend = (x2 - x1) / 2
    return f"C{x1 + bend:.1f} {y1:.1f} {x2 - bend:.1f} {y2:.1f} {x2:.1f} {y2:.1f}"


def _tags(flow: Flow, layout: Layout) -> Iterator[str]:
    """Labels of edges, near where they leave."""
    for edge, x1, y1, x2, y2 in _ends(flow, layout):
        if not edge.label:
            continue
        is_back = _is_backwards(layout, edge)
        way = layout.ways.get((edge.source, edge.target))
        if way:
            x2, _, y2 = way[0]
        x = (x1 + x2) / 2
        y = layout.height + 38 if is_back else (y1 + y2) / 2 + 4
        width = len(edge.label) * 6 + 8
        yield (
            f'<rect class="plate" x="{x - width / 2:.1f}" y="{y - 12:.1f}" width="{width}" height="16" rx="4"/>'
            f'<text class="tag" text-anchor="middle" x="{x:.1f}" y="{y:.1f}">{escape(edge.label)}</text>'
        )


def _legend(kinds: list[str], y: float) -> Iterator[str]:
    x = float(_MARGIN)
    for kind in kinds:
        yield f'<rect class="box {kind}" x="{x:.1f}" y="{y - 12:.1f}" width="16" height="12" rx="3"/>'
        yield f'<text class="legend" x="{x + 22:.1f}" y="{y - 2:.1f}">{_NAMES[kind]}</text>'
        x += len(_NAMES[kind]) * CHARACTER_WIDTH + 40
