"""Draws docs/pictures/mechanism*.png: the whole way of the drug. Run: python docs/draw_mechanism.py."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from measure_mechanism import DOSES, reference_course

from tdm1 import evidence, trial
from tdm1.mechanism.cell_alternatives import alternative
from tdm1.report.pictures import mechanism
from tdm1.trial.dish import assay, curves
from tdm1.trial.mechanism_story import story
from tdm1.trial.selectivity import exposures

PICTURES = Path(__file__).parent / "pictures"
DAYS = np.concatenate([[0.0625], np.arange(0.25, 21.01, 0.25)])
T_DM1, T_DXD = "t_dm1", "t_dxd"
NAMES = {T_DM1: "T-DM1 3.6 mg/kg", T_DXD: "T-DXd 5.4 mg/kg"}
CLONES = {"high": ("HER2-rich", "tab:orange"), "low": ("HER2-poor", "tab:blue"), "lost": ("HER2 lost", "tab:green")}
ZONES = {"well": ("well supplied", "-"), "poor": ("poorly supplied", "--")}
CELLS = {"HER2 3+": "tab:orange", "HER2 2+": "tab:purple", "HER2 1+": "tab:blue", "normal": "tab:green"}


def killing_of(name: str) -> AbstractContextManager[Any]:
    """T-DXd with Scheuher's killing, since its own fit to the dish is too sensitive; T-DM1 as shipped."""
    return evidence.what_if(alternative("scheuher_killing")) if name == T_DXD else nullcontext()


def dish(axes: plt.Axes, name: str) -> None:
    conc = np.geomspace(1e-4, 200.0, 80)
    colours = dict(zip(("SK-BR-3", "KPL-4", "NCI-N87", "normal"), CELLS.values(), strict=True))
    for curve in (one for one in curves() if one.drug == name):
        axes.plot(curve.conc_ug_per_ml, 100.0 * curve.viability, "o", color=colours[curve.line], ms=4.5, mfc="none")
        fitted = "fitted" if curve.line == "SK-BR-3" else "predicted"
        axes.plot(conc, 100.0 * assay(name, conc, curve.line)["viability"], color=colours[curve.line],
                  label=f"{curve.line}, {fitted}")
    axes.plot(conc, 100.0 * assay(name, conc, "normal")["viability"], color=colours["normal"],
              label="normal cell, predicted")
    with evidence.what_if(alternative("scheuher_killing")):
        axes.plot(conc, 100.0 * assay(name, conc, "SK-BR-3")["viability"], ":", color="black",
                  label="SK-BR-3, Scheuher's killing")
    axes.set(title=f"{NAMES[name].partition(' ')[0]} in the dish, three days", xscale="log", ylim=(0, 118),
             xlabel="concentration, µg/mL")
    below(axes)


def draw_dish() -> None:
    figure, panels = plt.subplots(1, 2, figsize=(10, 5.0), layout="constrained", sharey=True)
    for axes, name in zip(panels, DOSES, strict=True):
        dish(axes, name)
    panels[0].set_ylabel("viable cells, % of untreated")
    save(figure, "mechanism_dish")


def draw_selectivity() -> None:
    figure, grid = plt.subplots(1, 2, figsize=(10, 4.2), layout="constrained", sharey=True)
    doses = np.geomspace(0.036, 10.8, 25)
    for axes, setting, title in zip(grid, ("vessel", "tissue"), ("at a vessel", "in tumour tissue"), strict=True):
        rows = exposures(T_DM1, doses, setting=setting)
        for kind, colour in CELLS.items():
            alive = [100.0 * 10.0 ** -row.log10_kill for row in rows if row.cells == kind]
            style = "-" if kind in ("HER2 3+", "normal") else "--"
            axes.plot(doses, alive, style, color=colour, label=kind, lw=2.6 if kind == "HER2 3+" else 1.6)
        axes.axvline(DOSES[T_DM1], color="gray", lw=0.8, ls=":")
        axes.set(title=f"One cycle of T-DM1, {title}", xscale="log", yscale="log", xlabel="dose, mg/kg")
        axes.xaxis.set_major_formatter("{x:g}")
        axes.yaxis.set_major_formatter("{x:g}")
    grid[0].set_ylabel("cells alive, %")
    figure.legend(*grid[0].get_legend_handles_labels(), loc="outside lower center", ncols=4, fontsize=9)
    grid[0].text(DOSES[T_DM1], 130, "label's dose ", fontsize=8, color="gray", ha="right")
    save(figure, "mechanism_selectivity")


def draw_tumour() -> None:
    figure, grid = plt.subplots(2, 2, figsize=(10, 7), layout="constrained", sharex=True, sharey="row")
    for column, name in enumerate(DOSES):
        with killing_of(name):
            v = reference_course(name, DAYS)
        for clone, (words, colour) in CLONES.items():
            for zone, (supply, style) in ZONES.items():
                label = f"{words}, {supply}"
                grid[0, column].plot(DAYS, np.maximum(v[f"unbound_{clone}_{zone}"], 1e-3), style, color=colour)
                decades = v[f"killed_{clone}_{zone}"] / np.log(10.0)
                grid[1, column].plot(DAYS, decades, style, color=colour, label=label)
        grid[0, column].set(title=NAMES[name] + (", Scheuher's killing" if name == T_DXD else ""), yscale="log",
                            ylim=(1e-2, 3e3))
        grid[1, column].set_xlabel("days")
    grid[0, 0].text(20.8, 0.014, "HER2 lost: none", color=CLONES["lost"][1], ha="right", fontsize=9)
    grid[0, 1].text(20.8, 0.014, "all six on one another", ha="right", fontsize=9)
    grid[0, 0].set_ylabel("unbound payload in the cell, nM")
    grid[1, 0].set_ylabel("cells killed since day 0, decades")
    grid[1, 0].legend(fontsize=8, loc="upper left")
    save(figure, "mechanism_tumour")


def draw_organs() -> None:
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 5.0), layout="constrained")
    courses = {name: reference_course(name, DAYS) for name in DOSES}
    for name, colour in zip(DOSES, ("tab:blue", "tab:red"), strict=True):
        for organ, style in (("liver", "-"), ("megakaryocyte", "--")):
            tissue = "megakaryocytes" if organ == "megakaryocyte" else organ
            left.plot(DAYS, courses[name][f"{organ}_payload"], style, color=colour,
                      label=f"{NAMES[name].partition(' ')[0]}, {tissue}")
    left.set(title="Free payload in healthy tissue", yscale="log", ylim=(1e-3, 2e3), xlabel="days", ylabel="nM")
    below(left)
    times = tuple(float(day) for day in DAYS)
    ours = trial.simulate(dose_mg_per_kg=3.6, cycles=1, patients=64, observe=("conjugate", "platelets"),
                          times_day=(0.0, *times), seed=1)
    conjugate, platelets = (np.array(ours.median[what]) for what in ("conjugate", "platelets"))
    right.plot(ours.time_day, 100.0 * conjugate / conjugate.max(), color="tab:blue",
               label="conjugate, trials' model: drives platelets")
    marrow = courses[T_DM1]["megakaryocyte_payload"]
    right.plot(DAYS, 100.0 * marrow / marrow.max(), "--", color="tab:blue",
               label="payload in megakaryocytes: drives nothing yet")
    right.plot(ours.time_day, 100.0 * platelets / platelets[0], color="black", label="platelets, median")
    right.set(title="T-DM1: what drives platelets today, and what could", xlabel="days", ylim=(0, 105),
              ylabel="% of the highest; platelets: % of day 0")
    below(right, columns=1)
    save(figure, "mechanism_organs")


def below(axes: plt.Axes, columns: int = 2) -> None:
    """A legend under the panel, where it hides nothing."""
    axes.legend(fontsize=8, loc="upper center", bbox_to_anchor=(0.5, -0.14), ncols=columns, frameon=False)


def save(figure: Any, name: str) -> None:
    for axes in figure.axes:
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(PICTURES / f"{name}.png", dpi=110)
    plt.close(figure)


if __name__ == "__main__":
    mechanism.draw(story(), PICTURES / "mechanism.png")
    draw_dish()
    draw_selectivity()
    draw_tumour()
    draw_organs()
