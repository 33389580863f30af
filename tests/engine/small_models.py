"""Small models with known answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from tdm1.mechanism import Model, Parameter, Part, Quantity, State


def model(
    name: str,
    states: Mapping[str, float],
    parameters: tuple[str, ...],
    inputs: tuple[str, ...],
    derivatives: Callable[[Any], dict[str, Any]],
    outputs: Callable[[Any], dict[str, Any]] | None = None,
    signed: bool = False,
) -> Model:
    """A model of one part; `states` maps names to scales, and may be below zero where they are `signed`."""
    provided = outputs or (lambda v: {})
    names = tuple(provided(dict.fromkeys([*states, *parameters, *inputs], 1.0)))
    return Model(
        name,
        (
            Part(
                name="all",
                source="tdm1",
                states=tuple(State(state, "1", state, scale, signed) for state, scale in states.items()),
                parameters=tuple(Parameter(parameter, "1", parameter, f"test.{parameter}") for parameter in parameters),
                inputs=tuple(Quantity(item, "1", item) for item in inputs),
                needs=(),
                quantities=tuple(Quantity(item, "1", item) for item in names),
                provides=provided,
                derivatives=derivatives,
                initial=lambda v: dict.fromkeys(states, 0.0),
            ),
        ),
    )


#: Central and peripheral amounts (mg), infusion (mg/day), and the running exposure.
TWO_COMPARTMENTS = model(
    "two_compartments",
    {"central": 1e-3, "peripheral": 1e-3, "exposure": 1e-3},
    ("clearance", "volume", "exchange", "volume_2"),
    ("infusion",),
    lambda v: {
        "central": v["infusion"]
        - (v["clearance"] + v["exchange"]) / v["volume"] * v["central"]
        + v["exchange"] / v["volume_2"] * v["peripheral"],
        "peripheral": v["exchange"] / v["volume"] * v["central"] - v["exchange"] / v["volume_2"] * v["peripheral"],
        "exposure": v["central"] / v["volume"],
    },
    lambda v: {"concentration": v["central"] / v["volume"]},
)

#: y' = rate * y^2: infinite at day 1/(rate * y0).
BLOW_UP = model("blow_up", {"y": 1e-3}, ("rate",), (), lambda v: {"y": v["rate"] * v["y"] * v["y"]}, signed=True)

#: y' = rate * y (1 - y).
LOGISTIC = model("logistic", {"y": 1e-3}, ("rate",), (), lambda v: {"y": v["rate"] * v["y"] * (1.0 - v["y"])})


def two_compartments_exact(
    parameters: np.ndarray, rate: float, input_day: float, days: float, start: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """States after the input and after `days`, of one patient, by the matrix exponential of the linear system."""
    from scipy.linalg import expm

    clearance, volume, exchange, volume_2 = parameters
    system = np.zeros((4, 4))
    system[0, :3] = [-(clearance + exchange) / volume, exchange / volume_2, 0.0]
    system[1, :3] = [exchange / volume, -exchange / volume_2, 0.0]
    system[2, 0] = 1.0 / volume
    system[0, 3] = rate
    after_input = (expm(system * input_day) @ np.append(start, 1.0))[:3]
    return after_input, (expm(system * (days - input_day)) @ np.append(after_input, 0.0))[:3]


def two_compartments_patients(count: int, seed: int = 3) -> np.ndarray:
    """Parameters of `count` patients, shape (count, 4)."""
    spread = np.random.default_rng(seed).standard_normal((count, 4))
    return np.array([0.7, 3.1, 1.5, 0.7]) * np.exp(0.3 * spread)
