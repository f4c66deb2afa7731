"""The graph as JSON. `version` changes when the shape does."""

import json
from dataclasses import asdict

from ampsd.flow.graph import Flow
from ampsd.flow.loops import find_loops

VERSION = 1


def render(flow: Flow) -> str:
    """One document: nodes, edges between their keys, and the loops by their keys."""
    loops = [
        {
            "nodes": [edge.source for edge in loop.edges],
            "conditional": loop.is_conditional,
            "through_expiry": loop.has_expiry,
        }
        for loop in find_loops(flow)
    ]
    document = {
        "version": VERSION,
        "name": flow.name,
        "nodes": [asdict(node) for node in flow.nodes.values()],
        "edges": [asdict(edge) for edge in flow.edges],
        "loops": loops,
    }
    return json.dumps(document, indent=2) + "\n"
