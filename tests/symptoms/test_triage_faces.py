"""The terminal and the JSON of the triage: what to do first, words and sources, and the same answer in both."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tdm1.cli._symptoms import run_symptoms
from tdm1.cli._values import OptionError
from tdm1.symptoms import triage


def _run(capsys: pytest.CaptureFixture[str], *words: str, as_json: bool = False, celsius: float | None = None) -> str:
    run_symptoms(words, temperature_c=celsius, days_since_dose=None, as_json=as_json)
    return capsys.readouterr().out


def test_terminal_says_what_to_do_first_and_sources_last(capsys: pytest.CaptureFixture[str]) -> None:
    shown = _run(capsys, "nosebleed", "that", "won't", "stop")
    assert shown.strip().startswith("CALL AT ONCE")
    places = [shown.index(words) for words in ("Call your care team now", "platelets are low", "(read in the source)")]
    assert places == sorted(places)
    assert "research software" in shown


def test_markup_of_a_person_is_shown_as_written(capsys: pytest.CaptureFixture[str]) -> None:
    assert "swollen [bold] ankles" in _run(capsys, "swollen [bold] ankles")


def test_json_against_triage(capsys: pytest.CaptureFixture[str]) -> None:
    data = json.loads(_run(capsys, "itchy and tired, wibble", as_json=True))
    answer = triage("itchy and tired, wibble")
    assert data["urgency"] == answer.urgency == "today"
    assert [one["name"] for one in data["found"]] == [one.name for one in answer.found]
    assert data["unmatched"] == list(answer.unmatched) == ["wibble"]
    assert data["say"] == answer.say
    keys = {one["key"] for one in data["sources"]}
    assert {one.source for one in (*answer.found, *answer.advice)} == keys


def test_temperature_alone_is_enough_and_nothing_at_all_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    assert "CALL AT ONCE" in _run(capsys, celsius=38.4)
    with pytest.raises(OptionError, match="say what is felt"):
        run_symptoms([], temperature_c=None, days_since_dose=None, as_json=False)


def test_triage_loads_no_arrays() -> None:
    """A patient's words are answered without the simulation behind the same package."""
    code = (
        "import sys; from tdm1.symptoms import triage; triage('fever'); "
        "print([name for name in ('numpy', 'scipy', 'polars', 'numba') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
