"""A made-up trial behind the commands, so that only the faces are tested."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from report.synthetic import trial_result

from tdm1 import cli, trial
from tdm1.evidence import EvidenceError

Run = Callable[..., SimpleNamespace]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command line in this process; gives code, out and err."""

    def _run(*arguments: object) -> SimpleNamespace:
        code = cli.main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return SimpleNamespace(code=code, out=captured.out, err=captured.err)

    return _run


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Puts a made-up trial and simulation in the place of the real ones; returns what they were asked for."""
    asked: dict[str, Any] = {}

    real = trial.load

    def load(name: str) -> trial.TrialFile:
        if name != "madeup":
            raise EvidenceError(f"no trial is called '{name}'; did you mean 'madeup'?")
        return real("emilia")

    def run_trial(definition: trial.TrialFile, **options: Any) -> Any:
        options["progress"](0.5, "half way")
        asked.update(options, definition=definition)
        return trial_result(12)

    def simulate(**options: Any) -> SimpleNamespace:
        asked.update(options)
        days = np.array(options["times_day"] or (0.0, 1.0, 21.0))
        band = {name: np.exp(-days / 10) * 70 for name in options["observe"]}
        return SimpleNamespace(
            time_day=days,
            unit=dict.fromkeys(options["observe"], "ug/mL"),
            median=band,
            p05=band,
            p95=band,
            failed_solves=1,
        )

    def calibrate(name: str, **options: Any) -> SimpleNamespace:
        fitted = [SimpleNamespace(fact="tumour.kill_rate", unit="1/day", start=0.12, value=0.1, spread=False)]
        return SimpleNamespace(
            fitted=fitted, comparison=trial_result(12).comparison, seconds=2.0, facts_yaml="facts: {}\n"
        )

    for name, replacement in (("load", load), ("run", run_trial), ("simulate", simulate), ("calibrate", calibrate)):
        monkeypatch.setattr(trial, name, replacement, raising=False)
    return asked
