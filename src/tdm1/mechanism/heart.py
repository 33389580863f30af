"""The heart: ejection fraction under trastuzumab in any form, after de Vries Schultink 2018.

dCe/dt = C - (ln2/T_recovery)*Ce, LVEF = LVEF0 * (1 - Ce/(Ce + EC50)), with C the total antibody. Ce gathers exposure,
so EC50 is in mg*day/L; the paper prints mg/L, with which no dose could have an effect (218,000 mg/L is more than a
thousand times any concentration). Damage from before entry is part of LVEF0: Ce starts at 0.
"""

from __future__ import annotations

from math import log
from typing import Any

from tdm1.mechanism._model import Parameter, Part, Quantity, State, Values

_LN2 = log(2.0)


def _provides(v: Values) -> dict[str, Any]:
    half = v["heart_half_exposure"]
    return {"lvef": v["lvef_baseline"] * half / (half + v["heart_exposure"])}


def _derivatives(v: Values) -> dict[str, Any]:
    return {"heart_exposure": v["total_antibody"] - _LN2 / v["heart_recovery_half_life"] * v["heart_exposure"]}


HEART = Part(
    name="heart",
    source="devries2018",
    states=(State("heart_exposure", "ug*day/mL", "exposure to antibody that the heart has not recovered from", 10.0),),
    parameters=(
        Parameter("lvef_baseline", "%", "ejection fraction before treatment", "population.lvef"),
        Parameter("heart_recovery_half_life", "day", "half-life of recovery", "heart.recovery_half_life"),
        Parameter("heart_half_exposure", "ug*day/mL", "exposure that halves the fraction", "heart.half_exposure"),
    ),
    inputs=(),
    needs=("total_antibody",),
    quantities=(Quantity("lvef", "%", "left ventricular ejection fraction"),),
    provides=_provides,
    derivatives=_derivatives,
    initial=lambda v: {"heart_exposure": 0.0 * v["heart_half_exposure"]},
)
