"""The nerves' exposure: a slow effect compartment of the conjugate after Lu 2017.

dCe/dt = k1e * (C - Ce), estimated for neuropathy under polatuzumab vedotin. Only the exposure lives here, for it
accumulates over the cycles; what it does to the chance of neuropathy belongs to the symptoms.
"""

from __future__ import annotations

from tdm1.mechanism._model import Parameter, Part, Quantity, State

NERVES = Part(
    name="nerves",
    source="lu2017pola",
    states=(State("nerve_conjugate", "ug/mL", "conjugate as the nerves feel it", 0.1),),
    parameters=(
        Parameter("nerve_equilibration_rate", "1/day", "pace of the nerves' exposure", "nerves.equilibration_rate"),
    ),
    inputs=(),
    needs=("conjugate",),
    quantities=(Quantity("nerve_exposure", "ug/mL", "conjugate in the effect compartment of the nerves"),),
    provides=lambda v: {"nerve_exposure": v["nerve_conjugate"]},
    derivatives=lambda v: {"nerve_conjugate": v["nerve_equilibration_rate"] * (v["conjugate"] - v["nerve_conjugate"])},
    initial=lambda v: {"nerve_conjugate": 0.0 * v["nerve_equilibration_rate"]},
)
