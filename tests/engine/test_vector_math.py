"""exp and log of the compiled code against NumPy's, in units in the last place."""

from __future__ import annotations

import ctypes
from collections.abc import Callable

import numpy as np
import pytest

from tdm1.engine import _machine
from tdm1.engine._vector_code import LANES, Rows, Writer, declarations, for_all_parts
from tdm1.engine._vector_math import exp, log, rough_reciprocal


def compiled(function: Callable[[Writer, str], str], width: int = 4) -> Callable[[np.ndarray], np.ndarray]:
    writer = Writer(width)
    writer.store(function(writer, writer.load(Rows("%x", LANES), 0)), Rows("%y", LANES), 0)
    text = declarations(width) + writer.function("part", ("x", "y"))
    text += for_all_parts("f", "part", {"x": width, "y": width}, width)
    loaded = _machine.load(_machine.object_code(text, width))
    call = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p)(loaded.address("f"))
    memory = np.zeros(3 * LANES)
    start = (-(memory.ctypes.data // 8)) % 8
    given, found = memory[start : start + LANES], memory[start + LANES : start + 2 * LANES]

    def apply(values: np.ndarray) -> np.ndarray:
        results = np.empty_like(values)
        for first in range(0, len(values), LANES):
            given[:] = values[first : first + LANES]
            call(given.ctypes.data, found.ctypes.data)
            results[first : first + LANES] = found
        return results

    apply.loaded = loaded  # type: ignore[attr-defined]  # keeps the code in memory
    return apply


def units_in_the_last_place(found: np.ndarray, exact: np.ndarray) -> np.ndarray:
    return np.abs(found - exact) / np.spacing(np.abs(exact))


@pytest.mark.parametrize("span", [(-708.0, 709.0), (-1.0, 1.0), (-1e-8, 1e-8)])
def test_exp_against_numpy(span: tuple[float, float]) -> None:
    x = np.random.default_rng(1).uniform(*span, 16_000)
    assert units_in_the_last_place(compiled(exp)(x), np.exp(x)).max() <= 2.0


def test_log_against_numpy() -> None:
    stream = np.random.default_rng(2)
    wide = np.exp(stream.uniform(-700.0, 700.0, 16_000))
    near_one = 1.0 + stream.uniform(-0.5, 1.0, 16_000) * 10.0 ** stream.uniform(-12.0, 0.0, 16_000)
    for x in (wide, near_one):
        assert units_in_the_last_place(compiled(log)(x), np.log(x)).max() <= 2.0


def test_special_values_against_numpy() -> None:
    x = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, -1.0, 1.0, 2.0**-1022])
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(compiled(log)(x), np.log(x))
    x = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, 800.0, -800.0, 710.0])
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(compiled(exp)(x), np.exp(x))


def test_rough_reciprocal_against_division() -> None:
    x = np.exp(np.random.default_rng(3).uniform(-300.0, 300.0, 8_000))
    assert np.max(np.abs(compiled(rough_reciprocal)(x) * x - 1.0)) <= 2e-3
