"""Same seed, same numbers: for any number of patients, of workers, of threads and of arms."""

from __future__ import annotations

from dataclasses import fields
from functools import partialmethod

import polars as pl
import pytest
from trial.files import EMILIA, OWN, changed

from tdm1 import engine, trial
from tdm1.trial.result import ArmResult
from tdm1.trial.run import allocate

TABLES = ("subjects", "labs", "doses", "decisions", "tumour", "exposure", "adverse_events")


def _equal(one: ArmResult, other: ArmResult, first: int | None = None) -> None:
    """Every table the same, or the same for the `first` patients."""
    others = {"name", "n", "bands", "stored", "detail_patients"}
    assert others | set(TABLES) == {field.name for field in fields(ArmResult)}, "a new table needs its test"
    for name in TABLES:
        a, b = getattr(one, name), getattr(other, name)
        if a is None:
            assert b is None
            continue
        if first is not None:
            a, b = a.filter(pl.col("patient") < first), b.filter(pl.col("patient") < first)
        assert a.height > 0
        assert a.equals(b, null_equal=True), name


def _on_threads(patch: pytest.MonkeyPatch, threads: int) -> None:
    patch.setattr(engine.Kernel, "advance", partialmethod(engine.Kernel.advance, threads=threads))


def test_same_seed_against_first_run_on_other_threads(
    emilia: trial.TrialResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    _on_threads(monkeypatch, 3)
    again = trial.run(trial.load("emilia"), patients=600, seed=7)
    for name, arm in emilia.arms.items():
        _equal(arm, again.arms[name])
        if arm.bands is not None:
            assert again.arms[name].bands is not None
            assert arm.bands.equals(again.arms[name].bands)
    assert again.summary == emilia.summary
    assert again.failed_solves == emilia.failed_solves


def test_first_patients_against_a_smaller_trial_on_one_thread(
    emilia: trial.TrialResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    """61 and 59 of them: neither is a multiple of the eight lanes of a block."""
    _on_threads(monkeypatch, 1)
    few = trial.run(trial.load("emilia"), patients=120, seed=7)
    for name, arm in emilia.arms.items():
        assert few.arms[name].n < arm.n
        _equal(arm, few.arms[name], few.arms[name].n)


@pytest.mark.parametrize(("patients", "threads"), [(238, 1), (27, 3)])
def test_patients_after_surgery_against_a_smaller_trial(
    katherine: trial.TrialResult, monkeypatch: pytest.MonkeyPatch, patients: int, threads: int
) -> None:
    _on_threads(monkeypatch, threads)
    few = trial.run(trial.load("katherine"), patients=patients, seed=7)
    for name, arm in katherine.arms.items():
        assert 0 < few.arms[name].n < arm.n
        _equal(arm, few.arms[name], few.arms[name].n)


def test_workers_after_surgery_against_one_process(katherine: trial.TrialResult) -> None:
    """An arm of two chunks with a switch to trastuzumab, in one process and in two."""
    definition = trial.load("katherine")
    arm = definition.arms["T-DM1"].model_copy(update={"patients": 1100, "cycles": 3})
    arm = arm.model_copy(update={"then": arm.then.model_copy(update={"total_cycles": 4})})  # type: ignore[union-attr]
    short = definition.model_copy(update={"arms": {"T-DM1": arm}, "published": [], "published_tables": []})
    one, two = (trial.run(short, seed=7, workers=workers).arms["T-DM1"] for workers in (1, 2))
    _equal(one, two)
    assert one.subjects["patient"].to_list() == list(range(1100))
    assert one.subjects["switched"].sum() > 900
    same = ["patient", "weight_kg", "platelets_1e9_per_l", "follow_up_month"]
    count = katherine.arms["T-DM1"].n
    assert one.subjects.head(count).select(same).equals(katherine.arms["T-DM1"].subjects.select(same))


def test_other_seed_gives_other_people(emilia: trial.TrialResult) -> None:
    other = trial.run(trial.load("emilia"), patients=120, seed=8)
    for name, arm in other.arms.items():
        ours = emilia.arms[name].subjects.head(arm.n)
        assert not ours["weight_kg"].equals(arm.subjects["weight_kg"])
        assert not ours["pfs_month"].equals(arm.subjects["pfs_month"])


def test_arms_treat_the_same_people(emilia: trial.TrialResult) -> None:
    one, other = (arm.subjects for arm in emilia.arms.values())
    columns = ["patient", "age_year", "weight_kg", "albumin_g_per_l", "sum_of_diameters_mm", "platelets_1e9_per_l"]
    assert one.select(columns).equals(other.select(columns))
    assert one["follow_up_month"].equals(other["follow_up_month"])


def test_one_arm_against_the_same_arm_among_two() -> None:
    second = OWN.split("arms:\n", 1)[1].replace("weekly:", "three-weekly:").replace("every: 7 day", "every: 21 day")
    alone = trial.run(trial.parse(OWN, "mine.yaml"), seed=3).arms["weekly"]
    both = trial.run(trial.parse(OWN + second, "mine.yaml"), seed=3).arms
    _equal(alone, both["weekly"])
    assert both["three-weekly"].subjects["weight_kg"].equals(alone.subjects["weight_kg"])


def test_workers_against_one_process() -> None:
    """An arm of two chunks, in one process and in two; one chunk starts after 1024 patients."""
    text = changed(OWN, "patients: 40", "patients: 1100")
    definition = trial.parse(text, "mine.yaml")
    one, two = (trial.run(definition, seed=3, workers=workers) for workers in (1, 2))
    _equal(one.arms["weekly"], two.arms["weekly"])
    assert one.arms["weekly"].subjects["patient"].to_list() == list(range(1100))
    _equal(one.arms["weekly"], trial.run(trial.parse(OWN, "mine.yaml"), seed=3).arms["weekly"], 40)


@pytest.mark.parametrize(("patients", "counts"), [
    (991, (495, 496)), (2, (1, 1)), (3, (1, 2)), (600, (300, 300)), (601, (300, 301)), (10, (5, 5)),
])
def test_allocation_against_hand_count(patients: int, counts: tuple[int, int]) -> None:
    assert tuple(allocate(trial.load("emilia").arms, patients).values()) == counts


@pytest.mark.parametrize("patients", range(3, 60, 7))
def test_allocation_of_unequal_arms_adds_up(patients: int) -> None:
    arms = trial.load("emilia").arms
    uneven = {"big": arms["T-DM1"], "small": arms["T-DM1"].model_copy(update={"patients": 5}),
              "middle": arms["T-DM1"].model_copy(update={"patients": 100})}
    counts = allocate(uneven, patients)
    assert sum(counts.values()) == patients
    assert min(counts.values()) >= 1
    assert list(counts) == list(uneven)


@pytest.mark.parametrize(("wrong", "words"), [
    ({"patients": 1}, "cannot fill 2 arms"), ({"patients": 0}, "cannot fill"), ({"patients": -5}, "cannot fill"),
    ({"seed": -1}, "seed -1 is negative"), ({"workers": 0}, "0 workers"),
])
def test_numbers_that_cannot_be_are_refused(wrong: dict[str, int], words: str) -> None:
    with pytest.raises(trial.InputError, match=words):
        trial.run(trial.load("emilia"), **wrong)  # type: ignore[arg-type]


def test_seed_of_the_file_is_used(emilia: trial.TrialResult) -> None:
    definition = trial.parse(changed(EMILIA, "seed: 30", "seed: 7"), "mine.yaml")
    found = trial.run(definition, patients=27)
    assert found.seed == 7
    for name, arm in found.arms.items():
        _equal(emilia.arms[name], arm, arm.n)
