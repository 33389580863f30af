"""T-DM1 by load in rat and cynomolgus monkey: three compartments, loads 0 to 7, after Bender 2014.

Rates that the paper gives for loads 3 to 7 together are one fact. No HER2 outside a tumour: the linear clearance
is what the paper estimated. The reduced form (loaded or not) is the paper's Table III, for comparison.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from tdm1 import evidence
from tdm1.evidence.drugs import animal as facts_of
from tdm1.mechanism._model import Part
from tdm1.mechanism.by_dar import plasma_by_dar

Animal = Literal["rat", "monkey"]
#: Loads of Bender 2014.
HIGHEST = 7
_PLACES = {
    "_1": ("distribution_clearance_1", "peripheral_volume_1"),
    "_2": ("distribution_clearance_2", "peripheral_volume_2"),
}
#: nmol: a rat is dosed with about ten, a monkey with about two hundred.
_SCALE = {"rat": 1e-3, "monkey": 1e-2}


def animal_plasma(animal: Animal) -> Part:
    """Plasma of one animal; doses in mg an animal."""
    return plasma_by_dar(
        facts_of(animal), source="bender2014", highest=HIGHEST, places=_PLACES, targets=False, scale=_SCALE[animal]
    )


def clearance_from_parts(animal: Animal) -> float:
    """Clearance of total antibody (mL/day) as Bender 2014 composes it: in vivo plus degradation in plasma * V1."""
    in_vivo = evidence.value(f"{animal}.clearance_in_vivo", "mL/day")
    in_plasma = evidence.value(f"{animal}.plasma_degradation", "1/day")
    return in_vivo + in_plasma * evidence.value(f"{animal}.central_volume", "mL")


def lumped_release_clearance(animal: Animal) -> float:
    """What the chain's release amounts to as one clearance of loaded to naked antibody (mL/day) after one dose.

    It is the antibody that loses its last DM1 over the area under the loaded concentration, both to the end of time:
    what the reduced form calls `release_clearance`, with the chain's own parameters and the dosed loads.
    """
    named = facts_of(animal)
    volume = evidence.value(named["central_volume"], "mL")
    eliminated = evidence.value(named["proteolytic_clearance"], "mL/day") / volume
    release = [0.0] + [evidence.value(named[f"release_rate_{n}"], "1/day") for n in range(1, HIGHEST + 1)]
    dosed = [evidence.value(named[f"dar_share_{n}"], "1") for n in range(HIGHEST + 1)]
    # Areas under the central amounts: what goes round the peripheral compartments comes back, so they drop out.
    areas = np.zeros(HIGHEST + 2)
    for n in range(HIGHEST, -1, -1):
        from_above = release[n + 1] * areas[n + 1] if n < HIGHEST else 0.0
        areas[n] = (dosed[n] + from_above) / (eliminated + release[n])
    return float(volume * release[1] * areas[1] / areas[1 : HIGHEST + 1].sum())


def reduced_form(animal: Animal) -> dict[str, float]:
    """Bender 2014's reduced form (Table III, secondary): volumes in mL, clearances in mL/day.

    `release_clearance` turns loaded into naked antibody; `proteolytic_clearance` removes both.
    """
    return {
        name: evidence.value(fact, "mL" if "volume" in name else "mL/day")
        for name, fact in facts_of(animal, "reduced").items()
    }
