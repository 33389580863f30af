"""Shares of patients beside the published ones: adverse events and laboratory grades, all arms, the largest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tdm1.report.pictures import _style as style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Grade -> colour, mark, offset of its line in the row, and words.
_GRADES = {
    "any_pct": (style.BLUE, "o", 0.2, "any grade"),
    "g3plus_pct": (style.ORANGE, "D", -0.2, "grade 3 or worse"),
    "g3_pct": (style.ORANGE, "D", -0.02, "grade 3"),
    "g4_pct": (style.PURPLE, "s", -0.28, "grade 4"),
}
#: At most this many terms are drawn; the comparison table has all.
TERMS = 40


@dataclass(frozen=True, slots=True)
class Share:
    """One share of an arm's patients (%): a term in words, the grade's name, simulated and published values.

    `published`, `lower95` and `upper95` are None where nothing was published.
    """

    arm: str
    term: str
    grade: str
    simulated: float
    published: float | None = None
    lower95: float | None = None
    upper95: float | None = None


def by_size(shares: Sequence[Share]) -> list[str]:
    """Terms, the one that most patients of any arm had first; published shares count before simulated ones."""
    largest: dict[str, float] = {}
    for share in shares:
        size = share.simulated if share.published is None else share.published
        largest[share.term] = max(largest.get(share.term, 0.0), size)
    return sorted(largest, key=lambda term: (-largest[term], term))


def _draw(axes: Axes, shares: Sequence[Share], rows: Mapping[str, int]) -> None:
    for share in shares:
        colour, mark, offset, _ = _GRADES[share.grade]
        height = rows[share.term] + offset
        if share.lower95 is not None and share.upper95 is not None and share.published is not None:
            axes.plot([share.lower95, share.upper95], [height, height], color=style.GREY, linewidth=4.5, alpha=0.75,
                      solid_capstyle="butt", zorder=2)
            axes.plot([share.published], [height], "|", color=style.INK, markersize=7, markeredgewidth=1.3, zorder=3)
        axes.plot([share.simulated], [height], mark, color=colour, markersize=4.6, zorder=4)


def _legend(made: Any, grades: Sequence[str], published: bool) -> None:
    from matplotlib.lines import Line2D

    handles = [Line2D([], [], linestyle="", marker=_GRADES[grade][1], color=_GRADES[grade][0],
                      label=f"simulated, {_GRADES[grade][3]}") for grade in grades]
    if published:
        handles.append(Line2D([], [], color=style.GREY, linewidth=4.5, alpha=0.75, label="published, 95 % interval"))
    made.legend(handles=handles, loc="outside upper left", ncols=2 if len(handles) > 3 else len(handles), fontsize=11,
                columnspacing=1.2, handletextpad=0.4)


@style.in_style
def picture(shares: Sequence[Share], *, key: str, title: str, what: str) -> style.Picture | None:
    """One row a term, one panel an arm; None without shares. `what` names the rows in the caption."""
    from matplotlib.figure import Figure

    if not shares:
        return None
    terms = by_size(shares)[:TERMS]
    rows = {term: -place for place, term in enumerate(terms)}
    kept = [share for share in shares if share.term in rows]
    arms = list(dict.fromkeys(share.arm for share in kept))
    grades = [grade for grade in _GRADES if any(share.grade == grade for share in kept)]
    published = any(share.published is not None for share in kept)
    made = Figure(figsize=(1.75 * style.WIDTH, 1.3 + 0.3 * len(terms)), layout="constrained")
    panels = made.subplots(1, len(arms), sharex=True, sharey=True, squeeze=False)[0]
    for axes, arm in zip(panels, arms, strict=True):
        mine = [share for share in kept if share.arm == arm]
        _draw(axes, mine, rows)
        axes.set_title(arm, loc="left")
        axes.set_xlabel("patients (%)")
        axes.grid(axis="x")
        axes.tick_params(length=3)
        for place in range(1, len(terms), 2):
            axes.axhspan(-place - 0.5, -place + 0.5, color=style.LINE, alpha=0.35, linewidth=0, zorder=0)
    panels[0].set_yticks(list(rows.values()), list(rows))
    panels[0].set_ylim(-len(terms) + 0.45, 0.55)
    _legend(made, grades, published)
    beside = (
        " Grey: the published 95 % interval, with the published value as an upright line." if published
        else " Nothing was published to compare with."
    )
    left = len(by_size(shares)) - len(terms)
    caption = (
        f"Share of patients (%) with {what}, those that most patients had first: "
        f"{', '.join(_GRADES[grade][3] for grade in grades)} for {' and '.join(arms)}.{beside}"
        + (f" {left} rarer ones are in the table alone." if left else "")
    )
    return style.Picture(key, title, caption, style.inline_svg(made, key, title), wide=True)
