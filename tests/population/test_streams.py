"""Random streams: the numbers of a patient depend on seed, purpose, attempt and patient alone."""

from __future__ import annotations

import pickle
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tdm1.population import streams

whole = st.integers(min_value=0, max_value=5000)


@settings(max_examples=40, deadline=None)
@given(first=whole, count=st.integers(1, 1500), patient=st.integers(0, 1499), width=st.integers(1, 4))
def test_patient_number_is_the_same_for_any_range_and_width(first: int, count: int, patient: int, width: int) -> None:
    patient %= count
    many = streams.uniform(7, "effects", first, count, width)
    alone = streams.uniform(7, "effects", first + patient, 1, 4)
    assert np.array_equal(many[patient], alone[0, :width])


def test_order_of_calls_does_not_matter() -> None:
    late_first = [streams.normal(3, "x", k, 10, 2) for k in (2000, 1020, 0)][::-1]
    early_first = [streams.normal(3, "x", k, 10, 2) for k in (0, 1020, 2000)]
    assert all(np.array_equal(a, b) for a, b in zip(late_first, early_first, strict=True))


def test_stream_against_the_words_of_philox() -> None:
    # Oracle: NumPy's Philox, whose raw output its own tests hold to the Random123 reference.
    key = streams._purpose_word("visit 3")  # pyright: ignore[reportPrivateUsage]
    words = np.random.Philox(counter=[0, 5, 1, 2], key=[11, key]).random_raw(streams.BLOCK)
    expected = (np.floor(words[7] / 2**11) + 0.5) / 2**53
    assert streams.uniform(11, "visit 3", 2 * streams.BLOCK + 7, 1, 2, attempt=5)[0, 1] == pytest.approx(
        expected, rel=1e-15
    )


def test_stream_in_another_process_with_another_hash_seed() -> None:
    code = (
        "from tdm1.population import streams; import pickle, sys; "
        "sys.stdout.buffer.write(pickle.dumps(streams.normal(1, 'baseline', 1000, 50, 3)))"
    )
    out = subprocess.run([sys.executable, "-c", code], env={"PYTHONHASHSEED": "77"}, capture_output=True, check=True)
    assert np.array_equal(pickle.loads(out.stdout), streams.normal(1, "baseline", 1000, 50, 3))


@pytest.mark.parametrize("change", [{"seed": 2}, {"purpose": "b"}, {"attempt": 1}, {"first": 4096}])
def test_streams_that_differ_in_one_key_are_uncorrelated(change: dict[str, object]) -> None:
    base: dict[str, object] = {"seed": 1, "purpose": "a", "first": 0, "count": 4096, "width": 1, "attempt": 0}
    one = streams.normal(**base)[:, 0]  # type: ignore[arg-type]
    other = streams.normal(**{**base, **change})[:, 0]  # type: ignore[arg-type]
    assert not np.array_equal(one, other)
    # Correlation of 4096 independent pairs has SD 1/64; five of them.
    assert abs(np.corrcoef(one, other)[0, 1]) < 5 / 64


def test_columns_and_neighbours_are_uncorrelated() -> None:
    numbers = streams.normal(1, "a", 0, 8192, 4)
    correlation = np.corrcoef(numbers.T) - np.eye(4)
    assert np.max(np.abs(correlation)) < 5 / np.sqrt(8192)
    assert abs(np.corrcoef(numbers[1:, 0], numbers[:-1, 0])[0, 1]) < 5 / np.sqrt(8192)


def test_uniform_against_kolmogorov_smirnov() -> None:
    numbers = streams.uniform(5, "ks", 0, 20000)[:, 0]
    assert numbers.min() > 0.0 and numbers.max() < 1.0
    assert stats.kstest(numbers, "uniform").pvalue > 1e-3
    assert stats.kstest(streams.normal(5, "ks", 0, 20000)[:, 0], "norm").pvalue > 1e-3


def test_empty_request_has_the_right_shape() -> None:
    assert streams.normal(1, "a", 5, 0, 3).shape == (0, 3)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((-1, "a", 0, 1), "seed"),
        ((2**64, "a", 0, 1), "seed"),
        ((True, "a", 0, 1), "seed"),
        ((1, "", 0, 1), "purpose"),
        ((1, "a", -1, 1), "first"),
        ((1, "a", 0, -1), "count"),
        ((1, "a", 0, 1, -1), "width"),
    ],
)
def test_bad_argument_is_named(arguments: tuple[object, ...], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        streams.uniform(*arguments)  # type: ignore[arg-type]
