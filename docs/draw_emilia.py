"""Draws docs/pictures/emilia.png: the virtual EMILIA beside the published one. Run: python docs/draw_emilia.py."""

from __future__ import annotations

from math import isfinite
from pathlib import Path

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from tdm1 import trial
from tdm1.report import numbers
from tdm1.trial import ComparisonRow, TrialResult
from tdm1.trial.summary import pfs_curve

BLUE, ORANGE, RED, GREY = "#0b5cad", "#c8500a", "#a82b4a", "#d5dae2"


#: Side effects of the leaflet that the picture shows, of many more that are compared.
SHOWN = (
    "thrombocytopenia", "transaminases_increased", "anemia", "neutropenia", "hypokalemia", "peripheral_neuropathy",
    "musculoskeletal_pain", "diarrhea", "constipation", "nausea", "fatigue", "hemorrhage",
)


def _chosen(row: ComparisonRow) -> bool:
    kind, _, rest = row.endpoint.partition(".")
    return row.arm == "T-DM1" and (kind != "adverse_events" or rest in {f"{term}.any_pct" for term in SHOWN})


def _forest(axes: Axes, rows: list[ComparisonRow]) -> None:
    """Published interval as a field, simulated value as a dot, each row on a scale of its own."""
    for place, row in enumerate(reversed(rows)):
        ends = (row.lower95, row.upper95, row.simulated_lower95, row.simulated_upper95, row.simulated)
        # An upper end that was not reached is drawn to the edge.
        known = [end for end in ends if isfinite(end)]
        low, high = min(known), max(known)

        def at(value: float, low: float = low, high: float = high) -> float:
            return (min(value, high) - low) / (high - low)

        colour = BLUE if row.within else RED
        axes.barh(place, at(row.upper95) - at(row.lower95), left=at(row.lower95), height=0.62, color=GREY, zorder=1)
        axes.plot([at(row.published)] * 2, [place - 0.31, place + 0.31], color="#30394a", lw=1, zorder=2)
        axes.plot([at(row.simulated_lower95), at(row.simulated_upper95)], [place] * 2, color=colour, lw=1.4, zorder=3)
        axes.plot(at(row.simulated), place, marker="o" if row.within else "D", color=colour, ms=4.5, zorder=4)
        axes.text(-0.98, place, f"{numbers.endpoint_words(row.endpoint)}", va="center", ha="left", fontsize=8)
        axes.text(1.06, place, f"{numbers.published(row)}", va="center", ha="left", fontsize=7.5, color="#30394a")
        axes.text(
            1.75,
            place,
            f"{numbers.number(row.simulated, row.unit)}",
            va="center",
            ha="left",
            fontsize=7.5,
            color=colour,
        )
        axes.text(1.98, place, row.role, va="center", ha="left", fontsize=7.5, color="#6a7385")
    top = len(rows) - 0.2
    for x, word in ((1.06, "published [95 %]"), (1.75, "simulated"), (1.98, "")):
        axes.text(x, top, word, fontsize=7.5, weight="bold", ha="left")
    axes.set(xlim=(-1.0, 2.35), ylim=(-0.8, len(rows) + 0.2))
    axes.axis("off")
    axes.set_title("T-DM1 arm: grey is the published 95 % interval, the dot is simulated", fontsize=9.5, loc="left")


def _survival(axes: Axes, result: TrialResult) -> None:
    for (name, arm), colour in zip(result.arms.items(), (BLUE, ORANGE), strict=True):
        curve = pfs_curve(arm)
        months = [0.1 * step for step in range(241)]
        axes.step(
            months,
            [100.0 * curve.at(month) for month in months],
            where="post",
            color=colour,
            label=f"{name}: median {curve.median:.1f} months",
        )
    axes.set(xlabel="months", ylabel="patients without progression (%)", ylim=(0, 102), xlim=(0, 24))
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, fontsize=8)
    axes.set_title("Progression-free survival, simulated", fontsize=9.5, loc="left")


def main() -> None:
    """Run the trial with its own seed and draw."""
    result = trial.run(trial.load("emilia"))
    figure, (left, right) = plt.subplots(1, 2, figsize=(12, 9.2), gridspec_kw={"width_ratios": [1.75, 1]})
    _forest(left, [row for row in result.comparison if _chosen(row)])
    _survival(right, result)
    right.set_box_aspect(0.8)
    figure.suptitle(
        f"tdm1 trial emilia: {result.patients} virtual patients, seed {result.seed}", fontsize=11, x=0.02, ha="left"
    )
    figure.tight_layout()
    figure.savefig(Path(__file__).parent / "pictures" / "emilia.png", dpi=130)


main()
