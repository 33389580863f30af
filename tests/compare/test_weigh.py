"""Estimates and paired differences from tables of patients, against plain counting and the rules of pairing."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest
from compare.tables import table
from lifelines import KaplanMeierFitter

from tdm1 import trial
from tdm1.trial.compared_outcomes import axes, outcomes
from tdm1.trial.comparing import same_people, weigh, with_doses
from tdm1.trial.result import ArmResult

METASTATIC, EARLY = outcomes(trial.load("emilia")), outcomes(trial.load("katherine"))


def test_outcomes_against_what_the_issue_asks_for() -> None:
    names = {one.name for one in METASTATIC}
    assert {"orr_pct", "pfs_pct.12", "pfs_median_month", "os_median_month"} <= names
    assert {"idfs_pct.36", "idfs_pct.84", "os_pct.84"} <= {one.name for one in EARLY}
    asked = {
        "adverse_events.any_grade3plus_ae.g3plus_pct", "labs.platelets_decreased.g3plus_pct",
        "labs.transaminases_increased.g3plus_pct", "adverse_events.peripheral_neuropathy.any_pct",
        "stopped_for_ae_pct", "dose_delayed_pct", "dose_reduced_pct", "relative_dose_intensity_median_pct",
        "t_dm1_mean_mg",
    }
    for known in (METASTATIC, EARLY):
        assert asked <= {one.name for one in known}
        assert len({one.name for one in known}) == len(known)
        assert all((one.better == "lower") == (one.kind == "toxicity") for one in known)
    assert [one.name for one in axes(EARLY)] == ["idfs_pct.36", "adverse_events.any_grade3plus_ae.g3plus_pct"]


def test_a_survival_beyond_the_follow_up_is_left_out() -> None:
    short = trial.load("emilia")
    period = short.period.model_copy(update={"data_cut": short.period.first_patient.replace(year=2010),
                                             "survival_cut": None})
    names = {one.name for one in outcomes(short.model_copy(update={"period": period}))}
    assert "pfs_pct.12" not in names and "os_pct.24" not in names and "pfs_median_month" in names
    assert axes(outcomes(short.model_copy(update={"period": period})))[0].name == "orr_pct"


def test_estimates_against_plain_counting_and_lifelines() -> None:
    rows = table(1)
    found = {one.outcome: one.value for one in weigh({"A": rows, "B": table(2)}, METASTATIC, 1).estimates
             if one.regimen == "A"}
    measurable = rows.filter("measurable")
    assert found["orr_pct"] == pytest.approx(100 * measurable["best_response"].is_in(["CR", "PR"]).mean())
    fitted = KaplanMeierFitter().fit(rows["pfs_month"], rows["pfs_event"])
    assert found["pfs_pct.12"] == pytest.approx(100 * float(fitted.predict(12.0)))
    assert found["pfs_median_month"] == fitted.median_survival_time_
    seen = rows.filter(pl.max_horizontal("grade_alt", "grade_ast") >= 0)
    high = seen.filter((pl.col("grade_alt") >= 3) | (pl.col("grade_ast") >= 3))
    assert found["labs.transaminases_increased.g3plus_pct"] == pytest.approx(100 * high.height / seen.height)
    neuropathy = (rows["ae_peripheral_neuropathy"] > 0).mean()
    assert found["adverse_events.peripheral_neuropathy.any_pct"] == pytest.approx(100 * neuropathy)
    assert found["t_dm1_mean_mg"] == pytest.approx(rows["t_dm1_mg"].mean())


@pytest.mark.parametrize(("known", "early"), [(METASTATIC, False), (EARLY, True)])
def test_the_same_regimen_twice_differs_by_exactly_nothing(known: tuple, early: bool) -> None:
    rows = table(3, early=early)
    found = weigh({"A": rows, "A (2)": rows}, known, 4)
    assert {one.regimen for one in found.differences} == {"A (2)"}
    for one in found.differences:
        of_value = next(each for each in found.estimates if each.outcome == one.outcome)
        if math.isfinite(of_value.value):
            assert one.value == 0.0
        if math.isfinite(of_value.upper95):
            assert (one.lower95, one.upper95) == (0.0, 0.0)
        if one.number_needed is not None:
            assert not one.number_needed.shown and str(one.number_needed) == "no difference"
    assert all(one.dominated_by == () and one.dominated_pct == 0.0 for one in found.standings)


def test_results_do_not_depend_on_the_order_of_the_regimens() -> None:
    tables = {name: table(seed) for name, seed in (("A", 5), ("B", 6), ("C", 7))}
    first, second = weigh(tables, METASTATIC, 9), weigh({name: tables[name] for name in "BAC"}, METASTATIC, 9)
    assert {(one.regimen, one.outcome): one for one in first.estimates} == {
        (one.regimen, one.outcome): one for one in second.estimates
    }
    forth = {one.outcome: one for one in first.differences if one.regimen == "B"}
    back = {one.outcome: one for one in second.differences if one.regimen == "A"}
    for name, one in forth.items():
        other = back[name]
        assert one.value == -other.value or math.isnan(one.value)
        assert (one.lower95, one.upper95) == (-other.upper95, -other.lower95) or math.isnan(one.lower95)
    assert {one.regimen: (set(one.dominated_by), one.dominated_pct) for one in first.standings} == {
        one.regimen: (set(one.dominated_by), one.dominated_pct) for one in second.standings
    }


def test_a_number_needed_counts_more_toxicity_as_harm() -> None:
    rows = table(8)
    worse = rows.with_columns(stopped_for_ae=pl.lit(True), pfs_event=pl.lit(False))
    found = {one.outcome: one for one in weigh({"A": rows, "B": worse}, METASTATIC, 1).differences}
    stopped, free = found["stopped_for_ae_pct"], found["pfs_pct.12"]
    assert stopped.number_needed is not None and free.number_needed is not None
    assert stopped.value > 0 and stopped.number_needed.value == pytest.approx(-100 / stopped.value)
    assert free.value > 0 and free.number_needed.value == pytest.approx(100 / free.value)
    assert found["pfs_median_month"].number_needed is None


def test_an_arm_without_dose_reductions_has_none_to_compare() -> None:
    rows = table(8)
    found = weigh({"A": rows, "B": rows.drop("reduced")}, METASTATIC, 1)
    (one,) = [one for one in found.differences if one.outcome == "dose_reduced_pct"]
    assert math.isnan(one.value) and one.number_needed is None
    assert all(math.isnan(each.value) == (each.regimen == "B") for each in found.estimates
               if each.outcome == "dose_reduced_pct")


def test_only_patients_solved_under_every_regimen_are_compared() -> None:
    one, other = table(1, 6), table(2, 6)
    one = one.with_columns(solve_status=pl.Series([0, 1, 0, 0, 0, 0]))
    other = other.with_columns(solve_status=pl.Series([0, 0, 0, 0, -2, 0])).reverse()
    kept = same_people({"A": one, "B": other})
    assert [frame["patient"].to_list() for frame in kept.values()] == [[0, 2, 3, 5], [0, 2, 3, 5]]


def test_milligrams_given_against_adding_them_up() -> None:
    subjects = pl.DataFrame(
        {"patient": [0, 1, 2], "weight_kg": [50.0, 80.0, 60.0], "treatment_month": [12 / 365.25 * 21] * 3}
    )
    doses = pl.DataFrame(
        {"patient": [0, 1, 1, 1], "dose_mg": [180.0, 100.0, 90.0, 480.0],
         "drug": ["T-DM1", "T-DM1", "T-DM1", "trastuzumab"]}
    )
    found = with_doses(ArmResult("A", 3, subjects, doses=doses))
    assert found["t_dm1_mg"].to_list() == [180.0, 190.0, 0.0]
    assert found["t_dm1_mg_per_kg_week"].to_list() == pytest.approx([3.6 / 3, 190 / 80 / 3, 0.0])
    assert np.isfinite(with_doses(ArmResult("A", 3, subjects))["t_dm1_mg"].to_numpy()).all()
