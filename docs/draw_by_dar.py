"""Draws docs/pictures/by_dar.png: plasma by load against measured means, and what HER2 outside the tumour does."""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from tdm1 import evidence
from tdm1.mechanism.models import by_dar_monkey, plasma_of
from tdm1.trial import mechanism_check as check
from tdm1.trial import t_dxd_check as t_dxd
from tdm1.trial.mechanism_course import first_infusion, typical_course

OUT = Path(__file__).parent / "pictures" / "by_dar.png"
DAYS = np.concatenate([np.linspace(0.01, 1.0, 40), np.linspace(1.1, 21.0, 100)])


def loads(axes: plt.Axes) -> None:
    course = check.human(plasma_of("t_dm1"), 3.6, DAYS)
    molar_mass = evidence.value("plasma.molar_mass", "g/mol")
    to_ug_per_ml = molar_mass * 1e-6 / evidence.value("plasma.central_volume", "L")
    shown = np.stack([course[f"antibody_{n}"] for n in range(8)]) * to_ug_per_ml
    colours = plt.colormaps["viridis"](np.linspace(0.0, 0.95, 8))
    colours[0] = (0.75, 0.75, 0.75, 1.0)
    axes.stackplot(DAYS, shown, colors=colours, labels=[str(n) for n in range(8)])
    axes.set(title="Human, 3.6 mg/kg: antibody by load", ylabel="µg/mL")
    handles, labels = axes.get_legend_handles_labels()
    axes.legend(handles[::-1], labels[::-1], title="DM1 on it", fontsize=8, title_fontsize=8)


def human(axes: plt.Axes) -> None:
    course = check.human(plasma_of("t_dm1"), 3.6, DAYS)
    lines = (
        ("total_antibody", 1.0, check.ANTIBODY, "total antibody, µg/mL", "tab:gray", "s"),
        ("conjugate", 1.0, check.CONJUGATE, "conjugate, µg/mL", "tab:blue", "o"),
        ("payload", 1e3, check.PAYLOAD, "DM1, ng/mL", "tab:red", "^"),
    )
    for output, factor, analyte, label, colour, marker in lines:
        axes.plot(DAYS, course[output] * factor, color=colour, label=label)
        times, measured = check.means(analyte, 3.6)
        axes.plot(times, measured, marker, color=colour, ms=4, mfc="none")
    before = check.payload_background()
    axes.axhline(before, color="tab:red", lw=0.7, ls=":")
    axes.text(0.3, before * 0.9, "DM1 assay before any dose", va="top", fontsize=7, color="tab:red")
    axes.set(title="Human, 3.6 mg/kg: model and measured means", yscale="log", ylim=(0.02, 200))
    axes.legend(fontsize=8)


def monkey(axes: plt.Axes) -> None:
    model, weight = by_dar_monkey(), evidence.value("monkey.weight", "kg")
    days = np.linspace(0.05, 42.0, 120)
    course = typical_course(model, 10.0 * weight, days, 1e-3)
    axes.plot(days, course["total_antibody"], color="tab:gray", label="total antibody, model")
    axes.plot(days, course["conjugate"], color="tab:blue", label="conjugate, model")
    for curve, marker in (("curve A", "o"), ("curve B", "x")):
        points = evidence.table("monkey_pk").filter(curve=curve, stat="mean")
        label = f"{curve}, measured"
        axes.plot(points["time_day"], points["conc"], marker, color="tab:blue", ms=4, mfc="none", label=label)
    axes.set(title="Monkey, 10 mg/kg (nothing fitted)", yscale="log", xlabel="days", ylabel="µg/mL", ylim=(1, 400))
    axes.legend(fontsize=8)


def low_doses(axes: plt.Axes) -> None:
    weight = evidence.value("drug.t_dxd.weight_reference", "kg")
    colours = {0.8: "tab:orange", 1.6: "tab:green", 5.4: "tab:purple"}
    shipped = evidence.value(t_dxd.CAPACITY, "mg/day")
    for capacity, style in ((shipped, "-"), (0.0, "--")):
        volume = {"drug.t_dxd.central_volume": evidence.value("drug.t_dxd.yin_central_volume", "L")}
        with (
            evidence.what_if({t_dxd.CAPACITY: capacity, **volume}),
            evidence.what_if({t_dxd.PROTEOLYSIS: t_dxd.t_dxd_proteolysis(weight)}),
        ):
            for dose, colour in colours.items():
                course = typical_course(plasma_of("t_dxd"), dose * weight, DAYS, first_infusion())
                label = f"{dose:g} mg/kg" if style == "-" else None
                axes.plot(DAYS, course["conjugate"], style, color=colour, label=label)
    for dose, colour in colours.items():
        points = evidence.table("t_dxd_pk").filter(dose_mg_per_kg=dose, cycle=1)
        axes.plot(points["time_day"], points["conc"], "o", color=colour, ms=4, mfc="none")
    axes.plot([], [], "k--", label="no HER2 outside the tumour")
    axes.set(title="T-DXd: low doses go faster", yscale="log", xlabel="days", ylim=(0.1, 200), ylabel="µg/mL")
    axes.legend(fontsize=8)


def main() -> None:
    figure, grid = plt.subplots(2, 2, figsize=(10, 7.5), layout="constrained")
    for draw, axes in zip((loads, human, monkey, low_doses), grid.flat, strict=True):
        draw(axes)
        axes.spines[["top", "right"]].set_visible(False)
    OUT.parent.mkdir(exist_ok=True)
    figure.savefig(OUT, dpi=110)


if __name__ == "__main__":
    main()
