"""The fixed JSON forms of a trial and of a simulation. Scripts of users read these: keys do not change."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tdm1.trial.result import ComparisonRow, TrialResult


class SimulationLike(Protocol):
    """What the faces need of a simulation: days, units and, per observation, median and 5 to 95 % band."""

    @property
    def time_day(self) -> Any:
        """Days, shape (T,)."""
        ...

    @property
    def unit(self) -> Mapping[str, str]:
        """Unit, by name of the observation."""
        ...

    @property
    def median(self) -> Mapping[str, Any]:
        """Median of patients."""
        ...

    @property
    def p05(self) -> Mapping[str, Any]:
        """5th percentile of patients."""
        ...

    @property
    def p95(self) -> Mapping[str, Any]:
        """95th percentile of patients."""
        ...

    @property
    def failed_solves(self) -> int:
        """Patients that could not be solved."""
        ...


class FittedLike(Protocol):
    """One fitted fact: its name and unit, its value before and after."""

    @property
    def fact(self) -> str:
        """Name of the fact."""
        ...

    @property
    def unit(self) -> str:
        """Its unit."""
        ...

    @property
    def start(self) -> float:
        """Value before."""
        ...

    @property
    def value(self) -> float:
        """Value after."""
        ...

    @property
    def spread(self) -> bool:
        """Whether it is the fact's spread between patients, not its value."""
        ...


class CalibrationLike(Protocol):
    """What the faces need of a calibration: fitted facts, the comparison after it, and the new fact file."""

    @property
    def fitted(self) -> Sequence[FittedLike]:
        """Fitted facts."""
        ...

    @property
    def comparison(self) -> Sequence[ComparisonRow]:
        """Comparison after the fit."""
        ...

    @property
    def seconds(self) -> float:
        """Time taken, s."""
        ...

    @property
    def facts_yaml(self) -> str:
        """The new fact file."""
        ...


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


def calibration_json(name: str, calibration: CalibrationLike) -> dict[str, Any]:
    """A calibration: every fitted fact with its value before and after, and the comparison that it leads to."""
    return {
        "trial": name,
        "seconds": plain(float(calibration.seconds)),
        "fitted": [
            plain({"fact": one.fact, "unit": one.unit, "spread": one.spread, "start": one.start, "value": one.value})
            for one in calibration.fitted
        ],
        "comparison": [comparison_json(row) for row in calibration.comparison],
    }
