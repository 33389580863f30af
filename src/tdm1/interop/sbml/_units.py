"""SBML unit definitions made from Pint units."""

from __future__ import annotations

import math
import re
from typing import Any

from tdm1.evidence.units import parse

#: Pint's base units by the SBML kind that measures the same, with the factor between them.
_BASE = {
    "kilogram": ("kilogram", 1.0),
    "meter": ("metre", 1.0),
    "second": ("second", 1.0),
    "mole": ("mole", 1.0),
    "cellcount": ("item", 1.0),
    "cells": ("item", 1.0),
    "kelvin": ("kelvin", 1.0),
    # SBML has no kind for a multiple of the upper limit of normal; the definition's name says what it is.
    "upper_limit": ("dimensionless", 1.0),
}
_WORDS = {"1": "dimensionless", "%": "percent", "10*9/L": "gigacount_per_L", "10*12/L": "teracount_per_L"}


def slug(unit: str) -> str:
    """The identifier of a unit: `ug/mL` becomes `ug_per_mL`, `1/nM/day` `per_nM_per_day`."""
    if unit in _WORDS:
        return _WORDS[unit]
    text = unit.removeprefix("1/")
    text = ("per_" if text != unit else "") + text
    for sign, word in (("**", "_to_"), ("/", "_per_"), ("*", "_"), ("(", ""), (")", ""), ("-", "minus_")):
        text = text.replace(sign, word)
    return re.sub(r"\W", "_", text)


def _pieces(unit: str) -> list[tuple[str, float, float]]:
    """(SBML kind, size of one in that kind, exponent) of each factor of a unit."""
    found: list[tuple[str, float, float]] = []
    registry_unit = parse(unit)
    for item, exponent in registry_unit._units.items():
        one = 1.0 * parse(item)
        dimensions = dict(one.dimensionality)
        if dimensions == {"[length]": 3}:
            found.append(("litre", float(one.to(parse("L")).magnitude), float(exponent)))
        elif dimensions == {"[mass]": 1}:
            found.append(("gram", float(one.to(parse("g")).magnitude), float(exponent)))
        elif dimensions == {"[substance]": 1, "[length]": -3}:
            found.append(("mole", float(one.to(parse("mol/L")).magnitude), float(exponent)))
            found.append(("litre", 1.0, -float(exponent)))
        elif dimensions == {"[substance]": 1, "[time]": -1}:
            found.append(("katal", float(one.to(parse("mol/s")).magnitude), float(exponent)))
        else:
            base = one.to_base_units()
            size = float(base.magnitude)
            kinds = list(base.units._units.items())
            if not kinds:
                found.append(("dimensionless", size, float(exponent)))
            for place, (kind, power) in enumerate(kinds):
                sbml, factor = _BASE[str(kind)]
                total = float(exponent) * float(power)
                # The size of the whole goes to the first factor.
                found.append((sbml, factor * (size ** (1.0 / float(power)) if place == 0 else 1.0), total))
    return found


class UnitDefinitions:
    """The unit definitions of one SBML model, each made when it is first asked for."""

    def __init__(self, model: Any, kinds: dict[str, int]) -> None:
        self._model = model
        self._kinds = kinds
        self._known: dict[str, str] = {}

    def identifier(self, unit: str) -> str:
        """The identifier of a unit such as `L/day`. Raises EvidenceError for a unit that tdm1 does not know."""
        if unit not in self._known:
            self._known[unit] = self._made(unit)
        return self._known[unit]

    def _made(self, unit: str) -> str:
        if unit == "1":
            return "dimensionless"
        definition = self._model.createUnitDefinition()
        definition.setId(slug(unit))
        definition.setName(unit)
        for kind, size, exponent in _pieces(unit):
            one = definition.createUnit()
            one.setKind(self._kinds[kind])
            one.setExponent(exponent)
            scale = round(math.log10(size))
            exact = math.isclose(size, 10.0**scale, rel_tol=1e-12)
            one.setScale(scale if exact else 0)
            one.setMultiplier(1.0 if exact else size)
        return definition.getId()
