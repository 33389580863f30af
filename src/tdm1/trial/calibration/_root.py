"""The root of a falling or rising function of one number, through SciPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from scipy.optimize import brentq


def root(function: Callable[[float], float], low: float, high: float, tolerance: float) -> float:
    """Where `function` is zero between `low` and `high`, within `tolerance`. ValueError if its sign does not change."""
    return float(cast("Any", brentq(function, low, high, xtol=tolerance)))
