"""Potassium: indirect response; the conjugate lowers the level that the body holds.

dK/dt = k_out * (Base*exp(-slope*C) - K), which stays positive whatever the concentration. No published T-DM1 model
exists: the pace is a choice and the size is calibrated.
"""

from __future__ import annotations

from typing import Any

from tdm1.mechanism._model import Parameter, Part, Quantity, State, Values
from tdm1.mechanism.arithmetic import exp


def _derivatives(v: Values) -> dict[str, Any]:
    held = v["potassium_baseline"] * exp(-v["potassium_slope"] * v["conjugate"])
    return {"potassium_plasma": v["potassium_loss_rate"] * (held - v["potassium_plasma"])}


POTASSIUM = Part(
    name="potassium",
    source="tdm1",
    states=(State("potassium_plasma", "mmol/L", "potassium in plasma", 0.05),),
    parameters=(
        Parameter("potassium_baseline", "mmol/L", "potassium before treatment", "population.potassium"),
        Parameter("potassium_loss_rate", "1/day", "pace of the effect on potassium", "potassium.loss_rate"),
        Parameter("potassium_slope", "mL/ug", "effect on the level that is held", "potassium.slope"),
    ),
    inputs=(),
    needs=("conjugate",),
    quantities=(Quantity("potassium", "mmol/L", "potassium"),),
    provides=lambda v: {"potassium": v["potassium_plasma"]},
    derivatives=_derivatives,
    initial=lambda v: {"potassium_plasma": v["potassium_baseline"]},
)
