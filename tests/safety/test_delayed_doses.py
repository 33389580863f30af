"""Late doses, through label and schedule together: as soon as possible, at the last level, and the later ones move."""

from __future__ import annotations

import numpy as np
import pytest

from tdm1 import regimen, safety

FINE = {"platelets": 250.0, "alt_x_uln": 1.0, "ast_x_uln": 1.0, "bilirubin_x_uln": 0.5}


def _course(label: safety.Label, schedule: regimen.Schedule, bad: dict[float, dict[str, float]], until: float):
    """(day, action, dose) of each visit of one patient who is fine but for the findings of `bad` by day."""
    state, day, told = label.start(1), 0.0, []
    while day < until:
        decided = label.decide(safety.Findings.of(day, **(FINE | bad.get(day, {}))), state, dose_due=True)
        state = decided.history
        told.append((day, safety.ACTION_NAMES[decided.action[0]], float(decided.dose_mg_per_kg[0])))
        day = float(schedule.next_due_day(day, decided.given)[0])
    return told


@pytest.mark.parametrize(("setting", "region"), [(s, r) for s in ("metastatic", "early") for r in ("US", "EU")])
def test_a_late_dose_is_given_once_recovered_and_moves_the_later_ones_against_label(setting, region):
    label, schedule = safety.label.load(setting, region), regimen.Schedule.of_label(setting)
    told = _course(label, schedule, {21.0: {"platelets": 40.0}, 28.0: {"platelets": 60.0}}, 80.0)
    # Held on day 21 and 28, given on day 35 and not at the next planned cycle (day 42); then every three weeks.
    assert [(day, action) for day, action, _ in told] == [
        (0.0, "give"), (21.0, "hold"), (28.0, "hold"), (35.0, "give"), (56.0, "give"), (77.0, "give"),
    ]
    assert [dose for _, action, dose in told if action != "hold"] == [3.6] * 4


def test_after_a_reduction_the_dose_never_goes_up_again_against_label():
    for setting, row in (("metastatic", {"platelets": 20.0}), ("early", {"platelets": 20.0})):
        label, schedule = safety.label.load(setting, "US"), regimen.Schedule.of_label(setting)
        told = _course(label, schedule, {21.0: row}, 200.0)
        doses = [dose for _, _, dose in told if not np.isnan(dose)]
        assert doses == [3.6, *[3.0] * (len(doses) - 1)] and len(doses) > 5


def test_a_late_dose_runs_at_the_rate_last_tolerated_against_label():
    schedule = regimen.Schedule.of_label("early")
    minutes = schedule.infusion_day([0, 3, 3], [True, True, False]) * 24 * 60
    np.testing.assert_allclose(minutes, [90, 30, 90])


def test_the_explanation_of_a_hold_says_what_becomes_of_a_late_dose():
    label = safety.label.load("early", "US")
    held = label.decide(safety.Findings.of(21, **(FINE | {"platelets": 60})), label.start(1), dose_due=True)
    assert [one.id for one in safety.explain(label, held).statements] == ["D9"]
    well = label.decide(safety.Findings.of(28, **FINE), held.history, dose_due=True)
    assert safety.explain(label, well).statements == ()
    low = label.decide(safety.Findings.of(49, **(FINE | {"platelets": 20})), well.history, dose_due=True)
    lower = label.decide(safety.Findings.of(56, **FINE), low.history, dose_due=True)
    assert [one.id for one in safety.explain(label, lower).statements] == ["D8"]
    late = label.decide(safety.Findings.of(77, **(FINE | {"platelets": 60})), lower.history, dose_due=True)
    assert [one.id for one in safety.explain(label, late).statements] == ["D8", "D9"]
    stopped = label.decide(safety.Findings.of(98, pneumonitis=1), late.history, dose_due=True)
    assert safety.explain(label, stopped).statements == ()
