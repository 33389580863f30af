"""Code for vectors of four and of eight. The oracle is equality of bits: a processor's registers change no result."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest
from mechanism import people

from tdm1 import engine, mechanism
from tdm1.engine import _kernel
from tdm1.mechanism import Model


def _compiled_for(width: int, model: Model, monkeypatch: pytest.MonkeyPatch) -> engine.Kernel:
    """A kernel made here and now, not from a cache."""
    monkeypatch.setattr(_kernel, "vector_width", lambda: width)
    return engine.Kernel(model, _kernel._compile(_kernel.trace(model)))


@pytest.mark.parametrize("name", ["benchmark", "t_dm1"])
def test_eight_wide_against_four_wide(name: str, benchmark: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    if name == "benchmark":
        model, parameters = benchmark.MODEL, benchmark.population(40)
        start, rates = benchmark.initial(parameters), np.full((40, 1), benchmark.DOSE_NMOL / 0.05)
    else:
        model = mechanism.t_dm1()
        who, dose_mg = people.emilia(model, 40)
        start, parameters, rates = people.initial_states(who), who.values, people.inputs(dose_mg / 0.05)
    narrow, wide = (
        _compiled_for(width, model, monkeypatch).advance(start, parameters, rates, 0.05, 21.0) for width in (4, 8)
    )
    assert not narrow.status.any()
    for field in ("states", "after_input", "steps", "rejected"):
        np.testing.assert_array_equal(getattr(wide, field), getattr(narrow, field), err_msg=field)
