"""Published figures of the plasma model, re-derived from the facts; closed forms; measured concentrations.

Lu 2014's values stand as published: nothing here was fitted to the concentrations it is compared with, but the
free DM1 in the vial (to DM1) and the proteolytic clearance (to total antibody).
"""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import product
from math import exp, log, sqrt

import numpy as np
import polars as pl
import pytest
from mechanism.people import FIRST, LATER, Named, emilia, inputs, treat

from tdm1 import engine, evidence
from tdm1.mechanism import t_dm1, t_dm1_plasma
from tdm1.population.individual import EFFECTS, individuals, initial_states
from tdm1.trial.simulate import reference_covariates, reference_patient

LU = {
    name: evidence.value(f"plasma.{name}", unit)
    for name, unit in (("clearance", "L/day"), ("central_volume", "L"), ("intercompartmental_clearance", "L/day"),
                       ("peripheral_volume", "L"))
}
COVARIATE = {"WT": "weight_kg", "ECD": "her2_ecd_ng_per_ml", "ALB": "albumin_g_per_l", "TMBD": "sum_of_diameters_mm",
             "TBL": "baseline_trastuzumab_ug_per_ml", "AST": "ast_u_per_l"}


def _published(metric: str, source: str = "lu2014") -> float:
    rows = evidence.table("pk").filter((pl.col("metric") == metric) & (pl.col("source_key") == source))
    assert rows.height == 1, metric
    return float(rows["mean"][0])


def _rates() -> tuple[float, float]:
    """Fast and slow rate (1/day) of Lu 2014's two compartments."""
    out = LU["clearance"] / LU["central_volume"]
    there = LU["intercompartmental_clearance"] / LU["central_volume"]
    back = LU["intercompartmental_clearance"] / LU["peripheral_volume"]
    total = out + there + back
    root = sqrt(total * total - 4.0 * out * back)
    return (total + root) / 2.0, (total - root) / 2.0


def _closed_form(dose_mg: float, time_day: np.ndarray) -> np.ndarray:
    """Concentration (ug/mL) after one infusion of FIRST days by the biexponential solution."""
    fast, slow = _rates()
    back = LU["intercompartmental_clearance"] / LU["peripheral_volume"]
    rate = dose_mg / FIRST / LU["central_volume"]
    found = np.zeros_like(time_day)
    for own, other in ((fast, slow), (slow, fast)):
        weight = rate * (back - own) / (other - own) / own
        inside = np.minimum(time_day, FIRST)
        found += weight * (1.0 - np.exp(-own * inside)) * np.exp(-own * (time_day - inside))
    return found


def _course(times: np.ndarray, dose_mg_per_kg: float = 3.6) -> dict[str, np.ndarray]:
    """Outputs of the reference patient at `times` (T,), after one dose; a time inside the infusion sees it running."""
    model = t_dm1_plasma()
    kernel = engine.compile(model)
    who, dose = reference_patient(model, dose_mg_per_kg)
    rows = np.repeat(who.values, len(times), axis=0)
    start = np.repeat(initial_states(who), len(times), axis=0)
    on = np.minimum(times, FIRST)
    moved = kernel.advance(
        start, rows, inputs(np.full(len(times), dose[0] / FIRST)), on, times, relative_tolerance=1e-11
    )
    assert not moved.status.any()
    return dict(zip(model.outputs, kernel.observe(moved.states, rows, np.zeros((len(times), 2))).T, strict=True))


def test_terminal_half_life_against_lu_2014() -> None:
    assert log(2.0) / _rates()[1] == pytest.approx(_published("terminal_half_life"), abs=0.005)


def test_concentrations_against_closed_form() -> None:
    times = np.array([0.01, 0.03, FIRST, 0.1, 0.5, 1.0, 3.0, 7.0, 14.0, 21.0, 42.0])
    np.testing.assert_allclose(_course(times)["conjugate"], _closed_form(3.6 * 70.0, times), rtol=1e-8)


def test_area_under_the_curve_against_dose_over_clearance() -> None:
    """252 mg at 0.676 L/day: 373 ug*day/mL."""
    who, dose = reference_patient(t_dm1_plasma(), 3.6)
    kernel = engine.compile(t_dm1_plasma())
    states, _ = treat(kernel, who, dose, 1, 1e-11, every_days=365.0)
    area = Named(kernel, who, states)["conjugate_auc"][0]
    assert area == pytest.approx(252.0 / LU["clearance"], rel=1e-8)
    assert area == pytest.approx(373.0, abs=0.5)


def test_peak_and_trough_against_bolus_and_closed_form() -> None:
    """The peak of a bolus would be dose / central volume, 80.6 ug/mL; 90 minutes of infusion cost 2 % of it."""
    bolus = 3.6 * 70.0 / LU["central_volume"]
    assert bolus == pytest.approx(80.6, abs=0.05)
    peak, trough = _course(np.array([FIRST, 21.0]))["conjugate"]
    assert 0.97 * bolus < peak < bolus
    assert trough == pytest.approx(_closed_form(252.0, np.array([21.0]))[0], rel=1e-8)
    assert 1.0 < trough < 2.5


def _half_digit(number: float) -> float:
    """Half a unit of the last digit in which a number is printed."""
    return 0.5 * 10.0 ** int(Decimal(str(number)).as_tuple().exponent)


def _at(metric: str, covariate: float, changes: dict[str, float]) -> float:
    """Clearance or central volume at one covariate, with some facts replaced."""
    which, where = metric.split("_at_")
    letters = re.match(r"[A-Z]+", where)
    assert letters is not None
    name = COVARIATE[letters[0]]
    covariates = {**reference_covariates(), name: np.array([covariate * (10.0 if where.endswith("cm") else 1.0)])}
    with evidence.what_if(changes):
        found = individuals(t_dm1_plasma(), covariates, np.zeros((1, len(EFFECTS))))
        return float(found.column({"CL": "clearance", "Vc": "central_volume"}[which])[0])


#: The fact whose printed digits bound what can be re-derived, by the letters of the covariate.
EXPONENT = {"WT": "weight", "ECD": "her2_ecd", "ALB": "albumin", "TMBD": "tumour", "TBL": "baseline_trastuzumab",
            "AST": "ast"}
PERCENTILES = [
    "CL_at_WT49", "CL_at_WT98", "CL_at_ECD332", "CL_at_ALB33", "CL_at_ALB48", "CL_at_TMBD30.3cm", "CL_at_TBL54",
    "CL_at_AST64", "Vc_at_WT49", "Vc_at_WT98",
]


def test_every_published_percentile_is_compared() -> None:
    rows = evidence.table("pk").filter((pl.col("source_key") == "lu2014") & pl.col("metric").str.contains("_at_"))
    assert sorted(rows["metric"]) == sorted(PERCENTILES)


@pytest.mark.parametrize("metric", PERCENTILES)
def test_clearance_and_volume_at_percentiles_against_lu_2014(metric: str) -> None:
    """What the rounding of the printed numbers allows holds the printed result, and the centre is within 1.5 %.

    Most centres agree to 0.2 %. CL at TBL54 is off by 1.3 %, because its coefficient is printed with one digit.
    """
    which, where = metric.split("_at_")
    letters, number = re.match(r"([A-Z]+)([\d.]+)", where).groups()  # type: ignore[union-attr]
    typical = "plasma.clearance" if which == "CL" else "plasma.central_volume"
    on = "clearance" if which == "CL" else "central_volume"
    facts = (typical, f"plasma.covariate.{EXPONENT[letters]}_on_{on}")
    printed = _published(metric)
    corners = [
        _at(metric, float(number) + covariate * _half_digit(float(number) if "." in number else int(number)),
            {fact: evidence.fact(fact).value + sign * _half_digit(evidence.fact(fact).value)
             for fact, sign in zip(facts, signs, strict=True)})
        for covariate, *signs in product((-1.0, 1.0), repeat=3)
    ]
    assert min(corners) - _half_digit(printed) <= printed <= max(corners) + _half_digit(printed)
    assert _at(metric, float(number), {}) == pytest.approx(printed, rel=0.015 if letters == "TBL" else 0.0025)


def _fold_error(analyte: str, output: str, study: str = "", least_dose: float = 2.4) -> float:
    """Geometric mean fold error of the reference patient against the published means of a study to day 14."""
    rows = evidence.table("clinical_pk").filter(
        (pl.col("analyte") == analyte) & (pl.col("dose_mg_per_kg") >= least_dose) & (pl.col("time_day") > 0.01)
        & (pl.col("time_day") <= 14.0) & pl.col("study").str.contains(study)
    )
    errors: list[float] = []
    for (dose,), points in rows.group_by(["dose_mg_per_kg"]):
        # The infusion ends at 90 minutes; digitised times within it are read at its end.
        times = np.maximum(points["time_day"].to_numpy(), FIRST)
        errors += list(np.abs(np.log(_course(times, float(dose))[output] / points["conc"].to_numpy())))  # type: ignore[arg-type]
    assert len(errors) >= 7
    return exp(float(np.mean(errors)))


def test_conjugate_with_lu_2014_as_published_against_girish_2012() -> None:
    assert evidence.fact("plasma.clearance").read == "read"
    assert _fold_error("T-DM1 conjugate", "conjugate", "Girish 2012") <= 1.35


def test_total_antibody_against_krop_2010() -> None:
    assert _fold_error("total trastuzumab", "total_antibody") <= 1.3


def test_dm1_against_krop_2010_and_girish_2012() -> None:
    assert _fold_error("DM1", "dm1") <= 1.5


def test_exposure_of_a_population_against_marianne() -> None:
    """Means of 375 patients of another trial, predicted within 25 %: the population is EMILIA's.

    The mean trough is the exception. Lu 2014's spread of the two distribution parameters is so wide (and so strongly
    shrunken in MARIANNE's own estimates) that simulated troughs have a long upper tail: 2.2 against 1.34 ug/mL.
    The typical patient's trough is held to 25 %, the simulated mean to a factor of 2.
    """
    model = t_dm1_plasma()
    kernel = engine.compile(model)
    who, dose = emilia(model, 1024)
    start = initial_states(who)
    first = kernel.advance(start, who.values, inputs(dose / FIRST), FIRST, 21.0)
    late = kernel.advance(first.states, who.values, np.zeros((len(dose), 2)), 0.0, 300.0)
    peak = Named(kernel, who, first.after_input)["conjugate"].mean()
    troughs = Named(kernel, who, first.states)["conjugate"]
    typical = _course(np.array([21.0]))["conjugate"][0]
    area = Named(kernel, who, late.states)["conjugate_auc"].mean()
    assert peak == pytest.approx(_published("Cmax_cycle1_model", "marianne_pk2019"), rel=0.25)
    assert typical == pytest.approx(_published("Ctrough_cycle1_model", "marianne_pk2019"), rel=0.25)
    assert troughs.mean() < 2.0 * _published("Ctrough_cycle1_model", "marianne_pk2019")
    assert area == pytest.approx(_published("AUCinf_cycle1_model", "marianne_pk2019"), rel=0.25)


def test_trastuzumab_given_as_such_against_its_label() -> None:
    """Steady state at 6 mg/kg every three weeks: area and peak within 10 %, trough inside the published 5 to 95 %.

    Nothing was fitted to these: naked antibody has T-DM1's volumes, which hold less than trastuzumab's own peripheral
    compartment (Bruno 2005), so its trough lies below the published median.
    """
    model = t_dm1_plasma()
    kernel = engine.compile(model)
    who, dose = reference_patient(model, 6.0)
    states, _ = treat(kernel, who, 0.0 * dose, 18, 1e-9, trastuzumab_mg=dose)
    assert not Named(kernel, who, states)["conjugate_auc"].any()
    trough = Named(kernel, who, states)["total_antibody"][0]
    peak = kernel.advance(states, who.values, inputs(0.0 * dose, dose / LATER), LATER, LATER).states
    # At steady state the area of a cycle is the dose over the clearance, which the trough and the peak check.
    area = dose[0] / who.column("proteolytic_clearance")[0]
    assert area == pytest.approx(_published("AUC_steady_state", "herceptin_label"), rel=0.1)
    assert Named(kernel, who, peak)["total_antibody"][0] == pytest.approx(
        _published("Cmax_steady_state", "herceptin_label"), rel=0.1
    )
    low, high = (_published(f"Cmin_steady_state_{end}", "herceptin_label") for end in ("p05", "p95"))
    assert low < trough < _published("Cmin_steady_state", "herceptin_label") < high


def test_variability_of_clearance_against_lu_2014() -> None:
    """Effects alone, at one body: the spread and the covariance that were published."""
    model = t_dm1_plasma()
    effects = np.random.default_rng(1).standard_normal((20_000, len(EFFECTS)))
    covariates = {name: np.repeat(value, len(effects)) for name, value in reference_covariates().items()}
    people = individuals(model, covariates, effects)
    logs = np.log(np.stack([people.column("clearance"), people.column("central_volume")]))
    spread = np.cov(logs)
    assert 100.0 * sqrt(exp(spread[0, 0]) - 1.0) == pytest.approx(_published("IIV_CL_CV"), rel=0.03)
    assert 100.0 * sqrt(exp(spread[1, 1]) - 1.0) == pytest.approx(_published("IIV_Vc_CV"), rel=0.03)
    assert spread[0, 1] == pytest.approx(_published("cov_CL_Vc"), rel=0.05)


def test_tumour_leaves_the_published_kinetics_alone() -> None:
    """What lesions take up is a share of the clearance, so the conjugate's course is the same with and without them."""
    found = []
    for model in (t_dm1(), t_dm1_plasma()):
        who, dose = emilia(model, 16)
        kernel = engine.compile(model)
        found.append(Named(kernel, who, treat(kernel, who, dose, 2, 1e-10)[0])["conjugate"])
    np.testing.assert_allclose(found[0], found[1], rtol=1e-6)
