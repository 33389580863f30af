"""The terminal's tables at 80 columns and on plain terminals."""

from __future__ import annotations

import io
from types import SimpleNamespace

import numpy as np
from report.synthetic import trial_result
from rich.console import Console

from tdm1.report import numbers, terminal
from tdm1.trial.result import TrialResult


def _printed(result: TrialResult, width: int = 80) -> str:
    buffer = io.StringIO()
    terminal.print_trial(result, Console(file=buffer, width=width, highlight=False))
    return buffer.getvalue()


def test_comparison_fits_80_columns_in_whole_words(result: TrialResult) -> None:
    text = _printed(result)
    assert max(len(line) for line in text.splitlines()) <= 80
    for words in (
        "objective response (%)",
        "43.6 [38.6, 48.6]*",
        "platelets, grade 3 (%)",
        "19.9 [17.9, 21.9]",
        "calibrated",
        "predicted",
        "lapatinib+capecitabine, 60 patients",
        "seed 7",
        "0 failed solves",
        "not a medical device",
    ):
        assert words in text
    marks = [line.split()[-2] for line in text.splitlines() if line.rstrip().endswith((" calibrated", " predicted"))]
    assert marks.count("NO") == 2 and marks.count("yes") == 6


def test_a_long_comparison_shows_what_is_outside_and_counts_the_rest(result: TrialResult) -> None:
    """Forty rows and more: each value outside in full, every arm's counts by kind, and where all rows are."""
    inside = [row for row in result.comparison if row.within]
    long = trial_result(60, comparison=[*result.comparison, *inside * 8])
    text = _printed(long)
    assert max(len(line) for line in text.splitlines()) <= 80
    marks = [line.split()[-2] for line in text.splitlines() if line.rstrip().endswith((" calibrated", " predicted"))]
    assert marks == ["NO"] * sum(not row.within for row in long.comparison) == ["NO"] * 2
    assert "19.9 [17.9, 21.9]" in text and "9.0 [8.1, 9.9]" in text
    for kind in numbers.KINDS:
        for arm in ("T-DM1", "lapatinib+capecitabine"):
            rows = [row for row in long.comparison if row.arm == arm and numbers.kind(row.endpoint) == kind]
            if rows:
                line = next(line for line in text.splitlines() if line.startswith(arm) and " of " in line)
                assert f"{sum(row.within for row in rows)} of {len(rows)}" in line
    assert f"all {len(long.comparison)} rows" in text and "--json" in text and "report.html" in text


def test_no_escape_codes_where_there_is_no_colour(result: TrialResult) -> None:
    assert "\x1b" not in _printed(result)


def test_a_trial_without_comparison_shows_its_arms() -> None:
    text = _printed(trial_result(12, comparison=[]))
    assert "No published results" in text and "median PFS" in text and "not reached" in text


def test_a_simulation_shows_at_most_24_times_and_says_so() -> None:
    values = {"conjugate": np.linspace(80, 1, 200)}
    made = SimpleNamespace(
        time_day=np.linspace(0, 63, 200),
        unit={"conjugate": "ug/mL"},
        median=values,
        p05=values,
        p95=values,
        failed_solves=0,
    )
    buffer = io.StringIO()
    terminal.print_simulation(made, Console(file=buffer, width=80, highlight=False))
    assert "24 of 200 times shown" in buffer.getvalue() and "conjugate (ug/mL)" in buffer.getvalue()


def test_endpoint_words_against_the_fixed_names() -> None:
    assert numbers.endpoint_words("labs.alt_increased.g3_pct") == "ALT, grade 3"
    assert numbers.endpoint_words("pfs_pct.12") == "PFS at 12 months"
    assert (
        numbers.endpoint_words("adverse_events.peripheral_neuropathy.g3plus_pct") == "peripheral neuropathy, grade 3+"
    )
    for term, words in (("transaminases_increased", "transaminases increased"), ("serious_ae", "serious event"),
                        ("hepatotoxicity_grouped", "hepatotoxicity (grouped)")):
        assert numbers.endpoint_words(f"adverse_events.{term}.any_pct") == f"{words}, any grade"
    assert numbers.endpoint_words("adverse_events.any_grade3plus_ae_final.g3plus_pct") == "any event, grade 3+"
    assert numbers.endpoint_words("labs.hemoglobin_decreased.g4_pct") == "haemoglobin, grade 4"
    assert numbers.endpoint_words("idfs_hr") == "hazard ratio, IDFS"
    assert numbers.number(float("nan"), "months") == "not reached"
