"""The benchmark model of the engine: the shape of a T-DM1 model, with round numbers and no claim to be right.

33 states: plasma (5), two tumour clones with binding, lysosome, payload and tubulin (9), living and
dying cells (6), platelets (6), neutrophils (5), two liver enzymes (2). Fastest rate about 750 per day
(binding to free HER2). Units: nM, nmol, day. It serves to compare engines with one another, so it
carries its own numbers; nothing of the product reads it.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tdm1.mechanism import Model, Parameter, Part, Quantity, State
from tdm1.mechanism.arithmetic import exp, log

#: Typical values. `psi`, the sharpness of the growth switch, is structure: x ** 20 below.
TYPICAL: dict[str, float] = {
    "CL": 0.676, "Vc": 3.127, "Q": 1.534, "Vp": 0.66, "CLt": 0.35, "kelD": 5.5, "Vd": 20.0, "DAR": 3.5,
    "kex": 0.95, "eps": 0.24, "kon": 0.9, "koff": 0.27, "R1": 830.0, "R2": 83.0, "kint": 0.7, "kdeg": 0.7,
    "kton": 0.44, "ktof": 13.0, "Tub": 65.0, "keff": 3.0, "kmax": 0.06, "EC50": 30.0,
    "lam0": 0.018, "lam1": 0.45, "ktx": 0.3,
    "P0": 240.0, "ktrP": 0.62, "gamP": 0.22, "slP": 0.0006, "kS": 0.01, "kdep": 0.000006,
    "N0": 4.5, "ktrN": 0.75, "gamN": 0.17, "slN": 0.0008,
    "AL0": 22.0, "AS0": 25.0, "koutL": 0.25, "smL": 1.0, "c50L": 350.0, "slS": 0.12,
}  # fmt: skip
_SWITCH = 20
#: Parameters that vary between patients, with their coefficient of variation (log-normal).
VARIES: dict[str, float] = {
    "CL": 0.25, "Vc": 0.2, "kex": 0.3, "R1": 0.3, "kint": 0.2, "kmax": 0.3, "lam0": 0.3, "P0": 0.25,
    "ktrP": 0.2, "slP": 0.3, "kdep": 0.3, "slN": 0.3,
}  # fmt: skip
DOSE_NMOL = 3.6 * 70 * 6.757
FIRST_INFUSION_DAY, INFUSION_DAY = 1.5 / 24, 0.5 / 24
CYCLES = 14

_SCALES = [10.0] * 4 + [1.0] + [1.0] * 9 + [1.0] * 6 + [10.0] * 5 + [0.1] + [1.0] * 5 + [10.0] * 2
_NAMES = "A1 A2 T1 T2 DM CT B1 L1 D1 U1 B2 L2 D2 U2 N1 N2 X1 X2 X3 X4 QP PA PB PC PLT PS QN NA NB NC ANC ALT AST"
_STATES = _NAMES.split()
OUTPUTS = ("A1", "DM", "volume", "PLT", "ANC", "ALT", "AST")


def _provides(v: Any) -> dict[str, Any]:
    return {"volume": v["N1"] + v["N2"] + v["X1"] + v["X2"] + v["X3"] + v["X4"]}


def _plasma(v: Any) -> dict[str, Any]:
    to, back = v["Q"] / v["Vc"], v["Q"] / v["Vp"]
    c1 = v["A1"] / v["Vc"]
    return {
        "A1": v["rate"] - (v["CL"] / v["Vc"] + to) * v["A1"] + back * v["A2"],
        "A2": to * v["A1"] - back * v["A2"],
        "T1": v["rate"] - (v["CLt"] / v["Vc"] + to) * v["T1"] + back * v["T2"],
        "T2": to * v["T1"] - back * v["T2"],
        "DM": v["DAR"] * (v["CL"] - v["CLt"]) * c1 / v["Vd"] - v["kelD"] * v["DM"],
    }


def _tumour(v: Any) -> dict[str, Any]:
    free, share = v["CT"], v["N1"] / (v["N1"] + v["N2"])
    slopes: dict[str, Any] = {}
    binding, killing = [], []
    for clone in ("1", "2"):
        bound, payload, held = v["B" + clone], v["D" + clone], v["U" + clone]
        bind = v["kon"] * free * (v["R" + clone] - bound) - v["koff"] * bound
        hold = v["kton"] * payload * (v["Tub"] - held) - v["ktof"] * held
        slopes["B" + clone] = bind - v["kint"] * bound
        slopes["L" + clone] = v["kint"] * bound - v["kdeg"] * v["L" + clone]
        slopes["D" + clone] = (
            v["DAR"] * v["kdeg"] * v["L" + clone] - hold - v["keff"] * payload + v["keff"] * 0.3 * v["DM"]
        )
        slopes["U" + clone] = hold
        binding.append(bind)
        killing.append(v["kmax"] * held / (v["EC50"] + held))
    slopes["CT"] = v["kex"] * (v["eps"] * v["A1"] / v["Vc"] - free) - share * binding[0] - (1.0 - share) * binding[1]
    switch = (v["lam0"] / v["lam1"] * v["volume"]) ** _SWITCH
    growth = v["lam0"] * exp(-1.0 / _SWITCH * log(1.0 + switch))
    slopes["N1"] = (growth - killing[0]) * v["N1"]
    slopes["N2"] = (growth - killing[1]) * v["N2"]
    slopes["X1"] = killing[0] * v["N1"] + killing[1] * v["N2"] - v["ktx"] * v["X1"]
    for before, after in (("X1", "X2"), ("X2", "X3"), ("X3", "X4")):
        slopes[after] = v["ktx"] * (v[before] - v[after])
    return slopes


def _blood_and_liver(v: Any) -> dict[str, Any]:
    c1 = v["A1"] / v["Vc"]
    feedback = exp(v["gamP"] * (log(v["P0"]) - log(v["PLT"])))
    feedback_n = exp(v["gamN"] * (log(v["N0"]) - log(v["ANC"])))
    slopes = {
        "QP": v["ktrP"] * v["QP"] * (v["PS"] * (1.0 - v["slP"] * c1) * feedback - 1.0),
        "PS": v["kS"] * (1.0 - v["PS"]) - v["kdep"] * c1 * v["PS"],
        "QN": v["ktrN"] * v["QN"] * ((1.0 - v["slN"] * c1) * feedback_n - 1.0),
        "ALT": v["koutL"] * (v["AL0"] * (1.0 + v["smL"] * c1 / (v["c50L"] + c1)) - v["ALT"]),
        "AST": v["koutL"] * (v["AS0"] * (1.0 + v["slS"] * v["DM"]) - v["AST"]),
    }
    for chain, rate in ((("QP", "PA", "PB", "PC", "PLT"), v["ktrP"]), (("QN", "NA", "NB", "NC", "ANC"), v["ktrN"])):
        for before, after in pairwise(chain):
            slopes[after] = rate * (v[before] - v[after])
    return slopes


def _derivatives(v: Any) -> dict[str, Any]:
    return {**_plasma(v), **_tumour(v), **_blood_and_liver(v)}


def _initial(v: Any) -> dict[str, Any]:
    start = dict.fromkeys(_STATES, 0.0) | {"N1": 18.0, "N2": 2.0, "PS": 1.0, "ALT": v["AL0"], "AST": v["AS0"]}
    start |= dict.fromkeys(("QP", "PA", "PB", "PC", "PLT"), v["P0"])
    return start | dict.fromkeys(("QN", "NA", "NB", "NC", "ANC"), v["N0"])


MODEL = Model(
    "benchmark",
    (
        Part(
            name="all",
            source="tdm1",
            # Signed: where CL < CLt, which no body has but random numbers do, DM runs below zero.
            states=tuple(State(name, "1", name, size, True) for name, size in zip(_STATES, _SCALES, strict=True)),
            parameters=tuple(Parameter(name, "1", name, f"benchmark.{name}") for name in TYPICAL),
            inputs=(Quantity("rate", "nmol/day", "infusion rate"),),
            needs=(),
            quantities=(Quantity("volume", "cm**3", "tumour volume"),),
            provides=_provides,
            derivatives=_derivatives,
            initial=_initial,
        ),
    ),
)


def population(count: int, seed: int = 1) -> NDArray[np.float64]:
    """Parameters of `count` patients, shape (count, 41), in the order of TYPICAL."""
    stream = np.random.default_rng(seed)
    names = list(TYPICAL)
    table = np.tile(np.array(list(TYPICAL.values())), (count, 1))
    for name, variation in VARIES.items():
        spread = np.sqrt(np.log1p(variation * variation))
        table[:, names.index(name)] *= np.exp(spread * stream.standard_normal(count))
    return table


def initial(parameters: NDArray[np.float64]) -> NDArray[np.float64]:
    """States at day 0, shape (count, 33)."""
    columns = MODEL.initial(list(parameters.T))
    return np.stack([np.broadcast_to(column, parameters.shape[0]) for column in columns], axis=1)


def outputs(states: NDArray[np.float64]) -> NDArray[np.float64]:
    """The seven compared quantities, shape (..., 7), from states (..., 33)."""
    place = {name: i for i, name in enumerate(_STATES)}
    volume = sum(states[..., place[name]] for name in ("N1", "N2", "X1", "X2", "X3", "X4"))
    columns = [volume if name == "volume" else states[..., place[name]] for name in OUTPUTS]
    return np.stack(columns, axis=-1)


def largest_relative_error(found: NDArray[np.float64], truth: NDArray[np.float64]) -> float:
    """Largest relative error of outputs (patients, times, 7) where the output is above 1e-3 of its largest value."""
    size = np.abs(truth).max(axis=(0, 1))
    relative = np.abs(found - truth) / np.maximum(np.abs(truth), 1e-300)
    return float(np.where(np.abs(truth) > 1e-3 * size, relative, 0.0).max())
