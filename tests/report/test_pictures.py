"""Pictures against the data they show."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest
from report.synthetic import after_surgery, trial_result

from tdm1 import evidence
from tdm1.report import gallery, simulation
from tdm1.report.pictures import compared, exposure, laboratory, response, survival
from tdm1.report.pictures.compared import Share
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


def test_recurrence_curve_against_a_product_by_hand() -> None:
    # 5 patients, events at 10, 20 and 30: 4/5, 3/5, then the one at 25 is censored, 3/5 * 1/2.
    subjects = pl.DataFrame(
        {"idfs_month": [10.0, 20.0, 25.0, 30.0, 40.0], "idfs_event": [True, True, False, True, False]}
    )
    picture = survival.picture("idfs", {"A": subjects})
    assert picture is not None and picture.title == "Invasive disease-free survival"
    assert "median 30.0 months" in picture.caption and "3 events in 5 patients" in picture.caption


def test_first_value_of_each_cycle_against_a_walk() -> None:
    labs = after_surgery(60).arms["T-DM1"].labs
    assert labs is not None
    found = laboratory.by_cycle(labs, "platelets", 21.0)
    expected: dict[int, dict[int, float]] = {}
    for row in labs.filter(pl.col("analyte") == "platelets").sort("patient", "time_day").iter_rows(named=True):
        cycle = int((row["time_day"] + 3.5) // 21)
        expected.setdefault(cycle, {}).setdefault(row["patient"], row["value"])
    assert found["cycle"].to_list() == sorted(expected)
    for row in found.iter_rows(named=True):
        values = list(expected[row["cycle"]].values())
        assert row["n"] == len(values) == 60
        assert row["median"] == pytest.approx(np.median(values))
        assert (row["p05"], row["p95"]) == pytest.approx(tuple(np.quantile(values, [0.05, 0.95])))


def test_cycles_of_a_few_who_are_left_have_no_band() -> None:
    rows = [(patient, cycle * 21.0) for patient in range(100) for cycle in range(3 if patient >= 25 else 5)]
    labs = pl.DataFrame(
        {"patient": [p for p, _ in rows], "time_day": [t for _, t in rows], "analyte": ["alt"] * len(rows),
         "value": [20.0] * len(rows)}
    )
    assert laboratory.by_cycle(labs, "alt", 21.0)["cycle"].to_list() == [0, 1, 2]


def test_every_analyte_of_every_arm_is_drawn() -> None:
    made = after_surgery(60)
    picture = next(one for one in gallery.pictures(made) if one.key == "laboratory")
    assert picture.wide
    for words in ("platelets (10⁹/L)", "ALT (U/L)", "T-DM1", "trastuzumab", "grade 1"):
        assert words in picture.svg
    assert "CTCAE version 4" in picture.caption


@pytest.mark.parametrize("version", [3, 4, 5])
def test_grades_of_the_lines_against_the_facts(version: int) -> None:
    platelets = gallery.bounds("platelets", version)
    assert platelets[1] == evidence.value("laboratory.lln_platelets", "10*9/L")
    assert platelets[3] == evidence.value(f"ctcae{version}.platelets.grade_3", "10*9/L")
    upper = evidence.value("laboratory.uln_alt", "U/L")
    assert gallery.bounds("alt", version)[3] == evidence.value(f"ctcae{version}.alt.grade_3", "xULN") * upper
    assert 4 not in gallery.bounds("haemoglobin", 4) and gallery.bounds("lvef", version) == {}


def test_shares_against_the_comparison() -> None:
    made = trial_result(30)
    found = gallery.shares(made, "adverse_events")
    rows = [row for row in made.comparison if row.endpoint.startswith("adverse_events.")]
    assert [(share.arm, share.grade, share.simulated, share.published) for share in found] == [
        (row.arm, row.endpoint.split(".")[2], row.simulated, row.published) for row in rows
    ]
    picture = compared.picture(found, key="events", title="Adverse events", what="each adverse event")
    assert picture is not None and picture.wide
    assert "nausea" in picture.svg and "lapatinib+capecitabine" in picture.svg and "published" in picture.svg


def test_shares_without_published_ones_come_from_the_summary() -> None:
    found = gallery.shares(trial_result(30, comparison=[]), "adverse_events")
    assert {(share.arm, share.grade, share.simulated, share.published) for share in found} == {
        (arm, grade, value, None) for arm in ("T-DM1", "lapatinib+capecitabine")
        for grade, value in (("any_pct", 40.0), ("g3plus_pct", 9.0))
    }
    picture = compared.picture(found, key="events", title="Adverse events", what="each adverse event")
    assert picture is not None and "Nothing was published" in picture.caption


def test_events_are_sorted_by_size() -> None:
    shares = [
        Share("A", "few", "any_pct", 50.0, 3.0, 2.0, 4.0), Share("A", "many", "any_pct", 1.0, 40.0, 35.0, 45.0),
        Share("B", "few", "any_pct", 50.0, 10.0, 5.0, 15.0), Share("A", "unknown", "any_pct", 20.0),
    ]
    assert compared.by_size(shares) == ["many", "unknown", "few"]
    many = [Share("A", f"term {place}", "any_pct", float(place)) for place in range(compared.TERMS + 5)]
    picture = compared.picture(many, key="events", title="t", what="each adverse event")
    assert picture is not None and "5 rarer ones are in the table alone" in picture.caption
    assert "term 44" in picture.svg and "term 4<" not in picture.svg
    assert compared.picture([], key="events", title="t", what="x") is None
