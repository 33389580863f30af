"""What a visit measures and grades for all patients at once, against the plain way one by one."""

from __future__ import annotations

import numpy as np
import pytest

from tdm1 import engine, trial
from tdm1.population import streams
from tdm1.population.individual import initial_states
from tdm1.safety import grade
from tdm1.safety._errors import FindingError
from tdm1.trial.chunk import BLOOD_AND_HEART
from tdm1.trial.clinic import ANALYTES, PANEL, grade_of
from tdm1.trial.observer import Observer
from tdm1.trial.panel_grades import PanelGrades
from tdm1.trial.people import people

COUNT = 40


def _values(seed: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    return {name: np.exp(rng.normal(2.0, 2.0, COUNT)) for name in PANEL}


@pytest.mark.parametrize("name", ["emilia", "katherine"])
def test_grades_of_a_visit_against_one_analyte_at_a_time(name: str) -> None:
    definition = trial.load(name)
    rng = np.random.default_rng(3)
    baseline, lvef = rng.uniform(50, 75, COUNT), rng.uniform(10, 75, COUNT)
    lvef[::3] = np.nan
    values, seen = _values(4), rng.random(COUNT) < 0.7
    values["alt"][5] = np.nan
    found = PanelGrades(definition, baseline).of_visit(seen, values, lvef)
    for row, analyte in enumerate(ANALYTES):
        plain = grade_of(definition, analyte, lvef if analyte == "lvef" else values[analyte], baseline)
        np.testing.assert_array_equal(found[row], np.where(seen, plain, -1), err_msg=analyte)
    assert found.max() >= 3
    assert set(np.unique(found)) >= {-1, 0, 1, 2}


def test_grades_refuse_what_no_laboratory_reports() -> None:
    values = _values(5)
    values["ast"][2] = -1.0
    with pytest.raises(FindingError, match="ast"):
        PanelGrades(trial.load("emilia"), np.full(COUNT, 60.0)).of_visit(np.ones(COUNT, bool), values, values["ast"])
    assert grade("bilirubin", 1.0, 4) == 0


@pytest.mark.parametrize("name", ["emilia", "katherine"])
def test_observer_against_the_whole_model(name: str) -> None:
    who = people(trial.load(name), 1, 0, COUNT).individuals
    states = initial_states(who) * np.random.default_rng(1).uniform(0.5, 1.5, (COUNT, len(who.model.states)))
    every = engine.compile(who.model).observe(states, who.values, np.zeros((COUNT, len(who.model.inputs))))
    found = Observer(who.model, BLOOD_AND_HEART)(states, who.values)
    for row, output in enumerate(BLOOD_AND_HEART):
        np.testing.assert_array_equal(found[row], every[:, who.model.outputs.index(output)], err_msg=output)


def test_chosen_rows_of_normal_numbers_against_all_of_them() -> None:
    rows = np.array([7, 0, 1023, 1500])
    every = streams.normal(9, "a purpose", 500, 1600, 3)
    np.testing.assert_array_equal(streams.normal(9, "a purpose", 500, 1600, 3, rows=rows), every[rows])


def test_stream_against_a_generator_of_its_own() -> None:
    """The shared generator is set to a stream, drawn from, and set to the next one without a trace of the last."""
    word = streams._purpose_word("another purpose")  # pyright: ignore[reportPrivateUsage]
    for column in (2, 0, 1):
        words = np.random.Philox(counter=[0, 0, column, 1], key=[9, word]).random_raw(1024)
        plain = ((words >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53
        np.testing.assert_array_equal(streams.uniform(9, "another purpose", 1024, 1024, 3)[:, column], plain)
