"""Boxes, arrows and words for the pictures of the docs that are drawn as SVG."""

from __future__ import annotations

from html import escape

INK, LINE, FILL, LOOP_FILL, NOTE = "#1d2b2a", "#3d7f78", "#eaf4f2", "#f6f1e6", "#5c6b69"


def text(x: float, y: float, words: str, size: int, *, bold: bool = False, fill: str = INK, anchor: str = "") -> str:
    """Words on a base line at (x, y); they begin there unless `anchor` is `middle` or `end`."""
    placed = f' text-anchor="{anchor}"' if anchor else ""
    weight = ' font-weight="600"' if bold else ""
    return f'<text x="{x}" y="{y}" font-size="{size}" fill="{fill}"{placed}{weight}>{escape(words)}</text>'


def box(x: float, y: float, width: float, height: float, fill: str) -> str:
    """A box with round corners."""
    return f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="8" fill="{fill}" stroke="{LINE}"/>'


def arrow(points: list[tuple[float, float]]) -> str:
    """A line through the points with a tip at its end."""
    path = " ".join(f"{x},{y}" for x, y in points)
    return f'<polyline points="{path}" fill="none" stroke="{LINE}" stroke-width="1.6" marker-end="url(#tip)"/>'


def head(width: int, height: int, title: str) -> list[str]:
    """The first lines of a picture: its size, title, the arrows' tip, a white ground."""
    return [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        'font-family="Helvetica, Arial, sans-serif">',
        f"<title>{escape(title)}</title>",
        f'<defs><marker id="tip" markerWidth="9" markerHeight="9" refX="7" refY="4" orient="auto">'
        f'<path d="M0,0 L8,4 L0,8 z" fill="{LINE}"/></marker></defs>',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
    ]
