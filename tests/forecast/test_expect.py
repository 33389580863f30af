"""What to expect, against the trial's own run, against the published trial, and its properties."""

from __future__ import annotations

import json
from functools import cache
from math import sqrt

import numpy as np
import pytest
from forecast.made import PERSON, anybody, person

from tdm1 import trial
from tdm1.forecast import Expectation, ForecastError, Outcome, expect
from tdm1.population import PopulationError
from tdm1.trial.arm import run_arm
from tdm1.trial.result import ArmResult
from tdm1.trial.summary import event_flags, grades, idfs_curve, pfs_curve


@cache
def _trial(name: str) -> ArmResult:
    """The T-DM1 arm of the trial itself, with another seed: other people, its own eligibility."""
    definition = trial.load(name)
    arm = definition.arms["T-DM1"].model_copy(update={"patients": 1024})
    return run_arm(definition, "T-DM1", arm, 911, None, lambda share: None)  # type: ignore[arg-type]


def _all(found: Expectation) -> list[Outcome]:
    return [*found.effects, *found.laboratory, *found.treatment, *found.disease, *found.survival]


@pytest.mark.parametrize(("setting", "name"), [("metastatic", "emilia"), ("early", "katherine")])
def test_shares_against_the_trials_own_run(setting: str, name: str) -> None:
    """With nothing known every share is that of a plain virtual trial, within chance (4.5 standard errors)."""
    found, other = anybody(setting), _trial(name)
    n = other.subjects.height

    def near(share: float, flags: np.ndarray) -> bool:
        expected = float(np.mean(flags))
        pooled = min(max((share / 100.0 + expected) / 2.0, 2.0 / n), 1.0 - 2.0 / n)
        return abs(share / 100.0 - expected) <= 4.5 * sqrt(2.0 * pooled * (1.0 - pooled) / n)

    compared = 0
    for one in found.effects:
        for share, column in ((one.share, "any_pct"), (one.severe, "g3plus_pct")):
            flags = event_flags(other, one.name, column)
            if share is not None and flags is not None and one.name not in ("any_grade3plus_ae",):
                assert near(share.of_100, flags), (one.name, column)
                compared += 1
    for one in found.laboratory:
        worst = grades(other, one.name)
        assert worst is not None and one.severe is not None
        assert near(one.share.of_100, worst >= 1) and near(one.severe.of_100, worst >= 3), one.name
    for one, column in zip(found.treatment, ("delayed", "reduced", "stopped_for_ae", "completed"), strict=False):
        assert near(one.share.of_100, other.subjects[column].to_numpy()), one.name
    curve = pfs_curve(other) if setting == "metastatic" else idfs_curve(other)
    for one in found.disease:
        assert one.at_month is not None
        assert one.share.of_100 == pytest.approx(100.0 * curve.at(one.at_month), abs=8.0)
    assert compared > 80


def test_published_numbers_stand_beside_the_shares() -> None:
    """Against EMILIA as the evidence has it (lab_abnormalities, adverse_reactions, exposure)."""
    found = anybody()
    platelets = found.outcome("platelets_decreased")
    assert platelets.share.in_trial is not None and platelets.severe is not None
    assert platelets.share.in_trial.of_100 == 83.0
    assert platelets.severe.in_trial is not None
    assert (platelets.severe.in_trial.of_100, platelets.severe.in_trial.printed) == (17.0, "14 + 3")
    assert found.outcome("dose_delayed_pct").share.in_trial.of_100 == 23.7  # type: ignore[union-attr]
    median = next(one for one in found.medians if one.name == "pfs_median_month")
    assert median.trial_month == 9.6
    for one in _all(found):
        seen = one.share.in_trial
        if seen is not None:
            assert seen.source and seen.read and seen.lower95 <= seen.of_100 <= seen.upper95
            assert seen.off_by == pytest.approx(seen.model_of_100 - seen.of_100)


@pytest.mark.parametrize("made", [anybody, person, lambda: anybody("early")])
def test_shares_are_shares_and_intervals_hold_them(made) -> None:  # type: ignore[no-untyped-def]
    found = made()
    for one in _all(found):
        for share in (one.share, one.severe, one.first_month):
            if share is None:
                continue
            low, high = share.chance
            assert 0.0 <= low <= share.of_100 <= high <= 100.0, one.name
            if share.plausible is not None:
                assert 0.0 <= share.plausible[0] <= low and high <= share.plausible[1] <= 100.0, one.name
            assert share is one.share or share.of_100 <= one.share.of_100 + 1e-9, one.name
    held = [one.share.of_100 for one in found.disease]
    assert held == sorted(held, reverse=True)
    assert found.failed_solves == 0


def test_few_platelets_before_mean_fewer_after() -> None:
    """Who starts low gets low counts, delays and nosebleeds more often; what has nothing to do with it stays."""
    low, any_one = person(), anybody()
    severe = [found.outcome("platelets_decreased").severe for found in (low, any_one)]
    assert severe[0] is not None and severe[1] is not None
    assert severe[0].of_100 > severe[1].of_100 + 10.0
    for name in ("dose_delayed_pct", "epistaxis", "thrombocytopenia"):
        assert low.outcome(name).share.of_100 > any_one.outcome(name).share.of_100
    assert low.outcome("rash").share.of_100 == pytest.approx(any_one.outcome("rash").share.of_100, abs=3.0)
    assert low.known == PERSON


def test_the_first_people_are_the_same_whatever_the_number() -> None:
    """Against a smaller run: the platelet counts of its people are those of the first in the larger one."""
    from tdm1.forecast.people import definition_of, live

    many, few = (live(definition_of("early"), 5, count, {"weight_kg": 60.0}, lambda share, what: None)
                 for count in (200, 64))
    assert many.arm.subjects.head(64).equals(few.arm.subjects)
    np.testing.assert_array_equal(many.platelets[:64], few.platelets)


def test_the_same_call_gives_the_same_answer() -> None:
    once, again = (expect("early", {"age_year": 45.0}, patients=64, seed=8).as_dict(survival=True) for _ in range(2))
    assert once == again
    assert once != expect("early", {"age_year": 45.0}, patients=64, seed=9).as_dict(survival=True)


def test_json_holds_units_and_keeps_survival_back() -> None:
    told = person().as_dict()
    assert "survival" not in told and "os_" not in json.dumps(told, allow_nan=False)
    assert [one["name"] for one in person().as_dict(survival=True)["survival"]] == ["os_pct.12", "os_pct.24"]
    assert told["infusions"]["unit"] == "infusions"
    assert told["timeline"]["lowest_platelets"]["unit"] == "10*9/L"
    assert "not asked" in told["eligibility"]


def test_timeline_against_naive_count() -> None:
    """Nausea in the second month, counted again from the episodes one by one."""
    from tdm1.forecast.people import definition_of, live
    from tdm1.forecast.timeline import timeline
    from tdm1.trial.clock import MONTH_DAY

    lived = live(definition_of("early"), 5, 256, {}, lambda share, what: None)
    found = timeline(lived, ["nausea", "hemorrhage"])
    treated = {row["patient"] for row in lived.arm.subjects.iter_rows(named=True)
               if row["treatment_month"] > 1.0}
    assert lived.arm.adverse_events is not None
    rows = list(lived.arm.adverse_events.iter_rows(named=True))
    for name, terms in (("nausea", {"nausea"}), ("hemorrhage", {"epistaxis", "other_bleeding"})):
        had = {row["patient"] for row in rows if row["term"] in terms and row["patient"] in treated
               and row["start_day"] < 2 * MONTH_DAY and row["end_day"] > MONTH_DAY}
        began = {row["patient"] for row in rows if row["term"] in terms and row["patient"] in treated
                 and MONTH_DAY <= row["start_day"] < 2 * MONTH_DAY}
        assert found.active_of_100[name][1] == pytest.approx(100.0 * len(had) / len(treated))
        assert found.new_of_100[name][1] == pytest.approx(100.0 * len(began) / len(treated))
    assert found.people[1] == len(treated)
    assert found.treated_of_100[0] == 100.0
    assert list(found.treated_of_100) == sorted(found.treated_of_100, reverse=True)
    low, middle, high = (found.platelets[key][0] for key in ("p05", "median", "p95"))
    assert low is not None and middle is not None and high is not None and low < middle < high


def test_whom_the_trial_would_not_have_taken_is_told_so() -> None:
    found = expect("early", {"platelets_1e9_per_l": 60.0, "ecog": 2.0}, patients=64)
    assert found.outside == ("ecog",)
    assert found.outcome("platelets_decreased").share.of_100 == 100.0


@pytest.mark.parametrize(
    ("setting", "known", "said"),
    [
        ("metastic", {}, "metastatic"), ("early", {"early_disease": 0}, "setting is early"),
        ("metastatic", {"platelet": 1}, "platelets_1e9_per_l"), ("early", {"sum_of_diameters_mm": 40}, "leaves it out"),
        ("metastatic", {"weight_kg": -1}, "above 0"),
    ],
)
def test_bad_input_says_what_and_how_to_mend(setting: str, known: dict[str, float], said: str) -> None:
    with pytest.raises((ForecastError, PopulationError), match=said):
        expect(setting, known)


def test_too_few_people_are_refused() -> None:
    with pytest.raises(ForecastError, match="mostly chance"):
        expect("early", patients=7)


def test_progress_is_told_and_rises() -> None:
    told: list[float] = []
    expect("early", patients=64, seed=8, progress=lambda share, what: told.append(share))
    assert told == sorted(told) and len(told) >= 3
