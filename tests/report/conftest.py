"""Fixtures of the report's tests."""

from __future__ import annotations

import pytest
from report.synthetic import WHEN, trial_result

from tdm1.trial.result import TrialResult


@pytest.fixture(scope="session")
def result() -> TrialResult:
    """A finished made-up trial of 60 patients an arm."""
    return trial_result(60)


@pytest.fixture(scope="session")
def page(result: TrialResult) -> str:
    """Its report."""
    from tdm1.report import html

    return html.page(result, finished=WHEN)
