"""`tdm1 plan` as a user calls it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest


def test_table_and_preparation_sheet(run: Any) -> None:
    done = run("plan", "--setting", "early", "--start", "2026-12-01", "--weight-kg", 64, "--sex", "female", "--prepare")
    assert done.code == 0
    said = " ".join(done.out.split())
    for words in ("T-DM1 infusion 14", "3.6 mg/kg = 230 mg", "1 vial of 160 mg", "never dextrose", "2028-03-31"):
        assert words in said


def test_json_and_calendar_file(run: Any, tmp_path: Path) -> None:
    file = tmp_path / "course.ics"
    done = run("plan", "--start", "2026-12-01", "--cycles", 3, "--weight-kg", 70, "--ics", file, "--prepare", "--json")
    found = json.loads(done.out)
    assert [one["day"] for one in found["events"] if one["kind"] == "infusion"] == [
        "2026-12-01", "2026-12-22", "2027-01-12"]
    assert found["preparation"]["volume_ml"] == 12.6
    assert file.read_bytes().startswith(b"BEGIN:VCALENDAR") and "calendar written" in done.err


def test_a_missed_dose_moves_what_follows(run: Any) -> None:
    done = run("plan", "--start", "2026-12-01", "--cycles", 3, "--missed", "2026-12-22:2026-12-24", "--json")
    days = [one["day"] for one in json.loads(done.out)["events"] if one["kind"] == "infusion"]
    assert days == ["2026-12-01", "2026-12-24", "2027-01-14"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["plan", "--start", "soon"], "--start 'soon'"),
        (["plan", "--start", "2026-12-01"], "no planned end"),
        (["plan", "--start", "2026-12-01", "--cycles", "2", "--prepare"], "--weight-kg"),
        (["plan", "--start", "2026-12-01", "--cycles", "2", "--sex", "f"], "female or male"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(run: Any, arguments: list[str], words: str) -> None:
    done = run(*arguments)
    assert done.code == 2 and done.out == "" and words in done.err and done.err.count("\n") == 1
