"""Where the nodes of a drawing stand: columns by the longest way to them, rows so that edges cross little.

The steps are those of layered drawing: edges that close a loop are left out, columns are counted, each column is
ordered by the middle of its neighbours in sweeps from left to right and back. The same graph gives the same places.
"""

from dataclasses import dataclass

from ampsd.flow.graph import Flow, Node

_SWEEPS = 8
CHARACTER_WIDTH = 7.2
LINE_HEIGHT = 16
PADDING = 14
COLUMN_GAP = 84
ROW_GAP = 26
_GAP_HEIGHT = 8.0


@dataclass(frozen=True, slots=True)
class Box:
    """A node with its place: left upper corner and size in pixels."""

    node: Node
    x: float
    y: float
    width: float
    height: float


Point = tuple[float, float, float]
"""A gap in a column that a long edge passes through: left, right, and height."""


@dataclass(frozen=True, slots=True)
class Layout:
    """All boxes by key, the gaps that long edges pass through, and the size of the whole."""

    boxes: dict[str, Box]
    ways: dict[tuple[str, str], list[Point]]
    width: float
    height: float


def lay_out(flow: Flow) -> Layout:
    """Places for all nodes; those without edges stand in rows of their own below the others."""
    edges = _without_loops(flow)
    joined = {key for edge in flow.edges for key in (edge.source, edge.target)}
    ranks = _ranks([key for key in flow.nodes if key in joined], edges)
    columns: list[list[str]] = [[] for _ in range(max(ranks.values(), default=-1) + 1)]
    for key, rank in ranks.items():
        columns[rank].append(key)
    gaps, short = _gaps(edges, ranks, columns)
    _order(columns, short)
    boxes, points, width, height = _placed(flow, columns)
    ways = {edge: [points[key] for key in keys] for edge, keys in gaps.items()}
    return _with_loose(flow, [key for key in flow.nodes if key not in joined], boxes, ways, width, height)


def _gaps(
    edges: list[tuple[str, str]], ranks: dict[str, int], columns: list[list[str]]
) -> tuple[dict[tuple[str, str], list[str]], list[tuple[str, str]]]:
    """Keys of the gaps of each long edge, put into the columns; and all edges cut at their gaps."""
    gaps: dict[tuple[str, str], list[str]] = {}
    short: list[tuple[str, str]] = []
    for source, target in edges:
        keys = [f"\0{source}\0{target}\0{rank}" for rank in range(ranks[source] + 1, ranks[target])]
        for rank, key in enumerate(keys, ranks[source] + 1):
            columns[rank].append(key)
        if keys:
            gaps[source, target] = keys
        short += zip([source, *keys], [*keys, target], strict=True)
    return gaps, short


def size_of(node: Node) -> tuple[float, float]:
    """Width and height of a node's box."""
    longest = max(len(node.label) * 1.08, *(len(line) for line in node.lines), 6)
    return longest * CHARACTER_WIDTH + 2 * PADDING, (1 + len(node.lines)) * LINE_HEIGHT + PADDING


def _without_loops(flow: Flow) -> list[tuple[str, str]]:
    """Edges by their ends, those that lead back on the way to them left out."""
    targets: dict[str, list[str]] = {key: [] for key in flow.nodes}
    for edge in flow.edges:
        if edge.target not in targets[edge.source] and edge.target != edge.source:
            targets[edge.source].append(edge.target)
    kept: list[tuple[str, str]] = []
    done: set[str] = set()
    for start in flow.nodes:
        if start in done:
            continue
        way = {start}
        stack = [(start, iter(targets[start]))]
        while stack:
            key, rest = stack[-1]
            target = next(rest, None)
            if target is None:
                stack.pop()
                way.discard(key)
                done.add(key)
            elif target not in way:
                kept.append((key, target))
                if target not in done:
                    way.add(target)
                    stack.append((target, iter(targets[target])))
    return kept


def _ranks(keys: list[str], edges: list[tuple[str, str]]) -> dict[str, int]:
    """The longest way to each node; nodes that nothing leads to stand just before what they lead to."""
    ranks = dict.fromkeys(keys, 0)
    for _ in keys:
        changed = False
        for source, target in edges:
            if ranks[target] <= ranks[source]:
                ranks[target] = ranks[source] + 1
                changed = True
        if not changed:
            break
    reached = {target for _, target in edges}
    for key in keys:
        ahead = [ranks[target] for source, target in edges if source == key]
        if key not in reached and ahead:
            ranks[key] = min(ahead) - 1
    return ranks


def _order(columns: list[list[str]], edges: list[tuple[str, str]]) -> None:
    """Sort each column by the middle of its neighbours' rows."""
    before: dict[str, list[str]] = {}
    after: dict[str, list[str]] = {}
    for source, target in edges:
        before.setdefault(target, []).append(source)
        after.setdefault(source, []).append(target)
    for sweep in range(_SWEEPS):
        neighbours = before if sweep % 2 == 0 else after
        rows = {key: row for column in columns for row, key in enumerate(column)}
        for column in columns if sweep % 2 == 0 else reversed(columns):
            middles = {key: _middle(neighbours.get(key, ()), rows, row) for row, key in enumerate(column)}
            column.sort(key=lambda key, middles=middles: middles[key])  # type: ignore[misc]  # bound at once
            rows.update({key: row for row, key in enumerate(column)})


def _middle(neighbours: "list[str] | tuple[()]", rows: dict[str, int], row: int) -> float:
    return sum(rows[key] for key in neighbours) / len(neighbours) if neighbours else float(row)


def _placed(flow: Flow, columns: list[list[str]]) -> tuple[dict[str, Box], dict[str, Point], float, float]:
    sizes = {
        key: size_of(flow.nodes[key]) if key in flow.nodes else (0.0, _GAP_HEIGHT)
        for column in columns
        for key in column
    }
    heights = [sum(sizes[key][1] + ROW_GAP for key in column) - ROW_GAP for column in columns]
    height = max(heights, default=0)
    boxes: dict[str, Box] = {}
    points: dict[str, Point] = {}
    x = 0.0
    for column, own in zip(columns, heights, strict=True):
        width = max(sizes[key][0] for key in column)
        y = (height - own) / 2
        for key in column:
            if key in flow.nodes:
                boxes[key] = Box(flow.nodes[key], x, y, width, sizes[key][1])
            else:
                points[key] = (x, x + width, y + _GAP_HEIGHT / 2)
            y += sizes[key][1] + ROW_GAP
        x += width + COLUMN_GAP
    return boxes, points, max(0.0, x - COLUMN_GAP), height


def _with_loose(
    flow: Flow,
    loose: list[str],
    boxes: dict[str, Box],
    ways: dict[tuple[str, str], list[Point]],
    width: float,
    height: float,
) -> Layout:
    """Nodes without edges, in rows below."""
    x, y, tallest = 0.0, height + (2 * ROW_GAP if boxes else 0), 0.0
    limit = max(width, 720.0)
    for key in loose:
        own_width, own_height = size_of(flow.nodes[key])
        if x and x + own_width > limit:
            x, y, tallest = 0.0, y + tallest + ROW_GAP, 0.0
        boxes[key] = Box(flow.nodes[key], x, y, own_width, own_height)
        width = max(width, x + own_width)
        x += own_width + ROW_GAP
        tallest = max(tallest, own_height)
    return Layout(boxes, ways, width, y + tallest if loose else height)
