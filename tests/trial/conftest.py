"""One run of EMILIA and one of KATHERINE that the tests share."""

from __future__ import annotations

import pytest

from tdm1 import trial


@pytest.fixture(scope="session")
def emilia() -> trial.TrialResult:
    """EMILIA with 300 patients an arm."""
    return trial.run(trial.load("emilia"), patients=600, seed=7)


@pytest.fixture(scope="session")
def katherine() -> trial.TrialResult:
    """KATHERINE with 400 patients an arm."""
    return trial.run(trial.load("katherine"), patients=800, seed=7)
