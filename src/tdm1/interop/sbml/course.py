"""A course of equal doses, as SBML events that start and end each infusion."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Any

from tdm1 import evidence
from tdm1.interop.equations import Expression, name, number
from tdm1.interop.sbml._errors import SbmlError
from tdm1.interop.sbml._mathml import at_or_after, content, put
from tdm1.interop.sbml._units import UnitDefinitions
from tdm1.mechanism import Model


@dataclass(frozen=True, slots=True)
class Course:
    """Equal doses from day 0.

    dose_mg                 each dose, mg
    every_days, cycles      days between the starts of doses, and their number
    first_infusion_days     length of the first infusion, day
    later_infusion_days     length of the others, day
    drug                    the model's input that the doses go to
    """

    dose_mg: float
    every_days: float
    cycles: int
    first_infusion_days: float
    later_infusion_days: float
    drug: str = "infusion"


#: The constants of a course in the file: field of `Course`, identifier, unit, meaning.
_CONSTANTS = (
    ("dose_mg", "course_dose", "mg", "dose of each infusion"),
    ("every_days", "course_every", "day", "days between the starts of doses"),
    ("first_infusion_days", "course_first_infusion", "day", "length of the first infusion"),
    ("later_infusion_days", "course_later_infusion", "day", "length of later infusions"),
)


def check(course: Course, model: Model) -> None:
    """Raise SbmlError, saying which field and why, for a course that cannot be given in this model."""
    if course.drug not in model.inputs:
        raise SbmlError(
            f"model '{model.name}' has no input '{course.drug}'{evidence.nearest(course.drug, model.inputs)} "
            f"(known: {', '.join(model.inputs) or 'none'})"
        )
    for field in fields(course):
        value = getattr(course, field.name)
        if field.name != "drug" and not (math.isfinite(value) and value > 0):
            raise SbmlError(f"{field.name} is {value:g}; it takes a number above 0")
    longest = max(course.first_infusion_days, course.later_infusion_days)
    if course.every_days <= longest:
        raise SbmlError(
            f"every_days is {course.every_days:g}; it must be longer than the infusion ({longest * 24 * 60:g} minutes)"
        )
    taken = {*model.states, *model.parameters, *model.inputs, *model.outputs}
    for _, identifier, _, _ in _CONSTANTS:
        if identifier in taken:
            raise SbmlError(f"model '{model.name}' uses the name '{identifier}', which a course needs")


def write(into: Any, course: Course, units: UnitDefinitions) -> None:
    """Put the course's constants and events into an SBML model that holds the input already."""
    for field, identifier, unit, meaning in _CONSTANTS:
        constant = into.createParameter()
        constant.setId(identifier)
        constant.setName(meaning)
        constant.setValue(getattr(course, field))
        constant.setUnits(units.identifier(unit))
        constant.setConstant(True)
    dose, every = name("course_dose"), name("course_every")
    for cycle in range(course.cycles):
        length = name("course_later_infusion" if cycle else "course_first_infusion")
        begin = cycle * every
        _event(into, f"infusion_{cycle + 1}_starts", begin, course.drug, dose / length)
        _event(into, f"infusion_{cycle + 1}_ends", begin + length, course.drug, number(0.0))


def _event(into: Any, identifier: str, day: Expression, drug: str, rate: Expression) -> None:
    event = into.createEvent()
    event.setId(identifier)
    event.setUseValuesFromTriggerTime(True)
    trigger = event.createTrigger()
    # False before day 0, so that the first infusion starts with the simulation.
    trigger.setInitialValue(False)
    trigger.setPersistent(True)
    put(trigger, at_or_after(day))
    assignment = event.createEventAssignment()
    assignment.setVariable(drug)
    put(assignment, content(rate))
