"""The ledger: nothing lost, nothing changed afterwards, nothing impossible let in."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tdm1 import regimen
from tdm1.regimen import Ledger, Schedule

SCHEDULE = Schedule.of_label()


def _empty(patients: int = 3) -> Ledger:
    return Ledger.empty(patients, levels_mg_per_kg=SCHEDULE.levels_mg_per_kg, rule_ids=("M9", "M10"),
                        action_names=("give", "reduce", "unknown", "hold", "stop"), findings=("low", "very low"))


visits = st.lists(
    st.tuples(st.floats(1, 42), st.lists(st.tuples(st.booleans(), st.booleans(), st.floats(40, 120)), min_size=3,
                                         max_size=3)),
    max_size=8)


@given(visits)
def test_total_mg_against_sum_of_weight_times_level(history):
    ledger, day, level = _empty(), 0.0, np.zeros(3, dtype=int)
    expected, doses, seen = np.zeros(3), 0, 0
    for later, people in history:
        day += later
        given_now = np.array([person[0] for person in people])
        lower = given_now & np.array([person[1] for person in people]) & (level < 2)
        weight = np.array([person[2] for person in people])
        level = level + lower
        before, frame = ledger, ledger.doses_frame()
        ledger, infusions = regimen.apply(
            ledger, SCHEDULE, patient=[0, 1, 2], time_day=day, action=np.where(given_now, 0, 3),
            rule=np.where(given_now, -1, 0), level=level, given=given_now, weight_kg=weight)
        expected += given_now * weight * np.array([3.6, 3.0, 2.4])[level]
        doses, seen = doses + int(given_now.sum()), seen + 3
        np.testing.assert_allclose(infusions.rate_mg_per_day * infusions.length_day, infusions.dose_mg)
        np.testing.assert_allclose(infusions.dose_mg, given_now * weight * np.array([3.6, 3.0, 2.4])[level])
        assert before.doses_frame().equals(frame)  # the old ledger is what it was
    np.testing.assert_allclose(ledger.total_mg(), expected, rtol=1e-12)
    frame = ledger.doses_frame()
    assert frame.height == doses and ledger.decisions_frame().height == seen
    np.testing.assert_allclose(frame["dose_mg"], frame["weight_kg"] * frame["level_mg_per_kg"])
    for patient in range(3):
        mine = frame.filter(frame["patient"] == patient)
        assert mine["cycle"].to_list() == list(range(1, mine.height + 1))
        assert (mine["time_day"].diff().drop_nulls() > 0).all()
        assert (mine["level_mg_per_kg"].diff().drop_nulls() <= 0).all()


def test_first_infusion_is_the_long_one_against_label():
    ledger = _empty(2)
    same = {"patient": [0, 1], "action": 0, "rule": -1, "level": 0, "given": True, "weight_kg": 70.0}
    ledger, first = regimen.apply(ledger, SCHEDULE, time_day=0.0, **same)
    ledger, second = regimen.apply(ledger, SCHEDULE, time_day=21.0, tolerated=[True, False], **same)
    np.testing.assert_allclose(first.length_day * 24 * 60, [90, 90])
    np.testing.assert_allclose(second.length_day * 24 * 60, [30, 90])


def test_words_of_decisions_are_those_of_the_rules():
    ledger = _empty().with_decisions([2, 0], [8.0, 8.0], [3, 0], [1, -1], [0, 0])
    frame = ledger.decisions_frame()
    assert frame.columns == ["patient", "time_day", "action", "rule", "finding", "level_mg_per_kg"]
    assert frame.rows() == [(0, 8.0, "give", "", "", 3.6), (2, 8.0, "hold", "M10", "very low", 3.6)]


def test_an_empty_ledger_has_empty_tables_with_columns():
    ledger = _empty(0)
    assert ledger.doses_frame().columns == [
        "patient", "cycle", "time_day", "level_mg_per_kg", "weight_kg", "dose_mg", "infusion_day"]
    assert ledger.decisions_frame().height == 0 and ledger.total_mg().shape == (0,)


def test_what_is_written_cannot_be_changed():
    day, weight = np.array([0.0]), np.array([70.0])
    ledger = _empty().with_doses([1], day, 0, weight, 0.0625)
    day[0], weight[0] = 99.0, 1.0  # the caller's arrays are not the ledger's
    assert ledger.doses[0].time_day[0] == 0.0 and ledger.doses[0].weight_kg[0] == 70.0
    with pytest.raises(ValueError, match="read-only"):
        ledger.doses[0].dose_mg[0] = 0.0
    with pytest.raises(ValueError, match="read-only"):
        ledger.given[0] = 5
    with pytest.raises(FrozenInstanceError):
        ledger.doses = ()
    with pytest.raises(TypeError):
        ledger.doses[0] = None


@pytest.mark.parametrize(("entry", "told"), [
    (([5], 21.0, 0, 70.0, 0.02), "no patient 5; this ledger has patients 0 to 2"),
    (([-1], 21.0, 0, 70.0, 0.02), "no patient -1"),
    (([1, 1], 21.0, 0, 70.0, 0.02), "stands twice"),
    (([1], 0.0, 1, 70.0, 0.02), "patient 1: the dose is not later"),
    (([1], np.nan, 1, 70.0, 0.02), "patient 1: the dose has no day"),
    (([1], 21.0, 0, 70.0, 0.02), "patient 1: the dose level would go up again"),
    (([1], 21.0, 3, 70.0, 0.02), "patient 1: there is no such dose level; use 0 to 2"),
    (([1], 21.0, 1.5, 70.0, 0.02), "no such dose level"),
    (([2], 21.0, 0, 0.0, 0.02), "patient 2: weight_kg is 0"),
    (([2], 21.0, 0, -70.0, 0.02), "patient 2: weight_kg is -70"),
    (([2], 21.0, 0, 70.0, 0.0), "patient 2: the infusion needs a length"),
    (([1, 2], [21.0], 1, 70.0, 0.02), "time_day has shape"),
])
def test_an_impossible_dose_is_refused_with_patient_and_mend(entry, told):
    ledger = _empty().with_doses([0, 1], 0.0, 1, 70.0, 0.0625)
    with pytest.raises(regimen.RegimenError, match=told):
        ledger.with_doses(*entry)


@pytest.mark.parametrize(("entry", "told"), [
    (([1], 7.0, 0, -1, 0), "patient 1: the decision lies before an earlier one"),
    (([1], np.nan, 0, -1, 0), "patient 1: the decision has no day"),
    (([1], 21.0, 9, -1, 0), "its action has no name"),
    (([1], 21.0, 0, 2, 0), "its rule has no id"),
    (([1], 21.0, 0, -2, 0), "its rule has no id"),
    (([1], 21.0, 0, 0, 3), "no such dose level"),
])
def test_an_impossible_decision_is_refused_with_patient(entry, told):
    ledger = _empty().with_decisions([0, 1], 8.0, 0, -1, 0)
    with pytest.raises(regimen.RegimenError, match=told):
        ledger.with_decisions(*entry)


def test_a_ledger_that_cannot_be_is_refused():
    with pytest.raises(regimen.RegimenError, match="-1 patients"):
        _empty(-1)
    with pytest.raises(regimen.RegimenError, match="1 findings for 2 rules"):
        Ledger.empty(1, levels_mg_per_kg=(3.6,), rule_ids=("M9", "M10"), findings=("low",))
