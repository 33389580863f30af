"""Covariate effects on exposure: simulated against the printed equation, the closed form and the printed numbers."""

from __future__ import annotations

import re
from functools import cache
from math import exp

import numpy as np
import polars as pl
import pytest

from tdm1 import eligibility, evidence, population
from tdm1.trial.covariate_effects import (
    MEASURES,
    STEADY_CYCLES,
    CovariateEffects,
    Effect,
    covariate_effects,
    exposures,
)
from tdm1.trial.covariate_published import COVARIATES, half_digit
from tdm1.trial.reading import InputError
from tdm1.trial.simulate import reference_covariates

FIRST, LATER = 90.0 / 1440.0, 30.0 / 1440.0
#: Lu 2014's equation written out once more: reference, exponent; trastuzumab acts on ln clearance.
LU = {"weight_kg": (70.0, 0.49), "her2_ecd_ng_per_ml": (25.0, 0.035), "albumin_g_per_l": (41.0, -0.423),
      "sum_of_diameters_mm": (90.0, 0.052), "ast_u_per_l": (27.0, 0.071)}


@cache
def _found() -> CovariateEffects:
    return covariate_effects(patients=2000)


def _clearance(values: dict[str, float]) -> float:
    """Clearance (L/day) by Lu 2014, Eq 5, typed out here."""
    ratio = exp(-0.002 * values.get("baseline_trastuzumab_ug_per_ml", 0.0))
    for name, (reference, power) in LU.items():
        ratio *= (values.get(name, reference) / reference) ** power
    return 0.676 * ratio


def _concentration(values: dict[str, float], time: float, doses: int, at_end: bool) -> float:
    """Biexponential concentration (ug/mL) `time` days after dose number `doses` began; `at_end` of the infusion."""
    weight = values.get("weight_kg", 70.0)
    clearance, volume = _clearance(values), 3.127 * (weight / 70.0) ** 0.596
    out, there, back = clearance / volume, 1.534 / volume, 1.534 / 0.66
    total = out + there + back
    root = np.sqrt(total * total - 4.0 * out * back)
    found = 0.0
    for dose in range(doses):
        length = LATER if dose else FIRST
        since = (doses - 1 - dose) * 21.0 + (length if at_end and dose == doses - 1 else time)
        for own, other in (((total + root) / 2, (total - root) / 2), ((total - root) / 2, (total + root) / 2)):
            height = 3.6 * weight / length / volume * (back - own) / (other - own) / own
            found += height * (1.0 - np.exp(-own * length)) * np.exp(-own * (since - length))
    return float(found)


def _ids(effect: Effect) -> str:
    return f"{effect.level.covariate.name}-{effect.level.percentile}"


EFFECTS_AT = covariate_effects(patients=20).effects


@pytest.mark.parametrize("effect", EFFECTS_AT, ids=_ids)
def test_area_at_steady_state_against_dose_over_the_printed_clearance(effect: Effect) -> None:
    values = {effect.level.covariate.name: effect.level.value}
    area = effect.ratio["auc_steady"] * _found().reference["auc_steady"]
    expected = 3.6 * values.get("weight_kg", 70.0) / _clearance(values)
    assert area == pytest.approx(expected, rel=1e-4)
    assert effect.ratio["auc_steady"] == pytest.approx(effect.equation, rel=1e-4)


@pytest.mark.parametrize("effect", EFFECTS_AT, ids=_ids)
def test_peaks_and_troughs_against_biexponential_closed_form(effect: Effect) -> None:
    values = {effect.level.covariate.name: effect.level.value}
    for name, doses in (("cycle_1", 1), ("steady", STEADY_CYCLES)):
        for measure, at_end in (("cmax", True), ("trough", False)):
            key = f"{measure}_{name}"
            found = effect.ratio[key] * _found().reference[key]
            # A peak is the end of the infusion; before it the last infusion would not have ended.
            late = LATER if doses > 1 else FIRST
            expected = _concentration(values, late if at_end else 21.0, doses, at_end)
            assert found == pytest.approx(expected, rel=1e-6), key


def test_area_of_the_first_cycle_against_area_to_the_end_of_time() -> None:
    """What the first cycle lacks is what the trough still holds: under 4 % for the reference patient."""
    reference = _found().reference
    assert 0.96 * reference["auc_steady"] < reference["auc_cycle_1"] < reference["auc_steady"]


def test_percentiles_against_lu_2014() -> None:
    """Published percentiles as they are printed; the others are marked as ours."""
    published = {
        (at.level.covariate.printed, at.level.percentile): at.level.value for at in EFFECTS_AT if at.level.published
    }
    assert published == {
        ("WT", 5): 49.0, ("WT", 95): 98.0, ("ALB", 5): 33.0, ("ALB", 95): 48.0, ("ECD", 95): 332.0,
        ("TMBD", 95): 303.0, ("AST", 95): 64.0, ("TBL", 5): 0.0, ("TBL", 95): 54.0,
    }


def test_other_percentiles_against_a_sample_of_virtual_patients() -> None:
    people = population.sample(population.load("emilia"), 3, 0, 20_000)
    ours = [at.level for at in EFFECTS_AT if not at.level.published]
    assert {at.covariate.printed for at in ours} == {"ECD", "TMBD", "AST"}
    for at in ours:
        share = float(np.mean(people[at.covariate.name] <= at.value))
        assert share == pytest.approx(0.05, abs=0.006)
        assert at.read == "derived"


def test_every_printed_clearance_is_compared_and_agrees() -> None:
    rows = evidence.table("pk").filter((pl.col("source_key") == "lu2014") & pl.col("metric").str.contains("CL_at_"))
    compared = {at.printed.metric: at for at in EFFECTS_AT if at.printed is not None}
    assert sorted(compared) == sorted(rows["metric"])
    for row in rows.iter_rows(named=True):
        at = compared[row["metric"]]
        assert at.printed is not None and at.printed.clearance_l_per_day == row["mean"]
        dose = at.level.value / 70.0 if "WT" in row["metric"] else 1.0
        assert at.printed.ratio == pytest.approx(dose * 0.676 / row["mean"], rel=1e-12)
        assert at.printed.lower < at.printed.ratio < at.printed.upper
        assert at.printed.agrees and at.printed.read == "read"
        assert at.ratio["auc_steady"] == pytest.approx(at.printed.ratio, rel=0.015)


def test_peak_at_both_weights_against_dose_over_the_printed_volume() -> None:
    """A bolus into the printed volume (0.700 x 3.127 / 2.523) against the peak of an infusion, within 1 %."""
    peaks = {
        at.level.value: (at.printed.peak_ratio, at.ratio["cmax_cycle_1"])
        for at in EFFECTS_AT if at.printed is not None and at.printed.peak_ratio is not None
    }
    assert sorted(peaks) == [49.0, 98.0]
    assert peaks[49.0][0] == pytest.approx(0.7 * 3.127 / 2.523, rel=1e-12)
    for printed, simulated in peaks.values():
        assert simulated == pytest.approx(printed, rel=0.01)


def test_a_wrong_clearance_would_not_agree() -> None:
    """The comparison can fail: without the effect of albumin on clearance the printed one is out of reach."""
    with evidence.what_if({"plasma.covariate.albumin_on_clearance": -0.3}):
        found = covariate_effects(patients=20)
    albumin = [at for at in found.effects if at.level.covariate.name == "albumin_g_per_l"]
    assert [at.printed.agrees for at in albumin if at.printed is not None] == [False, False]


@pytest.mark.parametrize(("number", "half"), [(0.49, 0.005), (332.0, 0.5), (-0.002, 0.0005), (30.3, 0.05), (0.0, 0.5)])
def test_half_digit_against_the_printed_number(number: float, half: float) -> None:
    assert half_digit(number) == pytest.approx(half, rel=1e-12)


def test_extremes_against_the_printed_equation() -> None:
    low, high = _found().extremes
    for extreme in (low, high):
        weight = extreme.values["weight_kg"]
        expected = weight / 70.0 * 0.676 / _clearance(extreme.values)
        assert extreme.ratio["auc_steady"] == pytest.approx(expected, rel=1e-4)
        assert set(extreme.values) == {covariate.name for covariate in COVARIATES}
    lowered = [at.ratio["auc_steady"] for at in EFFECTS_AT]
    assert low.ratio["auc_steady"] < min(lowered) < 1.0 < max(lowered) < high.ratio["auc_steady"]


def test_no_single_covariate_moves_the_area_out_of_the_band() -> None:
    """As the docs say; troughs of the same people do leave it."""
    low, high = (evidence.value(f"covariate_effects.band_{end}", "1") for end in ("lower", "upper"))
    assert all(low < at.ratio["auc_steady"] < high for at in EFFECTS_AT)
    assert any(at.ratio["trough_steady"] < low for at in EFFECTS_AT)
    assert any(at.ratio["trough_steady"] > high for at in EFFECTS_AT)


def test_spread_of_alike_patients_against_lu_2014s_variance() -> None:
    """Area is dose over clearance, so its percentiles are those of a log-normal of variance 0.03585."""
    alike = _found().spreads[1]
    bound = exp(1.6448536 * 0.03585**0.5)
    # 2,000 patients fix a 5th percentile to about 0.01 in this ratio.
    assert alike.p05["auc_steady"] == pytest.approx(1.0 / bound, rel=0.03)
    assert alike.p95["auc_steady"] == pytest.approx(bound, rel=0.03)


def test_spread_by_covariates_against_the_equation_over_the_same_people() -> None:
    people = population.sample(population.load("emilia"), 1, 0, 2000, screen=eligibility.screen("emilia"))
    areas = [
        people["weight_kg"][i] / 70.0 * 0.676
        / _clearance({name: float(people[name][i]) for name in (*LU, "baseline_trastuzumab_ug_per_ml")})
        for i in range(2000)
    ]
    spread = _found().spreads[0]
    assert spread.p05["auc_steady"] == pytest.approx(float(np.quantile(areas, 0.05)), rel=1e-4)
    assert spread.p95["auc_steady"] == pytest.approx(float(np.quantile(areas, 0.95)), rel=1e-4)


def test_liver_against_the_published_ratios_of_clearance() -> None:
    assert [(at.ratio, at.n, at.read) for at in _found().liver] == [(1 / 1.8, 10, "read"), (1 / 4.0, 8, "read")]


def test_findings_in_words_cite_lu_2014_for_what_it_left_out() -> None:
    none = {row["factor"] for row in _found().in_words if row["finding"] == "none" and row["source_key"] == "lu2014"}
    assert none == {"age", "race", "region", "renal function"}


def test_dose_against_proportion() -> None:
    """The model is linear: half the dose is half the exposure, and no ratio changes."""
    reference = reference_covariates()
    whole, half = (exposures(reference, np.zeros((1, 21)), dose, 21.0) for dose in (3.6, 1.8))
    for name in MEASURES:
        assert half[name][0] == pytest.approx(whole[name][0] / 2.0, rel=1e-7)


@pytest.mark.parametrize(
    ("asked", "said"),
    [({"dose_mg_per_kg": 0.0}, "dose_mg_per_kg is 0; it must be above 0"),
     ({"every_days": 0.01}, "every_days is 0.01; it must be longer than the infusion (90 minutes)"),
     ({"dose_mg_per_kg": float("nan")}, "dose_mg_per_kg is nan"),
     ({"patients": 5}, "patients is 5; percentiles need 20 or more")],
)
def test_bad_number_is_told(asked: dict[str, float], said: str) -> None:
    with pytest.raises(InputError, match=re.escape(said)):
        covariate_effects(**asked)  # type: ignore[arg-type]
