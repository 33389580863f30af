"""Neutrophils: Friberg's chain with the transit time and feedback of van Hasselt 2013.

The conjugate damps division by exp(-slope*C), as it does for platelets. The system values are those of 1579
patients on eribulin, who mostly had breast cancer; only the size of the effect is the conjugate's own.
"""

from __future__ import annotations

from typing import Any

from tdm1.mechanism import _friberg
from tdm1.mechanism._model import Parameter, Part, Quantity, Values
from tdm1.mechanism.arithmetic import exp

_CELL, _BLOOD = "neutrophil", "neutrophils_blood"


def _derivatives(v: Values) -> dict[str, Any]:
    division = exp(-v["neutrophil_slope"] * v["conjugate"])
    return _friberg.derivatives(v, _CELL, _BLOOD, v["neutrophil_baseline"], division)


NEUTROPHILS = Part(
    name="neutrophils",
    source="vanhasselt2013",
    states=_friberg.states(_CELL, _BLOOD, "10*9/L", "neutrophils", 0.05),
    parameters=(
        Parameter("neutrophil_baseline", "10*9/L", "neutrophil count before treatment", "population.neutrophils"),
        Parameter("neutrophil_transit_time", "day", "mean transit time", "neutrophils.mean_transit_time"),
        Parameter("neutrophil_feedback", "1", "feedback exponent", "neutrophils.feedback"),
        Parameter("neutrophil_slope", "mL/ug", "effect on division", "neutrophils.slope"),
    ),
    inputs=(),
    needs=("conjugate",),
    quantities=(Quantity("neutrophils", "10*9/L", "neutrophil count"),),
    provides=lambda v: {"neutrophils": v["neutrophils_blood"]},
    derivatives=_derivatives,
    initial=lambda v: dict.fromkeys(_friberg.names(_CELL, _BLOOD), v["neutrophil_baseline"]),
)
