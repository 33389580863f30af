"""What a group of HER2 cells does: against published ranges, closed forms and bookkeeping."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tdm1 import evidence
from tdm1.evidence.drugs import drug, drugs
from tdm1.evidence.units import factor
from tdm1.mechanism import cell
from tdm1.mechanism.cell_alternatives import ALTERNATIVES, alternative
from tdm1.mechanism.models import in_vitro
from tdm1.trial.dish import assay

STEPS = {
    "internalization": "tumour.internalisation_half_life",
    "degradation": "tumour.degradation_half_life",
    "payload efflux": "tumour.efflux_half_life",
}


def _values(name: str = "t_dm1") -> dict[str, float]:
    """The cell's parameters under a drug, in the units of the equations."""
    found: dict[str, float] = {}
    for parameter in cell.parameters(drug(name)):
        fact = evidence.fact(parameter.fact)
        found[parameter.name] = fact.value * factor(fact.unit, parameter.unit)
    return found


@pytest.mark.parametrize("process", STEPS)
def test_processing_half_lives_against_the_published_ranges(process: str) -> None:
    rows = evidence.table("processing_half_lives")
    row = rows.filter(process=process)
    low, high = float(row["half_life_h_low"][0]), float(row["half_life_h_high"][0])
    assert low <= evidence.value(STEPS[process], "h") <= high


def test_receptor_concentration_against_the_published_one() -> None:
    """A million receptors on a cell of a picolitre are 1,660 nM (Singh 2017)."""
    avogadro = evidence.value("physics.avogadro", "1/nmol")
    volume = evidence.value("cell.singh.volume", "L")
    found = cell.receptor_concentration(1e6, volume, avogadro)
    assert found == pytest.approx(evidence.value("tumour.her2_concentration", "nM"), rel=1e-3)


@given(st.floats(1.2, 6.0), st.floats(-2.0, 2.0))
def test_killing_against_hill(hill: float, log_ratio: float) -> None:
    """kill_rate C^n/(K^n + C^n), to the smoothing, and nothing without payload."""
    v = {"kill_rate": 0.4, "kill_half_concentration": 200.0, "kill_hill": hill}
    conc = 200.0 * 10.0**log_ratio
    expected = 0.4 * conc**hill / (200.0**hill + conc**hill)
    assert cell.killing(v, conc) == pytest.approx(expected, abs=0.4e-3, rel=1e-4)
    assert cell.killing(v, 0.0) == pytest.approx(0.0, abs=1e-15)
    assert cell.killing(v, -1e-3) >= 0.0


POSITIVE = st.floats(1e-3, 1e3)


@given(*([POSITIVE] * 8), st.sampled_from(drugs()))
def test_traffic_keeps_antibody_and_payload(
    bound: float, internal: float, load: float, free: float, antibody: float, carried: float, outside: float,
    recycling: float, name: str,
) -> None:
    """What comes in is what stays, leaves and is degraded: no payload from nothing."""
    v: dict[str, Any] = {
        **_values(name), "recycling_rate": recycling, "bound_x": bound, "internal_x": internal,
        "bound_payload_x": load * bound, "internal_payload_x": load * internal, "payload_x": free,
    }
    flows = cell.traffic(v, "x", 800.0, antibody, carried, outside)
    slopes = flows.slopes
    size = 1.0 + max(abs(value) for value in slopes.values())
    stays = slopes["bound_x"] + slopes["internal_x"]
    assert stays == pytest.approx(flows.antibody - flows.degraded, abs=1e-9 * size)
    payload = slopes["bound_payload_x"] + slopes["internal_payload_x"] + slopes["payload_x"]
    assert payload == pytest.approx(flows.carried - flows.freed - flows.escaped, abs=1e-9 * size)


def test_cells_without_her2_take_no_antibody() -> None:
    flows = cell.traffic({**_values("t_dxd"), "payload_x": 1.0}, "x", None, 100.0, 700.0, 3.0)
    assert (flows.antibody, flows.carried, flows.freed, flows.degraded) == (0.0, 0.0, 0.0, 0.0)
    assert flows.slopes["payload_x"] == pytest.approx(-flows.escaped)


@pytest.mark.parametrize("recycling", [0.0, 2.0])
def test_rest_of_the_cell_against_closed_form(recycling: float) -> None:
    """Constant medium, no killing, after 150 days: what is bound, inside and unbound by algebra."""
    names = in_vitro("t_dm1").parameters
    conc = 0.05
    other = {"kill_rate": 0.0, "recycling_rate": recycling, "interstitial_release": 0.0}
    found = assay("t_dm1", conc, "SK-BR-3", days=150.0, other=other)
    v = {**_values(), **other}
    assert set(v) <= set(names)
    ln2 = math.log(2.0)
    antibody = conc * 1e6 / evidence.value("plasma.molar_mass", "g/mol")
    growth = ln2 / (evidence.value("dish.doubling_time", "h") / 24.0)
    inside, degrade = ln2 / v["internalisation_half_life"], ln2 / v["degradation_half_life"]
    total = evidence.value("cell.receptors.sk_br_3", "1") / (
        evidence.value("physics.avogadro", "1/nmol") * evidence.value("cell.volume.sk_br_3", "L")
    )
    internal_per_bound = inside / (degrade + recycling + growth)
    on = v["her2_association"] * antibody
    bound = on * total / (on + v["her2_dissociation"] + inside + growth - recycling * internal_per_bound)
    internal = internal_per_bound * bound
    load = sum(n * evidence.value(drug("t_dm1").roles[f"dar_share_{n}"], "1") for n in range(9))
    assert found["bound_dish"][0] == pytest.approx(bound, rel=1e-5)
    assert found["internal_dish"][0] == pytest.approx(internal, rel=1e-5)
    assert found["internal_payload_dish"][0] == pytest.approx(load * internal, rel=1e-5)
    escape = ln2 / v["payload_escape_half_life"]
    free = found["unbound"][0]
    kept = v["payload_target"] * free / (v["payload_target_constant"] + free)
    assert found["payload_dish"][0] == pytest.approx(free + kept, rel=1e-6)
    assert escape * free + growth * (free + kept) == pytest.approx(load * degrade * internal, rel=1e-4)


@pytest.mark.parametrize("name", ALTERNATIVES)
def test_alternatives_run_and_change_the_result(name: str) -> None:
    """Each published alternative can be run; it changes what is in the cells, or the killing that it does."""
    other = alternative(name)
    usual = assay("t_dm1", 0.02, "NCI-N87")
    with evidence.what_if(other):
        changed = assay("t_dm1", 0.02, "NCI-N87")
    assert np.isfinite(changed["viability"]).all()
    assert changed["viability"][0] != pytest.approx(usual["viability"][0], rel=1e-3)


def test_unknown_alternative_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(evidence.EvidenceError, match="did you mean 'scheuher'"):
        alternative("scheuer")


@settings(max_examples=8, deadline=None)
@given(st.floats(3.0, 6.3), st.floats(1.05, 3.0), st.floats(-3.0, 1.0))
def test_killing_grows_with_her2_and_with_dose(log_receptors: float, more: float, log_conc: float) -> None:
    low, high = 10.0**log_receptors, more * 10.0**log_receptors
    conc = 10.0**log_conc
    few, many = (assay("t_dm1", [conc, more * conc], "SK-BR-3", other={"receptors": r})["killed"] for r in (low, high))
    assert many[0] > few[0]
    assert few[1] > few[0]
