"""Pictures against the data they show."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest
from report.synthetic import trial_result

from tdm1 import evidence
from tdm1.report import simulation
from tdm1.report.pictures import exposure, response, survival
from tdm1.report.simulation import PictureError


def test_numbers_at_risk_against_a_count_by_hand() -> None:
    subjects = pl.DataFrame(
        {"pfs_month": [1.0, 2.0, 4.0, 7.0, 7.5, 13.0], "pfs_event": [True, False, True, True, False, True]}
    )
    picture = survival.picture("pfs", {"A": subjects})
    assert picture is not None
    coloured = re.findall(r"<text [^>]*fill: var\(--blue\)[^>]*>([^<>]*)</text>", picture.svg)
    # At months 0, 3, 6, 9 and 12: those whose time is at least that.
    assert coloured == ["6", "4", "3", "1", "1"]


def test_median_against_a_product_by_hand() -> None:
    # 4 patients, events at 2 and 4, one censored at 3: S = 3/4, then 3/4 * 1/2 = 3/8, so the median is 4.
    subjects = pl.DataFrame({"os_month": [2.0, 3.0, 4.0, 6.0], "os_event": [True, False, True, False]})
    picture = survival.picture("os", {"A": subjects})
    assert (
        picture is not None and "median 4.0 months" in picture.caption and "2 events in 4 patients" in picture.caption
    )


def test_waterfall_counts_against_the_table() -> None:
    subjects = trial_result(60).arms["T-DM1"].subjects
    picture = response.picture("T-DM1", subjects, -30.0, 20.0)
    measured = subjects.filter(pl.col("measurable") & pl.col("best_change_pct").is_not_nan())
    assert picture is not None and f"{len(measured)} patients with measurable disease" in picture.svg
    assert f"{int((measured['best_response'] == 'PR').sum())} partial response" in picture.caption


def test_observed_points_against_the_evidence_table() -> None:
    found = exposure.observed_points("conjugate", 3.6, 21.0)
    assert {entry.study.split(" (")[0] for entry in found} == {"Girish 2012", "Krop 2010"}
    table = evidence.table("clinical_pk").filter(
        (pl.col("dose_mg_per_kg") == 3.6)
        & (pl.col("analyte") == "T-DM1 conjugate")
        & (pl.col("time_day") <= 21)
        & (pl.col("time_day") > 0)
        & pl.col("schedule").str.contains("q3w cycle 1")
    )
    assert sorted(value for entry in found for value in entry.value) == sorted(table["conc"].to_list())
    assert exposure.observed_points("conjugate", 3.5, 21.0) == []
    assert exposure.observed_points("platelets", 3.6, 21.0) == []


@pytest.fixture
def simulated() -> SimpleNamespace:
    days = np.linspace(0, 42, 85)
    value = {"conjugate": 70 * np.exp(-0.2 * (days % 21)), "platelets": 250 - days}
    scaled = [{name: factor * values for name, values in value.items()} for factor in (1.0, 0.7, 1.4)]
    return SimpleNamespace(
        time_day=days,
        unit={"conjugate": "ug/mL", "platelets": "10*9/L"},
        median=scaled[0],
        p05=scaled[1],
        p95=scaled[2],
        failed_solves=0,
    )


@pytest.mark.parametrize(("kind", "start"), [("png", b"\x89PNG"), ("svg", b"<?xml"), ("html", b"<!doctype html>")])
def test_a_plot_is_a_file_of_its_kind(kind: str, start: bytes, simulated: SimpleNamespace, tmp_path: Path) -> None:
    path = tmp_path / f"band.{kind}"
    simulation.draw(simulated, path, dose_mg_per_kg=3.6, every_days=21.0)
    content = path.read_bytes()
    assert content.startswith(start)
    if kind != "png":
        text = content.decode()
        assert "platelets" in text and "measured mean, Girish 2012" in text


def test_a_dose_without_measurements_shows_none(simulated: SimpleNamespace, tmp_path: Path) -> None:
    simulation.draw(simulated, tmp_path / "band.svg", dose_mg_per_kg=3.0, every_days=21.0)
    assert "measured mean" not in (tmp_path / "band.svg").read_text()


@pytest.mark.parametrize("name", ["band.pdf", "band", "no/such/folder/band.png"])
def test_a_plot_elsewhere_is_refused_before_the_work(name: str, tmp_path: Path) -> None:
    with pytest.raises(PictureError, match="--plot"):
        simulation.check_picture_file(tmp_path / name)
