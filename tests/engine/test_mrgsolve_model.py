"""The benchmark model as written out for mrgsolve, against the model's own Python functions."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def mrgsolve(monkeypatch: pytest.MonkeyPatch, benchmark: ModuleType) -> ModuleType:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    monkeypatch.setitem(sys.modules, "benchmark_model", benchmark)
    package = ModuleType("peers")  # without what the other peers need
    package.__path__ = [str(BENCHMARKS / "peers")]
    monkeypatch.setitem(sys.modules, "peers", package)
    monkeypatch.delitem(sys.modules, "peers.mrgsolve", raising=False)
    return importlib.import_module("peers.mrgsolve")


def test_model_file_is_what_would_be_written(mrgsolve: ModuleType, benchmark: ModuleType) -> None:
    assert mrgsolve.MODEL_FILE.read_text("utf-8") == mrgsolve.model_text(benchmark.MODEL)


def test_slopes_of_the_model_file_against_the_model(mrgsolve: ModuleType, benchmark: ModuleType) -> None:
    text, model = mrgsolve.MODEL_FILE.read_text("utf-8"), benchmark.MODEL
    stream = np.random.default_rng(1)
    for parameters in benchmark.population(5):
        states = benchmark.initial(parameters[np.newaxis])[0] + stream.uniform(0.1, 5.0, len(model.states))
        found = mrgsolve.evaluate(
            text, dict(zip(model.states, states, strict=True)), dict(zip(model.parameters, parameters, strict=True))
        )
        expected = model.derivatives(list(states), list(parameters), [0.0])
        np.testing.assert_allclose(list(found.values()), expected, rtol=1e-12, atol=1e-12)
