"""The dish: books, measured curves, lines of cells, competition."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tdm1 import evidence
from tdm1.evidence.drugs import drug, drugs
from tdm1.evidence.units import parse
from tdm1.mechanism.in_vitro import cell_line, cell_lines
from tdm1.mechanism.models import in_vitro
from tdm1.population.individual import typical
from tdm1.trial.calibration._in_vitro import calibrate_in_vitro
from tdm1.trial.dish import assay, crossing, curves, half_concentration, half_concentrations

SKBR3 = "SK-BR-3"
#: Serum concentration at the end of an infusion of 3.6 mg/kg (ug/mL), by order of magnitude the highest a cell meets.
CLINICAL = 80.0


@pytest.mark.parametrize("name", drugs())
@pytest.mark.parametrize("fraction", [2e-4, 0.02])
def test_drug_in_the_medium_against_drug_in_the_dish_and_out(name: str, fraction: float) -> None:
    conc = np.array([0.01, 0.1, 10.0])
    start = conc * 1e6 / evidence.value(drug(name).roles["molar_mass"], "g/mol")
    load = sum(n * evidence.value(drug(name).roles[f"dar_share_{n}"], "1") for n in range(9))
    at = assay(name, conc, SKBR3, days=5.0, other={"cell_volume_fraction": fraction})
    np.testing.assert_allclose(at["dish_antibody"] + at["dish_antibody_lost"], start, rtol=1e-5)
    np.testing.assert_allclose(at["dish_payload"] + at["dish_payload_lost"], load * start, rtol=1e-5, atol=1e-12)
    assert (at["medium_antibody"] < 0.999 * start).all()


def test_medium_keeps_its_concentration_when_cells_are_few() -> None:
    at = assay("t_dm1", 0.1, SKBR3)
    assert at["medium_antibody"][0] == pytest.approx(0.1 * 1e6 / evidence.value("plasma.molar_mass", "g/mol"))


def test_medium_that_is_used_up_kills_less() -> None:
    few = assay("t_dm1", 0.02, SKBR3)
    many = assay("t_dm1", 0.02, SKBR3, other={"cell_volume_fraction": 2e-4})
    assert many["viability"][0] > few["viability"][0] + 0.05


def test_trastuzumab_does_not_kill_in_the_dish() -> None:
    """No payload, so no killing by payload: viability stays 1 to rounding."""
    assert assay("trastuzumab", [0.01, 1.0, 100.0], SKBR3)["viability"] == pytest.approx(1.0, abs=1e-9)


def test_half_concentration_of_t_dm1_on_sk_br_3_within_two_fold_of_the_measured() -> None:
    for depleting in (False, True):
        fits = {(row.drug, row.line): row for row in half_concentrations(depleting)}
        assert 0.5 <= fits["t_dm1", SKBR3].fold <= 2.0


def test_t_dxd_on_sk_br_3_within_two_fold_of_the_measured() -> None:
    fits = {(row.drug, row.line): row for row in half_concentrations()}
    assert 0.5 <= fits["t_dxd", SKBR3].fold <= 2.0


def test_normal_cells_are_at_least_fifty_times_less_sensitive() -> None:
    """By killing at clinical concentration, and by the concentration that does half."""
    tumour, normal = (assay("t_dm1", CLINICAL, line) for line in (SKBR3, "normal"))
    assert tumour["killed"][0] / normal["killed"][0] >= 50.0
    level = next(curve.half_level for curve in curves() if curve.drug == "t_dm1")
    ratio = half_concentration("t_dm1", "normal", level) / half_concentration("t_dm1", SKBR3, level)
    assert ratio >= 50.0


def test_unbound_payload_at_saturation_against_the_ratio_of_receptor_concentrations() -> None:
    """Equal but for what tubulin holds, a larger part of little payload."""
    tumour, normal = (assay("t_dm1", CLINICAL, line) for line in (SKBR3, "normal"))
    lines = {line: cell_line(line) for line in (SKBR3, "normal")}
    density = {line: values["receptors"] / values["cell_volume"] for line, values in lines.items()}
    expected = density[SKBR3] / density["normal"]
    assert tumour["payload_exposure"][0] / normal["payload_exposure"][0] == pytest.approx(expected, rel=0.05)


def test_half_concentration_against_bisection_on_a_fine_curve() -> None:
    conc = np.geomspace(1e-4, 1.0, 400)
    viability = assay("t_dm1", conc, SKBR3)["viability"]
    assert half_concentration("t_dm1", SKBR3, 0.6) == pytest.approx(crossing(conc, viability, 0.6), rel=1e-3)


def test_crossing_against_hand_computed() -> None:
    assert crossing([1.0, 100.0], [1.0, 0.0], 0.5) == pytest.approx(10.0)
    assert math.isinf(crossing([1.0, 2.0], [1.0, 0.9], 0.5))
    with pytest.raises(ValueError, match="already at or below"):
        crossing([1.0, 2.0], [0.4, 0.3], 0.5)


def test_antibody_without_payload_competes() -> None:
    """The same conjugate with nine times as much trastuzumab beside it kills less."""
    loads = {f"dar_share_{n}": float(n == 4) for n in range(9)}
    mixed = {**{name: 0.1 * share for name, share in loads.items()}, "dar_share_0": 0.9}
    alone = assay("t_dm1", 1.0, SKBR3, other=loads)
    beside = assay("t_dm1", 10.0, SKBR3, other=mixed)
    assert beside["killed"][0] < 0.9 * alone["killed"][0]
    assert beside["payload_exposure"][0] < 0.2 * alone["payload_exposure"][0]


def test_calibration_is_at_its_optimum() -> None:
    """Fitted again from the shipped values it stays there, so the file is what the command writes."""
    result = calibrate_in_vitro(lambda share, what: None)
    assert len(result.fitted) == 6
    for item in result.fitted:
        assert item.value == pytest.approx(item.start, rel=5e-3), item.fact
    assert "cell.t_dm1.kill_rate" in result.facts_yaml


def test_cell_lines_of_the_table_and_of_the_facts() -> None:
    lines = cell_lines()
    assert lines["SK-BR-3"] == evidence.value("cell.receptors.sk_br_3", "1")
    assert lines["BT-474"] == pytest.approx(499795.2)
    assert cell_line("SK-BR-3")["cell_volume"] != cell_line("MDA-MB-231")["cell_volume"]
    with pytest.raises(evidence.EvidenceError, match="did you mean 'SK-BR-3'"):
        cell_line("SKBR-3")


@pytest.mark.parametrize("name", ["t_dm1", "t_dxd"])
def test_slopes_and_outputs_with_quantities_against_plain_numbers(name: str) -> None:
    """Every slope has the state's unit per day, every output its unit, and no factor between units is missing."""
    model = in_vitro(name)
    values = typical(model) | {"cell_volume_fraction": 1e-3}
    numbers = [values[parameter] for parameter in model.parameters]
    states = [0.37 * state.scale * (place + 1) for place, state in enumerate(model.state_table)]
    with_units = [value * parse(state.unit) for value, state in zip(states, model.state_table, strict=True)]
    given = [value * parse(item.unit) for value, item in zip(numbers, model.parameter_table, strict=True)]
    slopes = zip(model.state_table, model.derivatives(with_units, given, []), model.derivatives(states, numbers, []),
                 strict=True)
    for state, slope, number in slopes:
        unit = parse(state.unit) / parse("day")
        assert slope.to(unit).magnitude == pytest.approx(number, rel=1e-10, abs=1e-12), state.name
    outputs = zip(model.parts[0].quantities, model.observe(with_units, given, []), model.observe(states, numbers, []),
                  strict=True)
    for item, output, number in outputs:
        assert output.to(parse(item.unit)).magnitude == pytest.approx(number, rel=1e-10, abs=1e-12), item.name


def test_bt474eei_direction_against_colonies() -> None:
    """Colonies fall from 4 to 33 ng/mL; so do cells in two weeks, without anything fitted to that line."""
    rows = evidence.table("in_vitro").filter(cell_line="BT-474EEI", assay="colony formation").sort("conc")
    conc, colonies = rows["conc"].to_numpy(), rows["response"].to_numpy()
    living = assay("t_dm1", conc, "BT-474EEI", days=14.0)["viability"]
    few, many = conc <= 0.004, conc >= 0.033
    assert colonies[many].max() < 0.1 * colonies[few].min()
    assert living[many].max() < 0.1 * living[few].min()
