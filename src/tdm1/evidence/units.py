"""Units at the edge: parse, compare and convert the unit strings of facts, trial files and clinics.

Pint does the work; it is loaded only when a conversion is asked for. UCUM's `10*9/L` means a count of
10^9 per litre, which Pint would read as ninety per litre, so it is translated first.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from tdm1.evidence._errors import EvidenceError

_UCUM = {"10*9/L": "gigacount/L", "10*12/L": "teracount/L", "mg/kg": "mg/kg", "%": "percent", "xULN": "upper_limit"}


@cache
def _registry() -> Any:
    import pint

    registry = pint.UnitRegistry(autoconvert_offset_to_baseunit=False)
    registry.define("cells = [cells] = cell")
    registry.define("cellcount = [cellcount] = count_of_cells")
    registry.define("gigacount = 1e9 * cellcount")
    registry.define("teracount = 1e12 * cellcount")
    # A multiple of the laboratory's upper limit of normal is not a plain share: the two do not convert.
    registry.define("upper_limit = [upper_limit]")
    registry.define("nM = 1e-9 * mole / litre")
    return registry


@cache
def parse(unit: str) -> Any:
    """The Pint unit of a unit string. Raises EvidenceError when it is no unit that tdm1 knows."""
    registry = _registry()
    try:
        return registry.parse_units(_UCUM.get(unit, unit) if unit != "1" else "dimensionless")
    except Exception as error:
        raise EvidenceError(f"'{unit}' is no unit tdm1 knows (examples: L/day, ug/mL, 10*9/L, U/L, 1/nM/h)") from error


@cache
def factor(from_unit: str, to_unit: str) -> float:
    """What to multiply a number in `from_unit` by to have it in `to_unit`.

    Raises EvidenceError when one of them is unknown or they measure different things.
    """
    if from_unit == to_unit:
        return 1.0
    registry = _registry()
    try:
        return float(registry.Quantity(1.0, parse(from_unit)).to(parse(to_unit)).magnitude)
    except EvidenceError:
        raise
    except Exception as error:
        raise EvidenceError(f"cannot convert {from_unit} to {to_unit}: they measure different things") from error
