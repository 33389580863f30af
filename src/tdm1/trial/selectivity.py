"""Selectivity: what one cycle does to cells by their HER2, what the payload alone would do, and what competes.

Every kind of cell is a tissue of its own, fed by the plasma of the typical patient; nothing but its HER2 tells it
from the others. At a vessel (`vessel`) cells meet the concentration of plasma, and free payload is washed away: that is
what HER2 alone decides. In tissue (`tissue`) the capillaries of the well supplied tumour limit what comes in, for
normal cells too, which few normal tissues are as leaky as. Growth and sensitivity to payload are the tumour's for all,
though normal cells divide less and payload that acts on dividing cells spares them for that as well; so the sparing of
normal cells is understated.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from tdm1 import engine, evidence
from tdm1.evidence.drugs import drug
from tdm1.evidence.units import factor
from tdm1.mechanism import Model
from tdm1.mechanism.clones import Clone, Zone
from tdm1.mechanism.models import full
from tdm1.population.individual import typical
from tdm1.trial.reading import InputError
from tdm1.trial.selectivity_rows import Exposure, Index, Leftover, Selectivity, Setting, Untargeted

Array = NDArray[np.float64]

_NMOL_PER_MG_AT_1_G_PER_MOL = 1e6
#: One clone in one well supplied zone, whose receptors are replaced by those of each kind of cell.
_CLONES = (Clone("high", "cell.receptors.high", None),)
_ZONES = (Zone("well", "tumour.krogh_radius", None),)
#: Steps of a day at which the payload in the cells is read.
_PER_DAY = 8
#: Doses (mg/kg) between which a dose for a given kill is interpolated.
_DOSES = np.geomspace(1e-6, 1e3, 181)
#: How many times as permeable a vessel wall is for cells that stand at it: enough to make space and plasma one.
_OPEN = 1e4


def cell_kinds() -> dict[str, float]:
    """HER2 receptors of each kind of cell: 3+ as in HER2-positive tumours, 2+ and 1+ by flow cytometry, normal."""
    rows = evidence.table("her2_per_cell")

    def counted(line: str) -> float:
        return float(rows.filter(cell_line=line)["her2_receptors_per_cell_flow"][0])

    return {
        "HER2 3+": evidence.value("cell.receptors.high", "1"),
        "HER2 2+": counted("MDA-MB-361"),
        "HER2 1+": counted("ZR-75-1"),
        "normal": evidence.value("cell.receptors.normal", "1"),
    }


def _weight() -> float:
    return evidence.value("plasma.covariate.weight_reference", "kg")


def _values(model: Model, setting: Setting) -> dict[str, float]:
    """The typical patient with one tissue of that kind, none of whose exchange is through a surface."""
    if setting not in get_args(Setting):
        raise InputError(f"there is no setting '{setting}'{evidence.nearest(setting, get_args(Setting))}")
    usual = typical(model)
    if setting == "vessel":
        usual |= {name: _OPEN * usual[name] for name in ("permeability", "payload_permeability")}
    return {
        **usual, "baseline_trastuzumab": 0.0, "lesions": 1.0,
        "lesion_volume_start": evidence.value("lesion.probe_volume", "cm**3"),
        "diffusivity": 0.0, "payload_diffusivity": 0.0,
    }


def _cycle(name: str, setting: Setting, dose: Array, receptors: Array, baseline: Array) -> dict[str, Array]:
    """One cycle for every row: decades killed, area and peak of unbound payload, each of shape (N,)."""
    model = full(name, _CLONES, _ZONES)
    kernel = engine.compile(model)
    columns = {**_values(model, setting), "receptors_high": receptors, "baseline_trastuzumab": baseline}
    table = np.column_stack([np.broadcast_to(columns[parameter], dose.shape) for parameter in model.parameters])
    table = np.ascontiguousarray(table, float)
    states = np.column_stack(model.initial(list(table.T)))
    cycle = evidence.value("label.us.cycle", "day")
    length = evidence.value("label.us.infusion_first", "min") / (24 * 60)
    inputs = np.zeros((len(dose), len(model.inputs)))
    inputs[:, model.inputs.index("infusion")] = dose * _weight() / length
    nothing, place = np.zeros_like(inputs), model.outputs.index("unbound_high_well")
    unbound, status, step = [np.zeros(len(dose))], None, 1.0 / _PER_DAY
    for number in range(round(cycle * _PER_DAY)):
        moved = kernel.advance(states, table, inputs if number == 0 else nothing, length if number == 0 else 0.0, step,
                               relative_tolerance=1e-6, status=status)
        states, status = moved.states, moved.status
        unbound.append(kernel.observe(states, table, nothing)[:, place])
    if status is None or status.any():
        raise InputError(f"selectivity of {name}: the equations could not be solved for these doses")
    series = np.maximum(np.array(unbound), 0.0)
    return {
        "log10_kill": states[:, model.states.index("killed_high_well")] / np.log(10.0),
        "auc": np.trapezoid(series, dx=step, axis=0),
        "peak": series.max(axis=0),
    }


def exposures(
    name: str, doses_mg_per_kg: Sequence[float] | Array, cells: Sequence[str] | None = None, setting: Setting = "vessel"
) -> list[Exposure]:
    """One cycle of a drug at each dose in each kind of cell (all of `cell_kinds` if None).

    Raises InputError for a dose that is not positive and for an unknown kind or setting, with the nearest name.
    """
    known = cell_kinds()
    wanted = list(known) if cells is None else list(cells)
    for kind in wanted:
        if kind not in known:
            raise InputError(
                f"there is no kind of cell '{kind}'{evidence.nearest(kind, known)} (known: {', '.join(known)})"
            )
    for dose in doses_mg_per_kg:
        if not (np.isfinite(dose) and dose > 0):
            raise InputError(f"doses_mg_per_kg: {dose} is no dose; give numbers above 0")
    rows = [(kind, known[kind], float(dose)) for kind in wanted for dose in doses_mg_per_kg]
    found = _cycle(
        name, setting, np.array([row[2] for row in rows]), np.array([row[1] for row in rows]), np.zeros(len(rows))
    )
    return [
        Exposure(kind, receptors, dose, float(found["log10_kill"][n]), float(found["auc"][n]), float(found["peak"][n]))
        for n, (kind, receptors, dose) in enumerate(rows)
    ]


def doses_for_kill(name: str, decades: float, setting: Setting = "vessel") -> dict[str, float]:
    """Dose (mg/kg) of one cycle that kills so many decades, by kind of cell; infinite when 1000 mg/kg do not.

    Interpolated between twenty doses a decade, on a logarithmic scale.
    """
    found: dict[str, float] = {}
    rows = exposures(name, _DOSES, setting=setting)
    for kind in cell_kinds():
        kill = np.array([row.log10_kill for row in rows if row.cells == kind])
        enough = kill[-1] >= decades
        found[kind] = float(np.exp(np.interp(decades, kill, np.log(_DOSES)))) if enough else float("inf")
    return found


def untargeted(name: str, dose_mg_per_kg: float, tumour: Exposure, normal: Exposure) -> Untargeted:
    """What the payload of one dose would do if it were given free (see Untargeted for what is assumed)."""
    roles = drug(name).roles

    def value(role: str, unit: str) -> float:
        fact = evidence.fact(roles[role])
        return fact.value * factor(fact.unit, unit)

    load = sum(n * value(f"dar_share_{n}", "1") for n in range(9))
    nmol = dose_mg_per_kg * _weight() * _NMOL_PER_MG_AT_1_G_PER_MOL / value("molar_mass", "g/mol") * load
    area = nmol / value("payload_clearance", "L/day")
    return Untargeted(
        payload_mg=nmol * value("payload_molar_mass", "g/mol") / _NMOL_PER_MG_AT_1_G_PER_MOL,
        free_auc_nm_day=area,
        targeted_auc_nm_day=tumour.payload_auc_nm_day,
        advantage=tumour.payload_auc_nm_day / area if area > 0 else float("nan"),
        normal_auc_nm_day=normal.payload_auc_nm_day,
    )


def leftover(
    name: str, dose_mg_per_kg: float, baselines_ug_per_ml: Sequence[float], setting: Setting = "vessel"
) -> list[Leftover]:
    """One cycle in HER2 3+ cells beside trastuzumab left over, at each level of it at day 0 (ug/mL)."""
    levels = np.asarray(baselines_ug_per_ml, float)
    receptors = np.full(levels.shape, cell_kinds()["HER2 3+"])
    found = _cycle(name, setting, np.full(levels.shape, dose_mg_per_kg), receptors, levels)
    return [
        Leftover(float(level), float(found["log10_kill"][n]), float(found["auc"][n])) for n, level in enumerate(levels)
    ]


def selectivity(
    name: str = "t_dm1", *, setting: Setting = "vessel", dose_mg_per_kg: float | None = None,
    doses_mg_per_kg: Sequence[float] | None = None,
    baselines_ug_per_ml: Sequence[float] = (0.0, 10.0, 20.0, 50.0, 100.0), decades: float = 0.5,
) -> Selectivity:
    """Everything that tells how a drug spares cells with little HER2, for the typical patient.

    name                  a drug with payload that has a card
    setting               where the cells stand (`vessel` or `tissue`)
    dose_mg_per_kg        reference dose; the label's dose of T-DM1 if None
    doses_mg_per_kg       doses of the curves; twelve from a hundredth to three times the reference if None
    baselines_ug_per_ml   trastuzumab left over at day 0
    decades               kill at which doses are compared

    Raises InputError for a dose that is not positive or an unknown setting, EvidenceError for an unknown drug.
    """
    dose = evidence.value("label.us.dose_full", "mg/kg") if dose_mg_per_kg is None else dose_mg_per_kg
    doses = np.geomspace(0.01 * dose, 3.0 * dose, 12) if doses_mg_per_kg is None else doses_mg_per_kg
    at_dose = {row.cells: row for row in exposures(name, [dose], setting=setting)}
    tumour = at_dose["HER2 3+"]
    needed = doses_for_kill(name, decades, setting)
    indices = tuple(
        Index(
            kind, tumour.log10_kill / row.log10_kill if row.log10_kill > 0 else float("inf"),
            tumour.payload_auc_nm_day / row.payload_auc_nm_day if row.payload_auc_nm_day > 0 else float("inf"),
            decades, needed[kind] / needed["HER2 3+"],
        )
        for kind, row in at_dose.items() if kind != "HER2 3+"
    )
    bare = _cycle("trastuzumab", setting, np.array([dose]), np.array([tumour.receptors]), np.zeros(1))
    return Selectivity(
        drug=name, setting=setting, dose_mg_per_kg=dose, curves=tuple(exposures(name, doses, setting=setting)),
        indices=indices, untargeted=untargeted(name, dose, tumour, at_dose["normal"]),
        leftover=tuple(leftover(name, dose, baselines_ug_per_ml, setting)),
        trastuzumab_alone_log10_kill=float(bare["log10_kill"][0]),
    )
