"""`tdm1 explain mechanism`: what goes where, and bad input as one line that writes nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest


def test_table_goes_to_standard_output(run: Any) -> None:
    done = run("explain", "Mechanism")
    assert done.code == 0, done.err
    assert "trastuzumab emtansine, 3.6 mg/kg, model full_t_dm1, reference patient" in done.out
    assert "Freed in tumour cells" in done.out and "solving" not in done.out


def test_json_is_alone_on_standard_output_and_adds_up(run: Any) -> None:
    done = run("explain", "mechanism", "--json")
    assert done.code == 0, done.err
    document = json.loads(done.out)
    assert (document["drug"], document["model"]) == ("t_dm1", "full_t_dm1")
    assert [sum(shares) for shares in zip(*[one["share_pct"] for one in document["places"]], strict=True)] == (
        pytest.approx([100.0] * len(document["time_day"]), rel=1e-4)
    )
    settings = [one["setting"] for one in document["selectivity"]]
    assert settings == ["vessel", "tissue"]
    # By the books of the cells themselves: normal cells lose less in both.
    for one in document["selectivity"]:
        at_dose = {row["cells"]: row["kill_ratio"] for row in one["indices"]}
        assert at_dose["normal"] == max(at_dose.values()) > 1.0


def test_json_of_a_drug_without_payload_has_no_selectivity(run: Any) -> None:
    done = run("explain", "mechanism", "--drug", "trastuzumab", "--dose-mg-per-kg", 6, "--json")
    document = json.loads(done.out)
    assert document["selectivity"] is None and document["payload"] == "antibody"


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_picture_is_written(run: Any, kind: str, tmp_path: Path) -> None:
    done = run("explain", "mechanism", "--drug", "t_dxd", "--dose-mg-per-kg", 5.4, "--plot", tmp_path / f"way.{kind}")
    assert done.code == 0, done.err
    assert "written: " in done.err and "DXd" in done.out
    assert (tmp_path / f"way.{kind}").stat().st_size > 10_000


def test_page_is_written_with_selectivity(run: Any, tmp_path: Path) -> None:
    done = run("explain", "mechanism", "--plot", tmp_path / "way.html")
    assert done.code == 0, done.err
    page = (tmp_path / "way.html").read_text("utf-8")
    assert page.startswith("<!doctype html>") and "Why it spares the rest" in page and "cells at a vessel" in page


@pytest.mark.parametrize(
    ("arguments", "near"),
    [
        (["mechanism", "--drug", "t_dx", "--dose-mg-per-kg", "5"], "did you mean 't_dxd'"),
        (["mechanism", "--drug", "t_dxd"], "--drug t_dxd needs its dose; give --dose-mg-per-kg"),
        (["mechanism", "--dose-mg-per-kg", "0"], "--dose-mg-per-kg is 0"),
        (["mechanism", "--dose-mg-per-kg", "nan"], "--dose-mg-per-kg is nan"),
        (["mechanism", "--dose-mg-per-kg", "much"], "--dose-mg-per-kg"),
        (["mechanism", "--plot", "way.pdf"], "change the ending"),
        (["mechanism", "--plot", "nowhere/way.svg"], "there is no folder"),
        (["mecanism"], "did you mean 'mechanism'"),
        (["plasma.clearance", "--drug", "t_dxd"], "belong to explain mechanism"),
        (["covariates", "--dose-mg-per-kg", "3"], "belong to explain mechanism"),
    ],
)
def test_bad_input_is_one_line_and_writes_nothing(
    arguments: list[str], near: str, run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = run("explain", *arguments)
    said = [line for line in done.err.splitlines() if not line.startswith("explain mechanism: ")]
    assert done.code == 2 and done.out == "" and len(said) == 1, done.err
    assert said[0].startswith("tdm1: ") and near in said[0]
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written_is_one_line(run: Any, tmp_path: Path) -> None:
    """A folder in the file's place is found before anything is solved."""
    (tmp_path / "way.svg").mkdir()
    done = run("explain", "mechanism", "--plot", tmp_path / "way.svg")
    assert done.code == 2 and "this is a folder" in done.err and "solving" not in done.err and done.out == ""
