"""Friberg's chain: dividing precursors, three maturing stages, blood cells, and feedback of the count on division."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from tdm1.mechanism._model import State, Values
from tdm1.mechanism.arithmetic import power

_TRANSITS = 3


def names(cell: str, blood: str) -> tuple[str, ...]:
    """The five states of a chain, from the precursors to the blood."""
    return (f"{cell}_precursors", *(f"{cell}_transit_{stage}" for stage in range(1, _TRANSITS + 1)), blood)


def states(cell: str, blood: str, unit: str, cells: str, scale: float) -> tuple[State, ...]:
    """The five states with their meanings, each as the count it would give in the blood."""
    meanings = (
        "dividing precursors, as the count they would give",
        "maturing, first stage",
        "maturing, second stage",
        "maturing, third stage",
        f"{cells} in the blood",
    )
    return tuple(State(name, unit, meaning, scale) for name, meaning in zip(names(cell, blood), meanings, strict=True))


def derivatives(v: Values, cell: str, blood: str, set_point: Any, division: Any) -> dict[str, Any]:
    """Slopes of the chain (unit of the count per day).

    set_point   count at which feedback neither speeds nor slows division
    division    share of division that the drug leaves, dimensionless
    Uses the parameters `<cell>_transit_time` (day, over all stages) and `<cell>_feedback` (exponent).
    Source: Friberg 2002.
    """
    rate = (_TRANSITS + 1) / v[f"{cell}_transit_time"]
    feedback = power(set_point / v[blood], v[f"{cell}_feedback"])
    chain = names(cell, blood)
    slopes = {chain[0]: rate * v[chain[0]] * division * feedback - rate * v[chain[0]]}
    for before, after in pairwise(chain):
        slopes[after] = rate * (v[before] - v[after])
    return slopes
