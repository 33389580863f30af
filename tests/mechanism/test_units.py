"""Dimensions and factors: each model run once with quantities, and the registers of its parts."""

from __future__ import annotations

from typing import Any

import pytest
from mechanism.people import emilia

from tdm1 import evidence
from tdm1.evidence.units import factor, parse
from tdm1.mechanism import Model, lesion, payload, plasma, shipped, tumour
from tdm1.population.individual import initial_states

BY_NAME = pytest.mark.parametrize("model", shipped(), ids=lambda model: model.name)
#: Parameters whose fact is given per kg of body weight, or is the diameter from which a volume is computed.
PER_KG = {"dm1_central_volume", "dm1_distribution_clearance", "dm1_peripheral_volume"}
FROM_DIAMETER = {"lesion_volume_start"}


@pytest.fixture
def constants_with_units(monkeypatch: pytest.MonkeyPatch) -> None:
    """The numbers that turn one unit into another, with their units: a factor left out then shows as a wrong number."""
    nm_to_mass = plasma.UG_PER_ML_PER_NM_AT_1_G_PER_MOL * parse("ug/mL/nM/(g/mol)")
    mg_to_nmol = plasma.NMOL_PER_MG_AT_1_G_PER_MOL * parse("nmol/mg*g/mol")
    for module in (plasma, payload):
        monkeypatch.setattr(module, "UG_PER_ML_PER_NM_AT_1_G_PER_MOL", nm_to_mass)
        monkeypatch.setattr(module, "NMOL_PER_MG_AT_1_G_PER_MOL", mg_to_nmol)
    monkeypatch.setattr(payload, "_NG_PER_UG", payload._NG_PER_UG * parse("ng/ug"))
    monkeypatch.setattr(tumour, "_LITRE_PER_CM3", tumour._LITRE_PER_CM3 * parse("L/cm**3"))
    monkeypatch.setattr(lesion, "LITRE_PER_CM3", lesion.LITRE_PER_CM3 * parse("L/cm**3"))


def _patient(model: Model) -> tuple[list[float], list[float], list[float]]:
    """States in the middle of treatment (all different from 0), parameters and input of one patient."""
    who, dose = emilia(model, 8)
    start = initial_states(who)[0]
    states = [float(value) + 0.37 * state.scale * (place + 1) for place, (value, state) in
              enumerate(zip(start, model.state_table, strict=True))]
    return states, [float(value) for value in who.values[0]], [float(dose[0]) / 0.0625, 3000.0][: len(model.inputs)]


def _with_units(values: list[float], units: list[str]) -> list[Any]:
    return [value * parse(unit) for value, unit in zip(values, units, strict=True)]


def _units_of(model: Model) -> tuple[list[str], list[str], list[str], list[str]]:
    inputs = [item.unit for part in model.parts for item in part.inputs]
    outputs = [item.unit for part in model.parts for item in part.quantities]
    return [s.unit for s in model.state_table], [p.unit for p in model.parameter_table], inputs, outputs


@BY_NAME
def test_slopes_with_quantities_against_plain_numbers(model: Model, constants_with_units: None) -> None:
    """d(state)/d(day) has the state's unit per day, and no factor between units is missing."""
    states, parameters, inputs = _patient(model)
    state_units, parameter_units, input_units, _ = _units_of(model)
    quantities = model.derivatives(
        _with_units(states, state_units), _with_units(parameters, parameter_units), _with_units(inputs, input_units)
    )
    with pytest.MonkeyPatch.context() as plain:
        _without_units(plain)
        numbers = model.derivatives(states, parameters, inputs)
    for name, unit, quantity, number in zip(model.states, state_units, quantities, numbers, strict=True):
        assert quantity.to(parse(unit) / parse("day")).magnitude == pytest.approx(number, rel=1e-12), name


@BY_NAME
def test_outputs_with_quantities_against_plain_numbers(model: Model, constants_with_units: None) -> None:
    states, parameters, inputs = _patient(model)
    state_units, parameter_units, input_units, output_units = _units_of(model)
    quantities = model.observe(
        _with_units(states, state_units), _with_units(parameters, parameter_units), _with_units(inputs, input_units)
    )
    with pytest.MonkeyPatch.context() as plain:
        _without_units(plain)
        numbers = model.observe(states, parameters, inputs)
    for name, unit, quantity, number in zip(model.outputs, output_units, quantities, numbers, strict=True):
        assert quantity.to(parse(unit)).magnitude == pytest.approx(number, rel=1e-12, abs=1e-300), name


@BY_NAME
def test_initial_states_with_quantities_against_plain_numbers(model: Model, constants_with_units: None) -> None:
    """A start at nothing may be written with any unit; every other start has the state's unit."""
    _, parameters, _ = _patient(model)
    state_units, parameter_units, _, _ = _units_of(model)
    quantities = model.initial(_with_units(parameters, parameter_units))
    with pytest.MonkeyPatch.context() as plain:
        _without_units(plain)
        numbers = model.initial(parameters)
    for name, unit, quantity, number in zip(model.states, state_units, quantities, numbers, strict=True):
        if number == 0.0:
            assert quantity.magnitude == 0.0, name
        else:
            assert quantity.to(parse(unit)).magnitude == pytest.approx(number, rel=1e-12), name


def _without_units(patch: pytest.MonkeyPatch) -> None:
    """The constants as plain numbers again."""
    for module, name in (
        (plasma, "UG_PER_ML_PER_NM_AT_1_G_PER_MOL"), (plasma, "NMOL_PER_MG_AT_1_G_PER_MOL"),
        (payload, "UG_PER_ML_PER_NM_AT_1_G_PER_MOL"), (payload, "NMOL_PER_MG_AT_1_G_PER_MOL"),
        (payload, "_NG_PER_UG"), (tumour, "_LITRE_PER_CM3"), (lesion, "LITRE_PER_CM3"),
    ):
        patch.setattr(module, name, getattr(module, name).magnitude)


def test_exponential_of_a_dimension_is_refused() -> None:
    from pint import DimensionalityError

    from tdm1.mechanism.arithmetic import exp, log, power

    with pytest.raises(DimensionalityError):
        exp(1.0 * parse("day"))
    with pytest.raises(DimensionalityError):
        log(2.0 * parse("nM"))
    with pytest.raises(DimensionalityError):
        1.0 + power(2.0 * parse("nM"), 0.5)


@BY_NAME
def test_parameters_name_facts_whose_unit_converts(model: Model) -> None:
    for parameter in model.parameter_table:
        fact = evidence.fact(parameter.fact)
        if parameter.name in FROM_DIAMETER:
            assert factor(fact.unit, "mm") > 0
            continue
        unit = fact.unit.removesuffix("/kg") if parameter.name in PER_KG else fact.unit
        assert (unit != fact.unit) == (parameter.name in PER_KG), parameter.name
        assert factor(unit, parameter.unit) > 0, parameter.name


@BY_NAME
def test_states_have_a_size_and_everything_a_meaning(model: Model) -> None:
    for state in model.state_table:
        assert state.scale > 0, state.name
    for part in model.parts:
        assert part.source in evidence.sources(), part.name
        for item in (*part.states, *part.parameters, *part.inputs, *part.quantities):
            assert len(item.meaning) > 2, item.name
            parse(item.unit)


class _Watched(dict[str, float]):
    """Values by name that remembers which were asked for."""

    def __init__(self, values: dict[str, float]) -> None:
        super().__init__(values)
        self.read: set[str] = set()

    def __getitem__(self, key: str) -> float:
        self.read.add(key)
        return super().__getitem__(key)


@BY_NAME
def test_parts_provide_what_they_say_and_use_what_they_take(model: Model) -> None:
    """Each part answers with its states and quantities, and reads all of its parameters, inputs and needs."""
    states, parameters, inputs = _patient(model)
    fixed = dict(zip(model.parameters, parameters, strict=True))
    known = model.quantities({
        **fixed, **dict(zip(model.states, states, strict=True)), **dict(zip(model.inputs, inputs, strict=True))
    })
    for part in model.parts:
        values, at_start = _Watched(known), _Watched(fixed)
        assert set(part.provides(values)) >= {item.name for item in part.quantities}, part.name
        assert set(part.derivatives(values)) == {state.name for state in part.states}, part.name
        assert set(part.initial(at_start)) == {state.name for state in part.states}, part.name
        taken = {item.name for item in (*part.parameters, *part.inputs)} | set(part.needs)
        unused = taken - values.read - at_start.read
        assert not unused, f"part '{part.name}' takes {sorted(unused)} and does not use it"
