"""The public face: every name is there, leads where it says, and loads nothing heavy on its own."""

from __future__ import annotations

import subprocess
import sys

import pytest

import tdm1


def test_public_names_against_their_homes() -> None:
    from tdm1 import evidence, trial

    assert tdm1.fact is evidence.fact
    assert tdm1.load_trial is trial.load
    assert tdm1.run_trial is trial.run
    assert tdm1.simulate is trial.simulate


def test_misspelt_name_lists_the_known_ones() -> None:
    with pytest.raises(AttributeError, match="run_trial"):
        _ = tdm1.run_trail  # type: ignore[attr-defined]


def test_import_loads_nothing_heavy() -> None:
    code = "import sys, tdm1; print([name for name in ('numpy', 'numba', 'polars', 'sympy') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
