"""Haemoglobin: one turnover compartment with feedback, whose production the conjugate damps.

dHb/dt = (Base * (Base/Hb)^gamma * exp(-slope*C) - Hb) / lifetime. Lifetime and feedback are Wang 2020's mean transit
time (57 days) and exponent (1). That paper's chain of three stages with a self-renewing pool is unstable at this
exponent (stable below 0.57): over the year that T-DM1 lasts it swings without end. So production is not
self-renewing here, which is stable for every exponent, and one compartment keeps the mean lifetime.
"""

from __future__ import annotations

from typing import Any

from tdm1.mechanism._model import Parameter, Part, Quantity, State, Values
from tdm1.mechanism.arithmetic import exp, power


def _derivatives(v: Values) -> dict[str, Any]:
    base, now = v["haemoglobin_baseline"], v["haemoglobin_blood"]
    made = base * power(base / now, v["haemoglobin_feedback"]) * exp(-v["haemoglobin_slope"] * v["conjugate"])
    return {"haemoglobin_blood": (made - now) / v["haemoglobin_lifetime"]}


HAEMOGLOBIN = Part(
    name="haemoglobin",
    source="wang2020",
    states=(State("haemoglobin_blood", "g/dL", "haemoglobin in the blood", 0.1),),
    parameters=(
        Parameter("haemoglobin_baseline", "g/dL", "haemoglobin before treatment", "population.haemoglobin"),
        Parameter("haemoglobin_lifetime", "day", "mean lifetime, from precursor to loss", "haemoglobin.mean_lifetime"),
        Parameter("haemoglobin_feedback", "1", "feedback exponent", "haemoglobin.feedback"),
        Parameter("haemoglobin_slope", "mL/ug", "effect on production", "haemoglobin.slope"),
    ),
    inputs=(),
    needs=("conjugate",),
    quantities=(Quantity("haemoglobin", "g/dL", "haemoglobin"),),
    provides=lambda v: {"haemoglobin": v["haemoglobin_blood"]},
    derivatives=_derivatives,
    initial=lambda v: {"haemoglobin_blood": v["haemoglobin_baseline"]},
)
