"""How far the by-load plasma models, and the trials' own, lie from measured means: geometric mean fold errors.

The typical person (70 kg, no trastuzumab left from before) stands against published means. Nothing is fitted here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tdm1 import evidence
from tdm1.mechanism import Model, t_dm1
from tdm1.mechanism.models import by_dar_monkey, plasma_of
from tdm1.trial.bands import course_of
from tdm1.trial.mechanism_course import first_infusion, typical_course
from tdm1.trial.simulate import reference_patient
from tdm1.trial.t_dxd_check import CAPACITY, CONSTANT, log_differences

Array = NDArray[np.float64]

#: A sample taken in the first quarter of an hour is before the dose, or misread: the infusion lasts 90 minutes.
_BEFORE = 0.01
#: The monkeys' dose is short against everything that follows.
_BOLUS = 1.0 / (24 * 60)
#: ng in one ug.
NG_PER_UG = 1e3
#: A DM1 reading below this multiple of the reading before the first dose says little about the drug.
_ABOVE_BACKGROUND = 1.5
CONJUGATE, ANTIBODY, PAYLOAD = "T-DM1 conjugate", "total trastuzumab", "DM1"


@dataclass(frozen=True, slots=True)
class FoldError:
    """One comparison: a model's typical course against `points` means; `limit` is what is asked for, if anything."""

    model: str
    analyte: str
    points: int
    gmfe: float
    limit: float | None


def fold(predicted: Array, measured: Array) -> float:
    """Geometric mean fold error (1 is perfect): exp of the mean absolute difference of logarithms."""
    return float(np.exp(np.mean(np.abs(np.log(predicted / measured)))))


def means(analyte: str, dose_mg_per_kg: float, study: str = "") -> tuple[Array, Array]:
    """Times (day, those within the infusion moved to its end) and concentrations of the human means after one dose."""
    rows = evidence.table("clinical_pk").filter(
        (pl.col("analyte") == analyte) & (pl.col("dose_mg_per_kg") == dose_mg_per_kg)
        & (pl.col("time_day") > _BEFORE) & pl.col("study").str.contains(study)
    )
    return np.maximum(rows["time_day"].to_numpy(), first_infusion()), rows["conc"].to_numpy()


def doses() -> list[float]:
    """Doses (mg/kg) with measured conjugate, ascending."""
    return sorted(evidence.table("clinical_pk").filter(analyte=CONJUGATE)["dose_mg_per_kg"].unique().to_list())


def payload_background() -> float:
    """What the DM1 assay reads in a sample drawn before the first dose (ng/mL), from the table."""
    rows = evidence.table("clinical_pk").filter((pl.col("analyte") == PAYLOAD) & (pl.col("time_day") <= 0.0))
    return float(rows["conc"][0])


def payload_means() -> tuple[Array, Array]:
    """Times (day) and DM1 (ng/mL) at the full dose, those left out that hardly stand out of the assay's background."""
    times, measured = means(PAYLOAD, evidence.value("label.us.dose_full", "mg/kg"))
    keep = measured > _ABOVE_BACKGROUND * payload_background()
    return times[keep], measured[keep]


def human(model: Model, dose_mg_per_kg: float, time_day: Array) -> dict[str, Array]:
    """Course of the typical person after one first infusion; see `typical_course`."""
    weight = evidence.value("plasma.covariate.weight_reference", "kg")
    return typical_course(model, dose_mg_per_kg * weight, time_day, first_infusion())


def conjugate_errors(model: Model, study: str = "Girish") -> dict[float, float]:
    """Fold error of the conjugate at each dose (mg/kg) of one paper's means (Girish has every dose)."""
    found: dict[float, float] = {}
    for dose in doses():
        times, measured = means(CONJUGATE, dose, study)
        found[dose] = fold(human(model, dose, times)["conjugate"], measured)
    return found


def _human_rows(model: Model) -> list[FoldError]:
    dose = evidence.value("label.us.dose_full", "mg/kg")
    rows: list[FoldError] = []
    for analyte, output, limit in ((CONJUGATE, "conjugate", 1.4), (ANTIBODY, "total_antibody", 1.3)):
        times, measured = means(analyte, dose)
        gmfe = fold(human(model, dose, times)[output], measured)
        rows.append(FoldError(model.name, f"{analyte}, {dose:g} mg/kg", len(times), gmfe, limit))
    times, measured = means(PAYLOAD, dose)
    payload = human(model, dose, times)["payload"] * NG_PER_UG
    seen_at, seen = payload_means()
    # The assay reads a background before any drug is given; its late samples are hardly above it.
    for what, predicted, against, limit in (
        ("above the assay's background", human(model, dose, seen_at)["payload"] * NG_PER_UG, seen, 1.5),
        ("with the assay's background added, all means", payload + payload_background(), measured, 1.5),
        ("alone, all means", payload, measured, None),
    ):
        rows.append(FoldError(model.name, f"DM1 {what}, {dose:g} mg/kg", len(against), fold(predicted, against), limit))
    for level, gmfe in conjugate_errors(model).items():
        points = len(means(CONJUGATE, level, "Girish")[0])
        rows.append(FoldError(model.name, f"{CONJUGATE} (Girish 2012), {level:g} mg/kg", points, gmfe, None))
    return rows


def _monkey_rows() -> list[FoldError]:
    model, rows = by_dar_monkey(), list[FoldError]()
    weight = evidence.value("monkey.weight", "kg")
    for curve, limit in (("curve A", 1.3), ("curve B", None)):
        points = evidence.table("monkey_pk").filter(curve=curve, stat="mean")
        times = np.maximum(points["time_day"].to_numpy(), _BOLUS)
        course = typical_course(model, float(points["dose_mg_per_kg"][0]) * weight, times, _BOLUS)
        measured = points["conc"].to_numpy()
        for analyte, output, asked in (("conjugate", "conjugate", limit), ("total antibody", "total_antibody", None)):
            gmfe = fold(course[output], measured)
            rows.append(FoldError(model.name, f"{curve} as {analyte}", len(times), gmfe, asked))
    return rows


def quartino() -> tuple[float, float]:
    """Capacity (mg/day) and constant (ug/mL) of trastuzumab's saturable elimination, for comparison (Quartino 2019)."""
    return evidence.value("quartino.target_capacity", "mg/day"), evidence.value("quartino.target_constant", "ug/mL")


def _t_dxd_rows() -> list[FoldError]:
    """T-DXd's first trial, dose by dose: HER2 outside the tumour as shipped, none, and with Quartino's values."""
    rows: list[FoldError] = []
    shipped = evidence.value(CAPACITY, "mg/day"), evidence.value(CONSTANT, "ug/mL")
    for what, targets in (
        ("", shipped), (", no HER2 outside the tumour", (0.0, shipped[1])), (", Quartino 2019's", quartino())
    ):
        logs, levels = log_differences(*targets)
        for level in np.unique(levels):
            own = np.abs(logs[levels == level])
            gmfe = float(np.exp(own.mean()))
            rows.append(FoldError("plasma_t_dxd", f"T-DXd, {level:g} mg/kg{what}", len(own), gmfe, None))
    return rows


def trial_model_errors() -> list[FoldError]:
    """The model that trials run against the same human means at 3.6 mg/kg, all of them, DM1's background included."""
    dose = evidence.value("label.us.dose_full", "mg/kg")
    rows: list[FoldError] = []
    for analyte, output, limit in (
        (CONJUGATE, "conjugate", 1.4), (ANTIBODY, "total_antibody", 1.3), (PAYLOAD, "dm1", 1.5),
    ):
        times, measured = means(analyte, dose)
        when = np.unique(times)
        who, dose_mg = reference_patient(t_dm1(), dose)
        course, _ = course_of(who, dose_mg, [0.0], [first_infusion()], when)
        gmfe = fold(course[output][np.searchsorted(when, times), 0], measured)
        rows.append(FoldError(t_dm1().name, f"{analyte}, {dose:g} mg/kg, all means", len(times), gmfe, limit))
    return rows


def fold_errors() -> list[FoldError]:
    """Every comparison of the by-load models with measured means; where `limit` is given, `gmfe` should not exceed it.

    Human: conjugate, total antibody and DM1 at 3.6 mg/kg, and conjugate at each dose; monkey: both curves of the
    figure, each read as conjugate and as total antibody, because the file does not say which is which; T-DXd at six
    doses, with three settings of HER2 outside the tumour.
    """
    return [*_human_rows(plasma_of("t_dm1")), *_monkey_rows(), *_t_dxd_rows()]
