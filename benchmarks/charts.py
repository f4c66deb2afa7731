"""Pictures for the page: plain SVG, readable on light and dark ground."""

from collections.abc import Mapping, Sequence
from html import escape

_OURS, _OTHERS, _TEXT = "#2f6fde", "#9aa4b2", "#7a8594"
_FONT = 'font-family="sans-serif" font-size="13"'


def _svg(width: int, height: int, parts: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def _text(x: float, y: float, text: str, anchor: str = "start", weight: str = "normal") -> str:
    return (
        f'<text x="{x:.0f}" y="{y:.0f}" {_FONT} fill="{_TEXT}" text-anchor="{anchor}" font-weight="{weight}">'
        f"{escape(text)}</text>"
    )


def number(value: float) -> str:
    """As people write it."""
    return f"{value:,.0f}" if value >= 100 else f"{value:g}"


def bars(title: str, values: Mapping[str, float]) -> str:
    """A bar for each name; ours stands out."""
    left, width, step = 130, 480, 26
    most = max(values.values())
    parts = [_text(0, 16, title, weight="bold")]
    for place, (name, value) in enumerate(values.items()):
        y = 30 + place * step
        length = max(2.0, value / most * width)
        colour = _OURS if name == "ampsd" else _OTHERS
        parts.append(_text(left - 8, y + 14, name, "end"))
        parts.append(f'<rect x="{left}" y="{y}" width="{length:.0f}" height="{step - 8}" fill="{colour}" rx="2"/>')
        parts.append(_text(left + length + 6, y + 14, number(value)))
    return _svg(left + width + 110, 40 + step * len(values), parts)


def line(title: str, points: Sequence[tuple[str, float]], unit: str) -> str:
    """A line over named places; the axis begins at 0, so that flat looks flat."""
    left, width, height = 60, 420, 130
    top = max(value for _, value in points) * 1.3
    at = [
        (left + width * place / max(1, len(points) - 1), 40 + height * (1 - value / top))
        for place, (_, value) in enumerate(points)
    ]
    parts = [_text(0, 16, title, weight="bold"), _text(0, 34, unit)]
    parts.append(f'<path d="M {left} {40 + height} H {left + width}" stroke="{_OTHERS}" fill="none"/>')
    path = " L ".join(f"{x:.0f} {y:.0f}" for x, y in at)
    parts.append(f'<path d="M {path}" stroke="{_OURS}" stroke-width="2" fill="none"/>')
    for (x, y), (name, value) in zip(at, points, strict=True):
        parts.append(f'<circle cx="{x:.0f}" cy="{y:.0f}" r="3" fill="{_OURS}"/>')
        parts.append(_text(x, y - 8, number(round(value, 2)), "middle"))
        parts.append(_text(x, 40 + height + 18, name, "middle"))
    return _svg(left + width + 60, height + 70, parts)
