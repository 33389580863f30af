"""Platelets: Friberg's transit form with a precursor pool that the conjugate depletes.

Three transit compartments and feedback; the conjugate damps proliferation by exp(-slope*C), which is
1 - slope*C for small effects and never turns it negative. In patients whose level drifts (Bender
2012: 46 %) the pool shrinks with exposure and refills slowly, and the set point follows it.
Structure: Friberg 2002 as in the models file, section 3.
"""

from __future__ import annotations

from typing import Any

from tdm1.mechanism import _friberg
from tdm1.mechanism._model import Parameter, Part, Quantity, State, Values
from tdm1.mechanism.arithmetic import exp

_CELL, _BLOOD = "platelet", "platelets_blood"


def _provides(v: Values) -> dict[str, Any]:
    return {"platelets": v["platelets_blood"], "platelet_suppression": exp(-v["platelet_slope"] * v["conjugate"])}


def _derivatives(v: Values) -> dict[str, Any]:
    set_point = v["platelet_baseline"] * v["platelet_pool"]
    return {
        **_friberg.derivatives(v, _CELL, _BLOOD, set_point, v["platelet_suppression"]),
        "platelet_pool": v["platelet_pool_turnover"] * (1.0 - v["platelet_pool"])
        - v["platelet_pool_depletion"] * v["conjugate"] * v["platelet_pool"],
    }


def _initial(v: Values) -> dict[str, Any]:
    start = v["platelet_baseline"]
    return {**dict.fromkeys(_friberg.names(_CELL, _BLOOD), start), "platelet_pool": start / start}


PLATELETS = Part(
    name="platelets",
    source="friberg2002",
    states=(
        *_friberg.states(_CELL, _BLOOD, "10*9/L", "platelets", 1.0),
        State("platelet_pool", "1", "precursor pool as a share of its size without drug", 0.01),
    ),
    parameters=(
        Parameter("platelet_baseline", "10*9/L", "platelet count before treatment", "population.platelets"),
        Parameter("platelet_transit_time", "day", "mean transit time", "platelets.mean_transit_time"),
        Parameter("platelet_feedback", "1", "feedback exponent", "platelets.feedback"),
        Parameter("platelet_slope", "mL/ug", "effect on proliferation", "platelets.slope"),
        Parameter("platelet_pool_turnover", "1/day", "refilling of the pool", "platelets.pool_turnover"),
        Parameter("platelet_pool_depletion", "mL/ug/day", "depletion of the pool", "platelets.pool_depletion"),
    ),
    inputs=(),
    needs=("conjugate",),
    quantities=(
        Quantity("platelets", "10*9/L", "platelet count"),
        Quantity("platelet_suppression", "1", "proliferation left under the drug"),
    ),
    provides=_provides,
    derivatives=_derivatives,
    initial=_initial,
)
