"""exp, log and power of the compiled code against forty digits, in units in the last place, over their whole range."""

from __future__ import annotations

import ctypes
import inspect
from collections.abc import Callable, Iterable

import mpmath
import numpy as np
import pytest

from tdm1.engine import _machine
from tdm1.engine._vector_code import LANES, Rows, Writer, declarations, for_all_parts
from tdm1.engine._vector_math import exp, log, power, rough_reciprocal
from tdm1.engine._workspace import aligned


def compiled(function: Callable[..., str], width: int = 4) -> Callable[..., np.ndarray]:
    """The function of one or two arguments for whole arrays."""
    writer = Writer(width)
    names = [f"x{i}" for i in range(len(inspect.signature(function).parameters) - 1)]
    writer.store(function(writer, *(writer.load(Rows(f"%{name}", LANES), 0) for name in names)), Rows("%y", LANES), 0)
    arguments = (*names, "y")
    text = declarations(width) + writer.function("part", arguments)
    text += for_all_parts("f", "part", dict.fromkeys(arguments, width), width)
    loaded = _machine.load(_machine.object_code(text, width))
    call = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * len(arguments))(loaded.address("f"))
    rows = [aligned(LANES) for _ in arguments]

    def apply(*values: np.ndarray) -> np.ndarray:
        results = np.empty_like(values[0])
        for first in range(0, len(results), LANES):
            for row, given in zip(rows, values, strict=False):
                row[:] = given[first : first + LANES]
            call(*(row.ctypes.data for row in rows))
            results[first : first + LANES] = rows[-1]
        return results

    apply.loaded = loaded  # type: ignore[attr-defined]  # keeps the code in memory
    return apply


def units_in_the_last_place(found: np.ndarray, exact: Iterable[mpmath.mpf]) -> float:
    """Largest error of `found`, in the spacing of doubles at the exact value."""
    with mpmath.workdps(40):
        return max(
            float(abs(mpmath.mpf(float(one)) - true)) / float(np.spacing(abs(float(true))))
            for one, true in zip(found, exact, strict=True)
        )


#: Both ends of every reduced interval lie where x / ln 2 is half a whole number.
_EDGES = (np.arange(-1020.5, 1023.0, 4.0)[:, np.newaxis] * np.log(2.0) * (1.0 + np.array([-1e-15, 0.0, 1e-15]))).ravel()


@pytest.mark.parametrize("span", [(-707.0, 709.0), (-1.0, 1.0), (-1e-8, 1e-8), "edges"])
def test_exp_against_forty_digits(span: tuple[float, float] | str) -> None:
    x = np.random.default_rng(1).uniform(*span, 8_000) if isinstance(span, tuple) else _EDGES[: len(_EDGES) // 8 * 8]
    with mpmath.workdps(40):
        assert units_in_the_last_place(compiled(exp)(x), (mpmath.exp(float(one)) for one in x)) <= 1.5


@pytest.mark.parametrize("where", ["wide", "near one", "edges", "smallest and largest"])
def test_log_against_forty_digits(where: str) -> None:
    stream = np.random.default_rng(2)
    spread = 10.0 ** stream.uniform(-15.0, 0.0, 8_000)
    edges = np.sqrt(2.0) * 2.0 ** np.arange(-1020, 1020, 5)[:, np.newaxis] * (1.0 + np.array([-1e-15, 0.0, 1e-15]))
    x = {
        "wide": np.exp(stream.uniform(-708.0, 709.0, 8_000)),
        "near one": 1.0 + stream.uniform(-0.5, 1.0, 8_000) * spread,
        "edges": edges.ravel()[: edges.size // 8 * 8],
        "smallest and largest": np.array([2.0**-1022, 2.3e-308, 1e-307, 1e-300, 1e300, 1.7e308, 2.0**1023, 1.0000001]),
    }[where]
    with mpmath.workdps(40):
        assert units_in_the_last_place(compiled(log)(x), (mpmath.log(float(one)) for one in x)) <= 1.5


@pytest.mark.parametrize("size", [700.0, 50.0, 1.0, 1e-6])
def test_power_against_forty_digits(size: float) -> None:
    """x from the smallest to the largest, exponents so that the result's logarithm is up to `size`."""
    stream = np.random.default_rng(4)
    logarithm = stream.uniform(-700.0, 700.0, 8_000)
    logarithm[::2] *= 10.0 ** stream.uniform(-8.0, 0.0, 4_000)
    x = np.exp(logarithm)
    exponent = stream.uniform(-size, size, 8_000) / np.maximum(np.abs(np.log(x)), 1e-300)
    with mpmath.workdps(40):
        exact = (mpmath.mpf(float(a)) ** mpmath.mpf(float(b)) for a, b in zip(x, exponent, strict=True))
        assert units_in_the_last_place(compiled(power)(x, exponent), exact) <= 1.5


def test_special_values_against_numpy() -> None:
    x = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, -1.0, 1.0, 2.0**-1022])
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(compiled(log)(x), np.log(x))
    x = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, 800.0, -800.0, 710.0])
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(compiled(exp)(x), np.exp(x))


def test_special_powers_against_numpy() -> None:
    base = np.array([0.0, 0.0, -1.0, np.nan, 2.0, 2.0, 1.0, 1e300])
    exponent = np.array([2.5, -2.5, 0.5, 1.5, np.nan, 2000.5, 1e9, 1.5])
    expected = np.array([0.0, np.inf, np.nan, np.nan, np.nan, np.inf, 1.0, np.inf])
    np.testing.assert_array_equal(compiled(power)(base, exponent), expected)


def test_rough_reciprocal_against_division() -> None:
    x = np.exp(np.random.default_rng(3).uniform(-300.0, 300.0, 8_000))
    assert np.max(np.abs(compiled(rough_reciprocal)(x) * x - 1.0)) <= 2e-3
