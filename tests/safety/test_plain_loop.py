"""The decision made of arrays beside the plain loop over rules: every number of every answer, bit for bit."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safety.plain_decide import all_hold_plainly, decide_plainly, holds_plainly

from tdm1 import safety
from tdm1.safety import _decide, _match

LABELS = [safety.label.load(setting, region) for setting in ("metastatic", "early") for region in ("US", "EU")]
NAMES = [field.name for field in fields(safety.Findings) if field.name != "time_day"]
LABS = {lab.column: lab for lab in safety.LABS.values()}
REQUIRED = [safety.BEFORE_EVERY_DOSE, ("platelets", "alt", "ast"), ("platelets",), ()]


def _edges(label: safety.Label, name: str) -> list[float]:
    """Every bound of a column, the numbers next to it on both sides, and the usual ends."""
    if name not in LABS and name != "lvef_baseline":
        return [0.0, 1.0] if name in safety.SIGNS else [float(event) for event in safety.OtherEvent]
    if name in LABS and LABS[name].whole:
        return [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
    conditions = [one for rule in label.rules for part in (*rule.when, *rule.until) for one in part]
    lab = "lvef" if name == "lvef_baseline" else LABS[name].name
    bounds = [
        edge for one in conditions if one.lab == lab and one.basis != "points_below_baseline" for edge in one.edges()
    ]
    drops = [edge for one in conditions if one.basis == "points_below_baseline" for edge in one.edges()]
    bounds += [bound + drop for bound in bounds for drop in drops] if name == "lvef_baseline" else []
    beside = [float(np.nextafter(edge, end)) for edge in bounds for end in (0.0, np.inf)]
    return [*bounds, *beside, min(bounds) / 2, max(bounds) + 1.0]


EDGES = {(label.setting, label.region): {name: _edges(label, name) for name in NAMES} for label in LABELS}


def _findings(label: safety.Label, seed: int, day: np.ndarray, absent: set[str], calm: float) -> safety.Findings:
    """Findings at the bounds; `calm` is the chance that a value is the best there is, and a tenth is not measured."""
    random = np.random.default_rng(seed)
    columns: dict[str, np.ndarray] = {}
    for name in NAMES:
        edges = np.array(EDGES[label.setting, label.region][name])
        best = edges.max() if name in ("platelets", "lvef") else edges.min()
        values = np.where(random.random(len(day)) < calm, best, random.choice(edges, len(day)))
        columns[name] = np.where(random.random(len(day)) < 0.1, np.nan, values)
    return safety.Findings.of(day, **{name: values for name, values in columns.items() if name not in absent})


def _same(found: object, expected: object) -> None:
    """All arrays of the two have the same type, shape and bits (NaN is NaN)."""
    for field in fields(expected):  # type: ignore[arg-type]
        one, other = getattr(found, field.name), getattr(expected, field.name)
        if isinstance(other, np.ndarray):
            assert (one.dtype, one.shape) == (other.dtype, other.shape), field.name
            assert np.array_equal(one, other, equal_nan=other.dtype.kind == "f"), field.name
        elif isinstance(other, safety.History):
            _same(one, other)
        else:
            assert one == other or one is other, field.name


def _course(label: safety.Label, patients: int, visits: int, seed: int, absent: set[str], calm: float,
            required: tuple[str, ...]) -> set[int]:
    """Both decisions on the same people over some visits; the actions that were seen."""
    random = np.random.default_rng(seed)
    history, plain = label.start(patients), label.start(patients)
    day, seen = np.zeros(patients), set[int]()
    for visit in range(visits):
        day = day + random.choice([0.0, 3.0, 21.0], patients)
        due = random.random(patients) < 0.7
        findings = _findings(label, seed + visit, day, absent, calm)
        found = label.decide(findings, history, dose_due=due, required=required)
        expected = decide_plainly(label.rules, label.levels_mg_per_kg, findings, plain, due, required)
        _same(found, expected)
        history, plain = found.history, expected.history
        seen |= set(found.action.tolist())
    return seen


@settings(max_examples=120, deadline=None)
@given(
    label=st.sampled_from(LABELS), patients=st.integers(1, 50), visits=st.integers(1, 6), seed=st.integers(0, 2**32),
    absent=st.sets(st.sampled_from(NAMES)), calm=st.sampled_from([0.0, 0.8, 0.95, 1.0]),
    required=st.sampled_from(REQUIRED), levels=st.sampled_from([None, (3.6, 2.4), (1.0,)]),
)
def test_decisions_over_visits_against_plain_loop(label, patients, visits, seed, absent, calm, required, levels):
    ours = label if levels is None else label.with_levels(levels)
    _course(ours, patients, visits, seed, absent, calm, required)


@pytest.mark.parametrize("label", LABELS, ids=lambda one: f"{one.setting} {one.region}")
def test_every_action_is_among_the_decisions_compared_with_the_plain_loop(label):
    seen = _course(label, 400, 8, 20261125, {"lvef_baseline"}, 0.9, safety.BEFORE_EVERY_DOSE)
    seen |= _course(label, 400, 8, 20261126, set(), 0.97, safety.BEFORE_EVERY_DOSE)
    assert seen == set(safety.Action)


@pytest.mark.parametrize("block", [1, 7, 60, 61])
def test_decisions_in_blocks_of_patients_against_plain_loop(block, monkeypatch):
    monkeypatch.setattr(_decide, "_BLOCK", block)
    for label in LABELS:
        _course(label, 60, 5, block, {"pneumonitis"}, 0.9, safety.BEFORE_EVERY_DOSE)


@pytest.mark.parametrize("label", LABELS, ids=lambda one: f"{one.setting} {one.region}")
def test_conditions_against_plain_loop(label):
    absences: list[set[str]] = [set(), {"lvef_baseline"}, {"lvef"}]
    for absent in absences:
        findings = _findings(label, 3, np.zeros(300), absent, 0.2)
        for rule in label.rules:
            for part in (*rule.when, *rule.until):
                met, lacking = _match.all_hold(part, findings)
                expected, expected_lacking = all_hold_plainly(part, findings)
                assert met.tolist() == expected.tolist() and lacking.tolist() == expected_lacking.tolist()
                for one in part:
                    assert _match.holds(one, findings).tolist() == holds_plainly(one, findings).tolist()


def test_no_patients_are_decided_too():
    for label in LABELS:
        _course(label, 0, 2, 1, set(), 0.5, safety.BEFORE_EVERY_DOSE)


def _first_fault(name: str, values: list[float]) -> str:
    """What is wrong with a column, value by value: the kind of fault first, then the patient."""
    for wrong, words in (
        (np.isinf, "finite number"),
        (lambda value: value < 0 or (name == "time_day" and np.isnan(value)),
         "needs its day" if name == "time_day" else "cannot be negative"),
    ):
        for patient, value in enumerate(values):
            if wrong(value):
                return f"patient {patient}: {name} .*{words}"
    if name == "time_day":
        return ""
    lab = LABS.get(name, LABS["lvef"] if name == "lvef_baseline" else None)
    highest = 5 if lab is not None and lab.whole else 1 if name in safety.SIGNS else max(safety.OtherEvent)
    for patient, value in enumerate(values):
        if lab is not None and lab.limit:
            if value > 1e5 or (lab.column == "lvef" and value > 100):
                return f"patient {patient}: {name} .*not taken as real"
        elif value > highest or value % 1 > 0:
            return f"patient {patient}: {name} .*whole number from 0 to {highest}"
    return ""


numbers = st.one_of(st.sampled_from([0.0, 1.0, 2.0, np.nan, np.nan]), st.sampled_from([-1.0, 0.5, 7.0, 1e6, np.inf]))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True), st.integers(1, 4), st.data())
def test_values_that_cannot_be_are_refused_against_plain_loop(names, patients, data):
    draw = st.lists(numbers, min_size=patients, max_size=patients)
    columns = {name: data.draw(draw, label=name) for name in ["time_day", *names]}
    fault = next(filter(None, (_first_fault(name, values) for name, values in columns.items())), "")
    if fault:
        with pytest.raises(safety.FindingError, match=fault):
            safety.Findings.of(**columns)
    else:
        found = safety.Findings.of(**columns)
        for name, values in columns.items():
            assert np.array_equal(getattr(found, name), values, equal_nan=True)
