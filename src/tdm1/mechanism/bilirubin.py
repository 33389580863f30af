"""Total bilirubin: indirect response; the conjugate hinders its removal.

dB/dt = k_out * (Base*(1 + slope*C) - B), in multiples of the upper limit of normal. A liver that clears less raises
everyone's bilirubin in proportion, so the effect multiplies the baseline. k_out is the pace at which the
injury comes and goes, not that of bilirubin itself, which turns over within hours. No published T-DM1 model exists.
"""

from __future__ import annotations

from typing import Any

from tdm1.mechanism._model import Parameter, Part, Quantity, State, Values


def _derivatives(v: Values) -> dict[str, Any]:
    raised = v["bilirubin_baseline"] * (1.0 + v["bilirubin_slope"] * v["conjugate"])
    return {"bilirubin_plasma": v["bilirubin_loss_rate"] * (raised - v["bilirubin_plasma"])}


BILIRUBIN = Part(
    name="bilirubin",
    source="tdm1",
    states=(State("bilirubin_plasma", "1", "total bilirubin in plasma, times its upper limit of normal", 0.01),),
    parameters=(
        Parameter("bilirubin_baseline", "1", "bilirubin before treatment", "population.bilirubin"),
        Parameter("bilirubin_loss_rate", "1/day", "pace of the effect on bilirubin", "bilirubin.loss_rate"),
        Parameter("bilirubin_slope", "mL/ug", "effect on the removal of bilirubin", "bilirubin.slope"),
    ),
    inputs=(),
    needs=("conjugate",),
    quantities=(Quantity("bilirubin", "1", "total bilirubin, times its upper limit of normal"),),
    provides=lambda v: {"bilirubin": v["bilirubin_plasma"]},
    derivatives=_derivatives,
    initial=lambda v: {"bilirubin_plasma": v["bilirubin_baseline"]},
)
