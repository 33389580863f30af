"""Patients in blocks: padding, threads, mixed intervals, and who is left alone. The oracle is equality of bits."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest
from engine.small_models import TWO_COMPARTMENTS, two_compartments_patients
from hypothesis import given, settings
from hypothesis import strategies as st

from tdm1 import engine


@pytest.fixture(scope="module")
def course(benchmark: ModuleType) -> tuple[engine.Kernel, np.ndarray, np.ndarray, np.ndarray]:
    parameters = benchmark.population(600)
    start = benchmark.initial(parameters)
    rates = np.full((600, 1), benchmark.DOSE_NMOL / 0.05)
    return engine.compile(benchmark.MODEL), start, parameters, rates


def _equal(a: engine.Advance, b: engine.Advance, count: int) -> None:
    for name in ("states", "after_input", "status", "steps", "rejected"):
        np.testing.assert_array_equal(getattr(a, name)[:count], getattr(b, name)[:count], err_msg=name)


def test_any_number_of_threads_against_one_thread(
    course: tuple[engine.Kernel, np.ndarray, np.ndarray, np.ndarray],
) -> None:
    kernel, start, parameters, rates = course
    one = kernel.advance(start, parameters, rates, 0.05, 2.0, threads=1)
    for threads in (2, 3, 8, None):
        _equal(kernel.advance(start, parameters, rates, 0.05, 2.0, threads=threads), one, 600)


def test_first_patients_against_a_larger_population(
    course: tuple[engine.Kernel, np.ndarray, np.ndarray, np.ndarray],
) -> None:
    """Whole blocks do not depend on how many patients follow."""
    kernel, start, parameters, rates = course
    whole = kernel.advance(start, parameters, rates, 0.05, 2.0)
    _equal(kernel.advance(start[:40], parameters[:40], rates[:40], 0.05, 2.0), whole, 40)


def test_padded_block_against_a_block_filled_by_hand(
    course: tuple[engine.Kernel, np.ndarray, np.ndarray, np.ndarray],
) -> None:
    """Eleven patients are sixteen of whom the last is repeated."""
    kernel, start, parameters, rates = course
    rows = np.minimum(np.arange(16), 10)
    padded = kernel.advance(start[:11], parameters[:11], rates[:11], 0.05, 2.0)
    filled = kernel.advance(start[rows], parameters[rows], rates[rows], 0.05, 2.0)
    _equal(padded, filled, 11)


def test_input_arrays_against_their_copies(course: tuple[engine.Kernel, np.ndarray, np.ndarray, np.ndarray]) -> None:
    kernel, start, parameters, rates = course
    copies = [array.copy() for array in (start, parameters, rates)]
    kernel.advance(start, parameters, rates, 0.05, 1.0)
    for array, copy in zip((start, parameters, rates), copies, strict=True):
        np.testing.assert_array_equal(array, copy)


@settings(deadline=None, max_examples=40)
@given(
    idle=st.lists(st.booleans(), min_size=1, max_size=19),
    no_input=st.lists(st.booleans(), min_size=19, max_size=19),
    failed=st.lists(st.booleans(), min_size=19, max_size=19),
)
def test_idle_patients_against_their_start(idle: list[bool], no_input: list[bool], failed: list[bool]) -> None:
    """No days, no input, or a status on entry: those rows come back to the bit; the others move."""
    count = len(idle)
    parameters = two_compartments_patients(count)
    start = np.random.default_rng(5).uniform(1.0, 9.0, (count, 3))
    days = np.where(idle, 0.0, 7.0)
    on = np.where(np.array(no_input[:count]) | (days == 0.0), 0.0, 0.1)
    before = np.where(failed[:count], int(engine.Status.NOT_FINITE), 0)
    after = engine.compile(TWO_COMPARTMENTS).advance(
        start, parameters, np.full((count, 1), 1000.0), on, days, status=before
    )
    np.testing.assert_array_equal(after.status, before)
    still = (days == 0.0) | (before != 0)
    np.testing.assert_array_equal(after.states[still], start[still])
    np.testing.assert_array_equal(after.after_input[still | (on == 0.0)], start[still | (on == 0.0)])
    assert (after.states[~still] != start[~still]).any(axis=1).all()
    assert (after.steps[still] == 0).all()
    assert (after.steps[~still] > 0).all()


def test_nobody_against_empty_results() -> None:
    after = engine.compile(TWO_COMPARTMENTS).advance(np.empty((0, 3)), np.empty((0, 4)), np.empty((0, 1)), 0.0, 7.0)
    assert after.states.shape == (0, 3)
    assert after.status.shape == (0,)
