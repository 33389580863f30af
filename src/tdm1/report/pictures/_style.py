"""One look for all pictures: size, type, palette, and the way from a matplotlib figure to inline SVG.

The palette follows Okabe and Ito (colour-blind safe). Figures are drawn in the light shades; inside a page each
shade becomes a CSS variable (`var(--blue)`), so that the page decides for light, dark and print.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

P = ParamSpec("P")
R = TypeVar("R")

#: Width of a picture in inches at 72 points: narrow enough for a telephone, two fit side by side on a page.
WIDTH, HEIGHT = 5.9, 4.0

#: CSS variable -> (light shade, dark shade). Light shades are all different, so that they can be told apart.
PALETTE: dict[str, tuple[str, str]] = {
    "ink": ("#1c2530", "#e8ecf1"),
    "muted": ("#5b6875", "#9aa7b4"),
    "line": ("#d8dee4", "#37424e"),
    "paper": ("#fffffe", "#171d24"),
    "blue": ("#0a5fa5", "#5cb0ec"),
    "orange": ("#c75000", "#f0883e"),
    "green": ("#00745a", "#38c49b"),
    "sky": ("#56a8d8", "#3f86b8"),
    "grey": ("#a9b3bd", "#66727e"),
    "red": ("#a8324a", "#ea7189"),
    "purple": ("#8a4f86", "#c98fc5"),
    "yellow": ("#d9a400", "#e3bd45"),
}
INK, MUTED, LINE, PAPER = (PALETTE[name][0] for name in ("ink", "muted", "line", "paper"))
BLUE, ORANGE, GREEN, SKY = (PALETTE[name][0] for name in ("blue", "orange", "green", "sky"))
GREY, RED, PURPLE, YELLOW = (PALETTE[name][0] for name in ("grey", "red", "purple", "yellow"))

#: Colours of the arms, in the order of the arms.
ARMS = (BLUE, ORANGE, GREEN, PURPLE, SKY, YELLOW)

_SETTINGS: dict[str, Any] = {
    "svg.fonttype": "none",
    "font.family": "DejaVu Sans",
    "font.size": 13,
    "axes.titlesize": 13,
    "axes.labelsize": 13,
    "axes.edgecolor": MUTED,
    "axes.linewidth": 0.9,
    "axes.labelcolor": INK,
    "axes.facecolor": "none",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "figure.facecolor": "none",
    "savefig.facecolor": "none",
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": 12,
    "ytick.labelsize": 12,
    "text.color": INK,
    "grid.color": LINE,
    "grid.linewidth": 0.8,
    "legend.frameon": False,
    "legend.fontsize": 12,
    "path.simplify": True,
    "path.simplify_threshold": 0.3,
}


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: its key, title, caption in words (what is seen, with units), and the SVG as text.

    A `wide` picture takes the whole width of the page.
    """

    key: str
    title: str
    caption: str
    svg: str
    wide: bool = False


def in_style(draw: Callable[P, R]) -> Callable[P, R]:
    """Decorate a drawing function so that all it makes, from axes to file, has the common look."""

    @wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> R:
        import matplotlib as mpl

        with mpl.rc_context(_SETTINGS):  # pyright: ignore[reportArgumentType]
            return draw(*args, **kwargs)

    return drawn


def figure(height: float = HEIGHT, rows: Sequence[float] = (1,)) -> tuple[Figure, list[Axes]]:
    """A figure of the common width with one column of axes of the relative heights `rows`."""
    from matplotlib.figure import Figure

    made = Figure(figsize=(WIDTH, height), layout="constrained")
    axes = made.subplots(len(rows), 1, sharex=len(rows) > 1, squeeze=False, height_ratios=list(rows))
    column = [row[0] for row in axes]
    for one in column:
        one.grid(axis="y")
        one.tick_params(length=3)
    return made, column


def _bytes(made: Figure, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    made.savefig(buffer, format=kind, **options)
    return buffer.getvalue()


def inline_svg(made: Figure, key: str, title: str) -> str:
    """The figure as SVG for a page: CSS variables for colours, the page's own type, `title` for screen readers."""
    import matplotlib as mpl

    # Ids must differ between the pictures of one page and be the same in every run.
    with mpl.rc_context({"svg.hashsalt": key}):
        text = _bytes(made, "svg", metadata={"Date": None, "Creator": None}).decode("utf-8")
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>\s*", "", text, flags=re.DOTALL)
    text = re.sub(r'(<svg[^>]*?) width="[^"]*" height="[^"]*"', r"\1", text, count=1)
    head = f'\\1 role="img" aria-label="{_escape(title)}" class="picture">'
    text = re.sub(r"(<svg[^>]*?)( version=\"[^\"]*\")?>", head, text, count=1)
    text = text.replace(' xmlns:xlink="http://www.w3.org/1999/xlink"', "").replace("xlink:href", "href")
    text = text.replace(' xmlns="http://www.w3.org/2000/svg"', "", 1)
    text = re.sub(r'\b(id="|url\(#|href="#)', rf"\g<1>{key}-", text)
    text = re.sub(r"'DejaVu Sans'[^;\"]*", "var(--type)", text)
    text = re.sub(r"<!--.*?-->\s*", "", text, flags=re.DOTALL)
    text = re.sub(r"(\d+\.\d\d)\d+", r"\1", text)
    for name, (light, _) in PALETTE.items():
        text = text.replace(light, f"var(--{name})")
    return re.sub(r"\n\s*", "\n", text)


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


def lone_file(made: Figure, kind: str) -> bytes:
    """The figure as the bytes of a `png` or `svg` file of its own, on white."""
    options: dict[str, Any] = {"dpi": 200} if kind == "png" else {"metadata": {"Date": None}}
    return _bytes(made, kind, facecolor="white", **options)
