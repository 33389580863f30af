"""The virtual EMILIA against the published one: the rows that the issue of this trial file is."""

from __future__ import annotations

import pytest

from tdm1 import trial

#: Rows of the T-DM1 arm that must lie inside the published 95 % interval.
ROWS = {
    *(f"labs.{analyte}.{grade}" for analyte in ("platelets_decreased", "alt_increased", "ast_increased")
      for grade in ("any_pct", "g3_pct", "g4_pct")),
    "orr_pct", "pfs_median_month", "dose_reduced_pct", "dose_delayed_pct", "stopped_for_ae_pct",
}


def _outside(result: trial.TrialResult) -> list[str]:
    rows = {row.endpoint: row for row in result.comparison if row.arm == "T-DM1" and row.endpoint in ROWS}
    assert set(rows) == ROWS
    return [f"{name}: {row.simulated:.2f}, published {row.lower95:.2f} to {row.upper95:.2f}"
            for name, row in rows.items() if not row.within]


def test_emilia_of_its_own_size_against_published_intervals() -> None:
    result = trial.run(trial.load("emilia"))
    assert (result.patients, result.arms["T-DM1"].n, result.failed_solves) == (991, 495, 0)
    assert _outside(result) == []


@pytest.mark.long
def test_emilia_without_chance_against_published_intervals() -> None:
    """With 4,092 patients on T-DM1 and a seed that no calibration used, chance decides little."""
    result = trial.run(trial.load("emilia"), patients=8192, seed=2)
    assert result.failed_solves == 0
    assert _outside(result) == []
