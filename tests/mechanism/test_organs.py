"""Healthy tissue: the liver's share, closed forms, no HER2 in it, and nothing without payload."""

from __future__ import annotations

from math import log

import numpy as np
import pytest

from tdm1 import evidence
from tdm1.evidence.drugs import drug
from tdm1.mechanism.models import plasma_of
from tdm1.mechanism.organs import organs
from tdm1.population.individual import typical
from tdm1.trial.mechanism_course import typical_course

TIMES = np.array([0.5, 3.0, 7.0, 21.0])


def _at_rest() -> dict[str, float]:
    part = organs(drug("t_dm1"))
    value = typical(plasma_of("t_dm1"))
    return {parameter.name: value[parameter.name] for parameter in part.parameters} | {
        "antibody_proteolysis": 100.0, "payload_proteolysis": 250.0,
        "antibody_nm": 400.0, "payload_on_antibody_nm": 1000.0,
    }


def test_steady_state_against_closed_form() -> None:
    """At a constant plasma: amount = uptake / rate for each of the three steps of both tissues."""
    part, v = organs(drug("t_dm1")), _at_rest()
    degrade, escape = (log(2.0) / v[f"organ_{name}_half_life"] for name in ("degradation", "escape"))
    cells = v["megakaryocyte_number"] * v["body_weight"] * v["megakaryocyte_size"]
    drunk = v["megakaryocyte_pinocytosis"] * cells
    uptake = {
        "liver": (v["liver_share"] * 100.0, v["liver_share"] * 250.0), "megakaryocyte": (drunk * 400.0, drunk * 1000.0)
    }
    for organ, (antibody, load) in uptake.items():
        v[f"{organ}_antibody"], v[f"{organ}_load"] = antibody / degrade, load / degrade
        v[f"{organ}_free_payload"] = load / escape
    v |= part.provides(v)
    slopes = part.derivatives(v)
    for name, slope in slopes.items():
        if not name.endswith("_auc"):
            assert slope == pytest.approx(0.0, abs=1e-9), name
    assert v["organ_antibody_loss"] == pytest.approx(v["organ_antibody_uptake"])
    assert v["organ_payload_loss"] == pytest.approx(v["organ_payload_uptake"])
    # A megakaryocyte's payload: volumes drunk a day, times what stands in them, over the rate of escape.
    assert v["megakaryocyte_payload"] == pytest.approx(v["megakaryocyte_pinocytosis"] * 1000.0 / escape)


def test_megakaryocytes_hold_a_few_millilitres() -> None:
    v = _at_rest()
    assert v["megakaryocyte_number"] * v["body_weight"] * v["megakaryocyte_size"] == pytest.approx(2.0e-3, rel=0.05)


def test_payload_in_healthy_tissue_against_convolution() -> None:
    """Free payload of the megakaryocytes is the plasma's load on antibody, put through two exponentials."""
    model = plasma_of("t_dm1")
    value = typical(model)
    grid = np.linspace(1e-4, 14.0, 4001)
    course = typical_course(model, 252.0, grid, 0.0625)
    degrade, escape = (log(2.0) / value[f"organ_{name}_half_life"] for name in ("degradation", "escape"))
    back = grid[-1] - grid
    weight = degrade / (degrade - escape) * (np.exp(-escape * back) - np.exp(-degrade * back))
    expected = value["megakaryocyte_pinocytosis"] * np.trapezoid(weight * course["payload_on_antibody_nm"], grid)
    assert course["megakaryocyte_payload"][-1] == pytest.approx(expected, rel=2e-3)


def test_liver_takes_its_share_of_proteolysis() -> None:
    """The rest of what healthy tissue takes is drunk by megakaryocytes: volumes a day times their volume."""
    model = plasma_of("t_dm1")
    with evidence.what_if({"organs.liver_share": 0.25}):
        course = typical_course(model, 252.0, TIMES, 0.0625)
    value = typical(model)
    cells = value["megakaryocyte_number"] * value["body_weight"] * value["megakaryocyte_size"]
    drunk = value["megakaryocyte_pinocytosis"] * cells * course["antibody_nm"]
    expected = 0.25 * course["antibody_proteolysis"] + drunk
    np.testing.assert_allclose(course["organ_antibody_uptake"], expected, rtol=1e-9)


def test_without_payload_healthy_tissue_sees_none() -> None:
    course = typical_course(plasma_of("trastuzumab"), 420.0, TIMES, 0.0625)
    assert (course["organ_antibody"] > 0).all()
    for name in ("organ_payload", "liver_conjugate", "liver_payload", "megakaryocyte_payload"):
        assert not course[name].any(), name


def test_healthy_tissue_does_not_know_her2() -> None:
    """With HER2 outside the tumour taken away, tissue uptake at the same plasma concentration is the same."""
    part, v = organs(drug("t_dm1")), _at_rest()
    assert not {"target_capacity", "target_constant", "target_clearance"} & {p.name for p in part.parameters}
    assert not {"target_uptake", "target_clearance"} & set(part.needs)
    v |= {state.name: 1.0 for state in part.states}
    assert part.provides(v)["organ_antibody_uptake"] > 0


def test_dxd_does_not_stay_in_healthy_tissue_as_lys_mcc_dm1_does() -> None:
    """The payload that crosses membranes is gone in minutes: its area in the liver is hundreds of times smaller."""
    areas = {
        name: typical_course(plasma_of(name), 252.0, np.array([21.0]), 0.0625)["liver_payload_auc"][0]
        for name in ("t_dm1", "t_dxd")
    }
    assert areas["t_dm1"] > 100.0 * areas["t_dxd"] > 0.0
