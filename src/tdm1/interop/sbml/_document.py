"""One model as an SBML Level 3 Version 2 document.

States are parameters with rate rules, not species: a state of ours is an amount, a concentration per living volume
that itself changes, a cell count or an exposure, and a species would claim a compartment that it does not have.
The ordinary differential equations are then exactly ours, one rate rule a state. Outputs are assignment rules.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import Any

from tdm1 import __version__, evidence
from tdm1.interop import equations
from tdm1.interop.sbml import _notes, course
from tdm1.interop.sbml._errors import SbmlError
from tdm1.interop.sbml._mathml import content, put
from tdm1.interop.sbml._units import UnitDefinitions
from tdm1.mechanism import Model

_LEVEL, _VERSION = 3, 2


def document(
    model: Model,
    values: Mapping[str, float],
    doses: course.Course | None = None,
    *,
    changed_facts: Collection[str] = (),
) -> str:
    """The model as SBML text, with time in days.

    values   one number for each of `model.parameters`, in the parameter's own unit
    doses    infusions to write as events; without, every input is 0 until the user sets it (it is not constant)
    changed_facts   facts that the user replaced; the notes of their parameters say so

    Raises SbmlError for a missing, unknown or not finite value and for a course that the model cannot take.
    """
    import libsbml

    _check_values(model, values)
    if doses is not None:
        course.check(doses, model)
    written = libsbml.SBMLDocument(_LEVEL, _VERSION)
    into = written.createModel()
    into.setId(model.name)
    into.setMetaId(f"about_{model.name}")
    units = UnitDefinitions(into, _kinds(libsbml))
    into.setTimeUnits(units.identifier("day"))
    _describe(into, model)
    _parameters(into, model, values, units, changed_facts)
    _variables(into, model, values, units)
    if doses is not None:
        course.write(into, doses, units)
    _refuse_errors(written, model)
    return libsbml.writeSBMLToString(written)


def _kinds(libsbml: Any) -> dict[str, int]:
    names = ("mole", "gram", "kilogram", "litre", "metre", "second", "item", "katal", "kelvin", "dimensionless")
    return {name: libsbml.UnitKind_forName(name) for name in names}


def _check_values(model: Model, values: Mapping[str, float]) -> None:
    missing = [name for name in model.parameters if name not in values]
    if missing:
        raise SbmlError(f"model '{model.name}': parameter {', '.join(missing)} has no value; give each one")
    for name, value in values.items():
        if name not in model.parameters:
            hint = evidence.nearest(name, model.parameters)
            raise SbmlError(f"model '{model.name}' has no parameter '{name}'{hint}")
        if not math.isfinite(value):
            raise SbmlError(f"model '{model.name}': parameter '{name}' is {value}; give a finite number")


def _describe(into: Any, model: Model) -> None:
    import libsbml

    _notes.put(
        into,
        f"Model '{model.name}' of tdm1 {__version__}. Research software, not a medical device.",
        "Time is in days. States have rate rules, outputs have assignment rules, inputs are infusion rates that may "
        "be set or are set by events. Each parameter says in its notes where its value comes from.",
        *(f"Part {part.name}: {_notes.source_words(part.source)}" for part in model.parts if part.source != "tdm1"),
    )
    for source in dict.fromkeys(part.source for part in model.parts):
        _notes.cite(into, source, libsbml.BQB_IS_DESCRIBED_BY)


def _parameters(
    into: Any, model: Model, values: Mapping[str, float], units: UnitDefinitions, changed_facts: Collection[str]
) -> None:
    import libsbml

    for parameter in model.parameter_table:
        one = _variable(into, parameter.name, parameter.meaning, units.identifier(parameter.unit))
        value = float(values[parameter.name])
        one.setValue(value)
        one.setConstant(True)
        _notes.put(one, *_notes.of_parameter(parameter, value, parameter.fact in changed_facts))
        _notes.cite(one, evidence.fact(parameter.fact).source, libsbml.BQB_IS_DESCRIBED_BY)


def _variables(into: Any, model: Model, values: Mapping[str, float], units: UnitDefinitions) -> None:
    """Inputs, states and quantities of every part, with their rules."""
    start = dict(zip(model.states, model.initial([float(values[name]) for name in model.parameters]), strict=True))
    for found in equations.equations(model):
        part = found.part
        for item in part.inputs:
            _variable(into, item.name, item.meaning, units.identifier(item.unit)).setValue(0.0)
        for state in part.states:
            one = _variable(into, state.name, state.meaning, units.identifier(state.unit))
            one.setValue(float(start[state.name]))
            initial = found.initial[state.name]
            if initial.value is None:
                assignment = into.createInitialAssignment()
                assignment.setSymbol(state.name)
                put(assignment, content(initial))
            rule = into.createRateRule()
            rule.setVariable(state.name)
            put(rule, content(found.derivatives[state.name]))
        described = {item.name: item for item in part.quantities}
        for name, expression in found.quantities.items():
            if name in described:
                _variable(into, name, described[name].meaning, units.identifier(described[name].unit))
            else:
                # A quantity that the part provides beyond those it describes.
                _variable(into, name, name, None)
            rule = into.createAssignmentRule()
            rule.setVariable(name)
            put(rule, content(expression))


def _variable(into: Any, name: str, meaning: str, unit: str | None) -> Any:
    one = into.createParameter()
    one.setId(name)
    one.setName(meaning)
    if unit is not None:
        one.setUnits(unit)
    one.setConstant(False)
    return one


def _refuse_errors(written: Any, model: Model) -> None:
    """A file that libsbml finds at fault is a fault of ours, and is not written."""
    import libsbml

    written.checkConsistency()
    faults = [
        error.getMessage().strip()
        for error in (written.getError(place) for place in range(written.getNumErrors()))
        if error.getSeverity() >= libsbml.LIBSBML_SEV_ERROR
    ]
    if faults:
        raise RuntimeError(f"the SBML of model '{model.name}' is not valid: {faults[0]}")
