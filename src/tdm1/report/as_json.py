"""The fixed JSON forms of a trial and of a simulation. Scripts of users read these: keys do not change."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tdm1.trial.result import ComparisonRow, TrialResult


class SimulationLike(Protocol):
    """What the faces need of a simulation: days, units and, per observation, median and 5 to 95 % band."""

    @property
    def time_day(self) -> Any: ...
    @property
    def unit(self) -> Mapping[str, str]: ...
    @property
    def median(self) -> Mapping[str, Any]: ...
    @property
    def p05(self) -> Mapping[str, Any]: ...
    @property
    def p95(self) -> Mapping[str, Any]: ...
    @property
    def failed_solves(self) -> int: ...


def plain(value: Any) -> Any:
    """`value` with NumPy scalars and arrays as plain Python and every number that is not finite as None."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def comparison_json(row: ComparisonRow) -> dict[str, Any]:
    """One compared value in the fixed form."""
    return plain(
        {
            "arm": row.arm,
            "endpoint": row.endpoint,
            "published": row.published,
            "lower95": row.lower95,
            "upper95": row.upper95,
            "simulated": row.simulated,
            "within": bool(row.within),
            "role": row.role,
        }
    )


def trial_json(result: TrialResult) -> dict[str, Any]:
    """A finished trial in the fixed form. Percentages in %, medians in months; a value that was not reached is null."""
    return {
        "trial": result.trial,
        "seed": int(result.seed),
        "patients": int(result.patients),
        "seconds": plain(float(result.seconds)),
        "failed_solves": int(result.failed_solves),
        "arms": {name: plain(dict(summary)) for name, summary in result.summary.items()},
        "comparison": [comparison_json(row) for row in result.comparison],
    }


def simulation_json(simulation: SimulationLike) -> dict[str, Any]:
    """A simulation in the fixed form: days, the unit of each observation, its median and 5 to 95 % band."""
    return {
        "time_day": plain(np.asarray(simulation.time_day, dtype=float)),
        "unit": dict(simulation.unit),
        "median": {name: plain(np.asarray(values, dtype=float)) for name, values in simulation.median.items()},
        "p05": {name: plain(np.asarray(values, dtype=float)) for name, values in simulation.p05.items()},
        "p95": {name: plain(np.asarray(values, dtype=float)) for name, values in simulation.p95.items()},
    }
