"""The quick what-if: against the trial's own pieces, against what must be, and its bounds."""

from __future__ import annotations

import json

import numpy as np
import pytest
from forecast.made import what_if
from hypothesis import given, settings
from hypothesis import strategies as st

from tdm1 import evidence, safety, trial
from tdm1.forecast import ForecastError, Settings, bounds, explore
from tdm1.forecast._explore import OUTCOMES, _arm, _everybody, _people
from tdm1.forecast.replay import replay
from tdm1.forecast.settings import asked
from tdm1.trial.bands import course_of
from tdm1.trial.protocol import run_course


def test_defaults_are_the_labels() -> None:
    found = explore(Settings(patients=64)).settings
    assert (found.dose_mg_per_kg, found.interval_day) == (3.6, 21)
    assert asked(Settings()).patients == evidence.value("forecast.explore.people", "1")


def test_bands_against_a_course_without_dose_changes() -> None:
    """People whose doses were never changed have the values of a plain course with fixed doses."""
    wanted = asked(Settings(patients=64))
    who, arm = _people(wanted), _arm(wanted)
    course = run_course(trial.load("emilia"), arm, who, safety.label.load("metastatic", "US"), wanted.seed)
    fine = replay(who, course, 63)
    starts = [0.0, 21.0, 42.0]
    lengths = [arm.first_infusion, arm.later_infusion, arm.later_infusion]
    times = np.array([day for day in fine.time_day if day < 63.0])
    plain, _ = course_of(who.individuals, arm.dose * who.covariates["weight_kg"], starts, lengths, times)
    own = course.ledger.doses_frame()
    unchanged = [
        patient for patient in range(64)
        if sorted(own.filter(own["patient"] == patient)["time_day"].to_list())[:3] == starts
        and own.filter(own["patient"] == patient)["level_mg_per_kg"].to_list()[:3] == [3.6] * 3
    ]
    assert len(unchanged) > 20
    for name in ("conjugate", "dm1", "platelets"):
        np.testing.assert_allclose(
            fine.values[name][: len(times), unchanged], plain[name][:, unchanged], rtol=0.02, atol=1e-3
        )
    np.testing.assert_allclose(
        fine.values["tumour"][: len(times), unchanged],
        100.0 * plain["sum_of_diameters"][:, unchanged] / who.covariates["sum_of_diameters_mm"][unchanged], rtol=0.02,
    )


def test_more_drug_more_of_everything() -> None:
    """Exposure is in proportion at its peak; response and low platelets rise with the dose."""
    low, full = what_if(dose_mg_per_kg=1.2), what_if()
    peaks = [found.bands["conjugate"].median[1] for found in (low, full)]
    assert peaks[0] is not None and peaks[1] is not None
    assert peaks[1] / peaks[0] == pytest.approx(3.0, rel=0.1)
    for name in ("response_pct", "platelets_grade_3_or_4_pct"):
        assert low.outcome[name] < full.outcome[name]  # type: ignore[operator]


def test_less_her2_less_response() -> None:
    fewer = what_if(her2_factor=0.001)
    assert fewer.outcome["response_pct"] < what_if().outcome["response_pct"]  # type: ignore[operator]
    assert any("HER2" in limit for limit in fewer.limits)
    # Normal tissue does not read the tumour's HER2: exposure before the first progressions hardly moves.
    assert fewer.bands["platelets"].median[3] == pytest.approx(what_if().bands["platelets"].median[3], rel=0.02)


def test_more_lines_less_control() -> None:
    early, late = what_if(prior_lines=0), what_if(prior_lines=4)
    assert early.outcome["held_6_month_pct"] > late.outcome["held_6_month_pct"]  # type: ignore[operator]


def test_planned_cycles_end() -> None:
    found = what_if(cycles=2)
    assert found.outcome["infusions_median"] == 2.0
    assert found.dose_day == (0.0, 21.0)


def test_weight_moves_the_dose_and_everybody_has_it() -> None:
    light, heavy = what_if(weight_kg=45.0), what_if(weight_kg=110.0)
    # A dose per kg gives the heavier more: clearance rises less than weight (Lu 2014).
    assert light.bands["conjugate"].median[1] < heavy.bands["conjugate"].median[1]  # type: ignore[operator]


def test_people_are_drawn_once_and_not_changed() -> None:
    before = {name: values.copy() for name, values in _everybody(1, 64)[0].items()}
    what_if(weight_kg=90.0, prior_lines=3)
    for name, values in _everybody(1, 64)[0].items():
        np.testing.assert_array_equal(values, before[name])


def test_answers_are_plain_lists_with_units() -> None:
    told = json.loads(json.dumps(what_if().as_dict(), allow_nan=False))
    count = len(told["time_day"])
    assert len(told["people"]) == count
    assert {name: band["unit"] for name, band in told["bands"].items()} == {
        "conjugate": "ug/mL", "dm1": "ng/mL", "tumour": "%", "platelets": "10*9/L"
    }
    for band in told["bands"].values():
        for low, middle, high in zip(band["p05"], band["median"], band["p95"], strict=True):
            assert low is None or low <= middle <= high
    assert {name: one["unit"] for name, one in told["outcome"].items()} == OUTCOMES
    assert told["failed_solves"] == 0
    assert set(told["milliseconds"]) == {"equations", "people", "trial", "bands", "outcome"}
    assert told["people"] == sorted(told["people"], reverse=True)


def test_an_unsupported_regimen_says_so() -> None:
    assert any(limit.startswith("Extrapolation") for limit in what_if(dose_mg_per_kg=1.2).limits)
    assert not any(limit.startswith("Extrapolation") for limit in what_if().limits)


@given(st.sampled_from(sorted(bounds())), st.floats(allow_nan=True, allow_infinity=True))
@settings(max_examples=60)
def test_numbers_outside_the_bounds_are_refused_by_name(name: str, value: float) -> None:
    low, high, _ = bounds()[name]
    if low <= value <= high:
        return
    with pytest.raises(ForecastError, match=name):
        asked(Settings(**{name: value}))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given_", "said"),
    [
        ({"interval_day": 10}, "7, 14, 21, 28"), ({"cycles": 2.5}, "whole number"),
        ({"prior_lines": True}, "prior_lines"),
    ],
)
def test_numbers_between_are_refused(given_: dict[str, float], said: str) -> None:
    with pytest.raises(ForecastError, match=said):
        asked(Settings(**given_))  # type: ignore[arg-type]
