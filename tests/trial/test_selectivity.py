"""Selectivity: what HER2 alone decides, what supply takes away, free payload, and leftover trastuzumab."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest

from tdm1 import evidence
from tdm1.evidence.drugs import drug
from tdm1.trial.dish import assay
from tdm1.trial.reading import InputError
from tdm1.trial.selectivity import cell_kinds, doses_for_kill, exposures, leftover, selectivity
from tdm1.trial.selectivity_rows import Exposure, Selectivity

FULL_DOSE = evidence.value("label.us.dose_full", "mg/kg")


@cache
def _t_dm1() -> Selectivity:
    return selectivity("t_dm1")


def _at(rows: tuple[Exposure, ...] | list[Exposure], kind: str) -> list[Exposure]:
    return [row for row in rows if row.cells == kind]


@pytest.mark.parametrize("kind", list(cell_kinds()))
def test_kill_and_payload_grow_with_dose(kind: str) -> None:
    rows = _at(_t_dm1().curves, kind)
    assert [row.dose_mg_per_kg for row in rows] == sorted(row.dose_mg_per_kg for row in rows)
    assert (np.diff([row.payload_auc_nm_day for row in rows]) > 0).all()
    # Where HER2 is taken up whole, more antibody of lower load may cost a thousandth of a decade.
    assert (np.diff([row.log10_kill for row in rows]) > -1e-3).all()
    assert rows[-1].log10_kill > rows[0].log10_kill


@pytest.mark.parametrize("setting", ["vessel", "tissue"])
def test_kill_falls_with_her2_at_clinical_exposure(setting: str) -> None:
    rows = exposures("t_dm1", [FULL_DOSE], setting=setting)
    kills = [row.log10_kill for row in rows]
    assert [row.cells for row in rows] == ["HER2 3+", "HER2 2+", "HER2 1+", "normal"]
    assert kills == sorted(kills, reverse=True)


def test_normal_cells_at_clinical_exposure_against_fifty_fold() -> None:
    """Sensitivity is the dose for an equal kill: at a vessel over one cycle, and in tissue."""
    normal = next(row for row in _t_dm1().indices if row.cells == "normal")
    assert normal.dose_ratio >= 50.0
    # Killing levels off, so the ratio of decades is smaller than that of payload.
    assert 10.0 < normal.kill_ratio < normal.payload_ratio


def test_payload_at_saturation_against_the_ratio_of_receptors() -> None:
    rows = {row.cells: row for row in exposures("t_dm1", [10.0])}
    kinds = cell_kinds()
    for kind in ("HER2 2+", "HER2 1+", "normal"):
        expected = kinds["HER2 3+"] / kinds[kind]
        found = rows["HER2 3+"].payload_auc_nm_day / rows[kind].payload_auc_nm_day
        assert found == pytest.approx(expected, rel=0.03), kind


def test_supply_takes_selectivity_away() -> None:
    """Where capillaries limit uptake, cells with ten times as much HER2 get hardly more payload."""
    at_vessel = {row.cells: row for row in exposures("t_dm1", [FULL_DOSE], setting="vessel")}
    in_tissue = {row.cells: row for row in exposures("t_dm1", [FULL_DOSE], setting="tissue")}

    def ratio(rows: dict[str, Exposure]) -> float:
        return rows["HER2 3+"].payload_auc_nm_day / rows["HER2 1+"].payload_auc_nm_day

    assert ratio(at_vessel) > 10.0
    assert ratio(in_tissue) < 1.1
    assert in_tissue["HER2 3+"].payload_auc_nm_day < 0.1 * at_vessel["HER2 3+"].payload_auc_nm_day


def test_doses_for_kill_against_their_own_kill() -> None:
    doses = doses_for_kill("t_dm1", 0.5, "tissue")
    at = exposures("t_dm1", [doses["HER2 3+"]], ["HER2 3+"], "tissue")[0]
    assert at.log10_kill == pytest.approx(0.5, abs=5e-3)
    assert math.isinf(doses_for_kill("t_dm1", 0.5, "vessel")["normal"])


def test_free_payload_against_dose_over_clearance() -> None:
    found = _t_dm1().untargeted
    mass = evidence.value("plasma.molar_mass", "g/mol")
    weight = evidence.value("plasma.covariate.weight_reference", "kg")
    load = sum(n * evidence.value(drug("t_dm1").roles[f"dar_share_{n}"], "1") for n in range(9))
    nmol = FULL_DOSE * weight * 1e6 / mass * load
    clearance = evidence.value(drug("t_dm1").roles["payload_clearance"], "L/day")
    assert found.free_auc_nm_day == pytest.approx(nmol / clearance)
    assert found.payload_mg == pytest.approx(nmol * 1e-6 * evidence.value("dm1.molar_mass", "g/mol"))
    assert found.advantage == pytest.approx(found.targeted_auc_nm_day / found.free_auc_nm_day)
    assert found.advantage > 100.0


def test_leftover_trastuzumab_competes_where_supply_is_not_the_limit() -> None:
    rows = leftover("t_dm1", FULL_DOSE, [0.0, 20.0, 100.0])
    areas = [row.payload_auc_nm_day for row in rows]
    assert areas == sorted(areas, reverse=True)
    assert areas[2] < 0.6 * areas[0]


def test_leftover_trastuzumab_in_tissue_hardly_matters() -> None:
    """Receptors are not the bottleneck there: the effect is a few per cent, whatever its sign."""
    rows = leftover("t_dm1", FULL_DOSE, [0.0, 100.0], "tissue")
    assert rows[1].payload_auc_nm_day == pytest.approx(rows[0].payload_auc_nm_day, rel=0.05)


def test_trastuzumab_alone_does_not_kill_by_payload() -> None:
    assert _t_dm1().trastuzumab_alone_log10_kill == pytest.approx(0.0, abs=1e-9)


def test_dish_and_vessel_agree_on_the_order_of_normal_cells() -> None:
    """The same cell in the dish: normal cells hold the less payload in both."""
    dish = [assay("t_dm1", 80.0, line)["payload_exposure"][0] for line in ("SK-BR-3", "normal")]
    rows = exposures("t_dm1", [FULL_DOSE], ["HER2 3+", "normal"])
    assert dish[0] / dish[1] > 30.0
    assert rows[0].payload_auc_nm_day / rows[1].payload_auc_nm_day > 30.0


def test_mistakes_are_refused() -> None:
    with pytest.raises(InputError, match="above 0"):
        exposures("t_dm1", [0.0])
    with pytest.raises(InputError, match="did you mean 'HER2 3\\+'"):
        exposures("t_dm1", [3.6], ["HER2 3"])
    with pytest.raises(InputError, match="did you mean 'tissue'"):
        exposures("t_dm1", [3.6], setting="tisue")  # type: ignore[arg-type]
    with pytest.raises(evidence.EvidenceError, match="did you mean 't_dm1'"):
        exposures("t_dm", [3.6])
