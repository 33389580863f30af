"""The SBML files of every shipped model, read back by libsbml."""

from __future__ import annotations

import libsbml
import numpy as np
import pytest
from interop.sbml.written import CYCLES, by_name, written

from tdm1 import evidence
from tdm1.evidence.units import parse
from tdm1.interop import sbml
from tdm1.mechanism import models, shipped

BY_NAME = pytest.mark.parametrize("name", [model.name for model in shipped()])

#: "Not every number in the formula has a unit, so its units cannot be checked": the one warning that is let through.
INCOMPLETE_UNITS = 99505


def _read(name: str) -> libsbml.SBMLDocument:
    return libsbml.readSBMLFromString(written(name).text)


@BY_NAME
def test_file_is_valid_by_libsbml(name: str) -> None:
    document = _read(name)
    document.checkConsistency()
    found = [document.getError(place) for place in range(document.getNumErrors())]
    assert {(one.getErrorId(), one.getSeverityAsString()) for one in found} <= {(INCOMPLETE_UNITS, "Warning")}
    assert (document.getLevel(), document.getVersion()) == (3, 2)


@BY_NAME
def test_every_name_is_kept_with_its_meaning_and_its_rule(name: str) -> None:
    made, inside = written(name), _read(name).getModel()
    model = made.model
    assert inside.getId() == model.name
    meanings = {item.name: item.meaning for item in (*model.state_table, *model.parameter_table)}
    meanings |= {item.name: item.meaning for part in model.parts for item in (*part.inputs, *part.quantities)}
    for item, meaning in meanings.items():
        assert inside.getParameter(item).getName() == meaning
    for state in model.states:
        assert inside.getRateRuleByVariable(state) is not None
    for output in model.outputs:
        assert inside.getAssignmentRuleByVariable(output) is not None
    for parameter, value in by_name(model, made.values).items():
        assert inside.getParameter(parameter).getConstant()
        assert inside.getParameter(parameter).getValue() == pytest.approx(value, rel=1e-14)  # libsbml writes 15 digits
    assert inside.getNumEvents() == (2 * CYCLES if model.inputs else 0)


@BY_NAME
def test_units_against_pint(name: str) -> None:
    """The unit that a variable has in the file, in SI by libsbml, is the model's unit in SI by Pint."""
    model, inside = written(name).model, _read(name).getModel()
    units = {item.name: item.unit for item in (*model.state_table, *model.parameter_table)}
    units |= {item.name: item.unit for part in model.parts for item in (*part.inputs, *part.quantities)}
    for item, unit in units.items():
        definition = inside.getParameter(item).getDerivedUnitDefinition()
        size, found = 1.0, {"mole": 0.0, "kilogram": 0.0, "metre": 0.0, "second": 0.0, "item": 0.0}
        standard = libsbml.UnitDefinition.convertToSI(definition)
        for place in range(standard.getNumUnits()):
            one = standard.getUnit(place)
            exponent = one.getExponentAsDouble()
            size *= (one.getMultiplier() * 10.0 ** one.getScale()) ** exponent
            if one.getKind() != libsbml.UNIT_KIND_DIMENSIONLESS:
                found[libsbml.UnitKind_toString(one.getKind())] += exponent
        base = (1.0 * parse(unit)).to_base_units()
        dimensions = {"[substance]": 0.0, "[mass]": 0.0, "[length]": 0.0, "[time]": 0.0, "[cellcount]": 0.0}
        dimensions |= {key: value for key, value in base.dimensionality.items() if key in dimensions}
        assert list(found.values()) == pytest.approx(list(dimensions.values())), f"{item} in {unit}"
        assert size == pytest.approx(float(base.magnitude), rel=1e-9), f"{item} in {unit}"


@BY_NAME
def test_notes_of_a_parameter_name_its_fact_and_source(name: str) -> None:
    inside = _read(name).getModel()
    for parameter in written(name).model.parameter_table:
        fact = evidence.fact(parameter.fact)
        notes = inside.getParameter(parameter.name).getNotesString()
        assert f"Fact {fact.name}: " in notes and f"(mark: {fact.read})" in notes


def _values() -> dict[str, float]:
    made = written("t_dm1_plasma")
    return by_name(made.model, made.values)


def test_notes_say_which_value_the_user_set() -> None:
    text = sbml.document(models.t_dm1_plasma(), _values(), changed_facts=["plasma.molar_mass"])
    inside = libsbml.readSBMLFromString(text).getModel()
    changed = [one.getId() for one in inside.getListOfParameters() if "was set by the user" in one.getNotesString()]
    assert changed == ["molar_mass"]


def test_link_to_a_publication_is_its_doi() -> None:
    inside = _read("t_dm1_plasma").getModel()
    resource = inside.getParameter("clearance").getCVTerm(0).getResourceURI(0)
    assert resource == f"https://identifiers.org/doi:{evidence.sources()['lu2014'].doi}"


def test_the_same_values_give_the_same_file() -> None:
    made = written("t_dm1_plasma")
    assert sbml.document(made.model, _values(), made.course) == made.text


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"clearence": 1.0}, r"model 't_dm1_plasma' has no parameter 'clearence'; did you mean 'clearance'\?"),
        ({"clearance": float("nan")}, "parameter 'clearance' is nan; give a finite number"),
        ({"clearance": float("inf")}, "parameter 'clearance' is inf; give a finite number"),
    ],
)
def test_value_that_cannot_be_is_one_error(change: dict[str, float], message: str) -> None:
    with pytest.raises(sbml.SbmlError, match=message):
        sbml.document(models.t_dm1_plasma(), _values() | change)


def test_missing_value_is_one_error() -> None:
    values = _values()
    del values["clearance"]
    with pytest.raises(sbml.SbmlError, match="parameter clearance has no value"):
        sbml.document(models.t_dm1_plasma(), values)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"dose_mg": 0.0}, "dose_mg is 0; it takes a number above 0"),
        ({"cycles": 0}, "cycles is 0; it takes a number above 0"),
        ({"every_days": np.nan}, "every_days is nan; it takes a number above 0"),
        ({"every_days": 0.05}, r"every_days is 0.05; it must be longer than the infusion \(90 minutes\)"),
        ({"drug": "infusions"}, r"has no input 'infusions'; did you mean 'infusion'\?"),
    ],
)
def test_course_that_cannot_be_is_one_error(change: dict[str, object], message: str) -> None:
    usual: dict[str, object] = {
        "dose_mg": 252.0, "every_days": 21.0, "cycles": 2, "first_infusion_days": 0.0625, "later_infusion_days": 0.02,
    }
    course = sbml.Course(**{**usual, **change})  # type: ignore[arg-type]
    with pytest.raises(sbml.SbmlError, match=message):
        sbml.document(models.t_dm1_plasma(), _values(), course)


def test_course_for_cells_in_a_dish_is_one_error() -> None:
    made = written("in_vitro_t_dm1")
    with pytest.raises(sbml.SbmlError, match="model 'in_vitro_t_dm1' has no input 'infusion'"):
        sbml.document(made.model, by_name(made.model, made.values), written("t_dm1_plasma").course)
