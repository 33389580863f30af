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
    assert marks.count("NO") == 1 and marks.count("yes") == 4


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
    assert numbers.endpoint_words("adverse_events.transaminases_increased.any_pct") == "transaminases increased, any grade"
    assert numbers.endpoint_words("adverse_events.any_grade3plus_ae_final.g3plus_pct") == "any event, grade 3+"
    assert numbers.endpoint_words("adverse_events.serious_ae.any_pct") == "serious event, any grade"
    assert numbers.endpoint_words("adverse_events.hepatotoxicity_grouped.any_pct") == "hepatotoxicity (grouped), any grade"
    assert numbers.endpoint_words("labs.hemoglobin_decreased.g4_pct") == "haemoglobin, grade 4"
    assert numbers.endpoint_words("idfs_hr") == "hazard ratio, IDFS"
    assert numbers.number(float("nan"), "months") == "not reached"
