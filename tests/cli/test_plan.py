"""`tdm1 plan` as a user calls it."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import pytest

from tdm1.cli._plan import Request, run_plan
from tdm1.cli._values import OptionError
from tdm1.regimen import RegimenError

STAMP = datetime.datetime(2026, 11, 25, 12, tzinfo=datetime.UTC)


def asked(**more: Any) -> Request:
    left_out = dict.fromkeys(
        ("weight_kg", "level_mg_per_kg", "cycles", "given", "missed", "lvef", "sex", "ics"), None)
    return Request(**{"setting": "early", "region": "US", "start": "2026-12-01", "prepare": False, **left_out, **more})


def planned(capsys: pytest.CaptureFixture[str], **more: Any) -> dict[str, Any]:
    run_plan(asked(**more), as_json=True)
    return json.loads(capsys.readouterr().out)


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


def test_doses_given_with_their_levels(capsys: pytest.CaptureFixture[str]) -> None:
    """D7 and D8: the level goes on; a date alone is a full dose."""
    found = planned(capsys, given="2026-12-01, 2026-12-22:3.0", weight_kg=70)
    infusions = [one for one in found["events"] if one["kind"] == "infusion"]
    assert [one["level_mg_per_kg"] for one in infusions[:3]] == [3.6, 3.0, 3.0]
    assert [one["done"] for one in infusions[:3]] == [True, True, False]
    assert infusions[2]["dose_mg"] == pytest.approx(210)


def test_after_a_reaction_the_next_infusion_and_its_sheet_are_slow(capsys: pytest.CaptureFixture[str]) -> None:
    """D6."""
    found = planned(capsys, given="2026-12-01:3.6:reaction", weight_kg=70, prepare=True)
    following = next(one for one in found["events"] if one["infusion"])
    assert (following["infusion"], following["infusion_minute"]) == ("slow", 90)
    assert found["preparation"]["infusion_minute"] == 90


def test_the_end_of_contraception_needs_the_last_dose(capsys: pytest.CaptureFixture[str]) -> None:
    """P2."""
    more = {"setting": "metastatic", "cycles": 2, "sex": "female"}
    for last_dose, ends in ((False, []), (True, ["2027-07-22"])):
        found = planned(capsys, **more, last_dose=last_dose)
        assert [one["day"] for one in found["events"] if one["kind"] == "contraception_end"] == ends
        assert found["open_end"] is not last_dose
    assert not [
        one for one in planned(capsys, **more, last_dose=True, could_become_pregnant=False)["events"]
        if one["kind"] in ("contraception_end", "pregnancy_test")
    ]


def test_files_are_the_same_for_the_same_stamp(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a", "b"):
        run_plan(asked(weight_kg=70, ics=tmp_path / f"{name}.ics", sheet=tmp_path / f"{name}.html", stamped=STAMP),
                 as_json=True)
    assert (tmp_path / "a.ics").read_bytes() == (tmp_path / "b.ics").read_bytes()
    page = (tmp_path / "a.html").read_text("utf-8")
    assert page == (tmp_path / "b.html").read_text("utf-8") and "2026-12-01" in page and "12.6 mL" in page
    assert "preparation sheet written to" in capsys.readouterr().err


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


@pytest.mark.parametrize(
    ("more", "error", "words"),
    [
        ({"given": "2026-12-01:high"}, OptionError, "'high' is no dose level"),
        ({"given": "2026-12-01:3.6:raction"}, OptionError, "did you mean 'reaction'"),
        ({"given": "2026-12-01:3.6:reaction:x"}, OptionError, "cannot be read"),
        ({"given": "2026-12-01:1.2"}, RegimenError, "no dose level of the label"),
        ({"given": ","}, OptionError, "--given ''"),
        ({"missed": "2026-12-22:"}, OptionError, "--missed ''"),
        ({"missed": "2026-12-22:2026-12-24,2027-01-14"}, OptionError, "for some days only"),
        ({"lvef": "2026-13-01"}, OptionError, "--lvef '2026-13-01'"),
        ({"sheet": Path("sheet.html")}, OptionError, "--sheet needs --weight-kg"),
        ({"sheet": Path("sheet.pdf")}, OptionError, "ends in .html"),
        ({"ics": Path("course.txt")}, OptionError, "ends in .ics"),
        ({"ics": Path("nowhere/at/all/course.ics")}, OptionError, "there is no folder"),
        ({"level_mg_per_kg": 0.0}, RegimenError, "no dose level"),
    ],
)
def test_options_that_cannot_be_are_refused(more: dict[str, Any], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        run_plan(asked(**more), as_json=True)


def test_a_file_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "course.ics"
    file.write_text("mine", "utf-8")
    with pytest.raises(OptionError, match="is there already"):
        run_plan(asked(ics=file), as_json=True)
    assert file.read_text("utf-8") == "mine"
