"""Kaplan-Meier curves through lifelines, which is loaded only when a curve is wanted."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Curve:
    """A Kaplan-Meier curve. Times are in the unit they were given in."""

    time: Array
    event: NDArray[np.bool_]

    @cached_property
    def _fitted(self) -> Any:
        from lifelines import KaplanMeierFitter

        return KaplanMeierFitter().fit(self.time, self.event)

    @property
    def median(self) -> float:
        """Median; infinite when it is not reached, NaN when there is nobody."""
        return float(self._fitted.median_survival_time_) if len(self.time) else float("nan")

    @property
    def median_interval(self) -> tuple[float, float]:
        """95 % interval of the median (log-log, as lifelines gives it); infinite above when not reached."""
        if not len(self.time):
            return float("nan"), float("nan")
        from lifelines.utils import median_survival_times

        bounds: Any = median_survival_times(self._fitted.confidence_interval_)
        low, high = bounds.to_numpy()[0]
        return float(low), float(high)

    def at(self, time: float) -> float:
        """Share still without the event at `time`; NaN when there is nobody."""
        return float(self._fitted.predict(time)) if len(self.time) else float("nan")

    def interval_at(self, time: float) -> tuple[float, float]:
        """95 % interval of that share (log-log, as lifelines gives it); NaN when there is nobody."""
        if not len(self.time):
            return float("nan"), float("nan")
        bounds = self._fitted.confidence_interval_survival_function_
        row = bounds.loc[bounds.index <= time].to_numpy()[-1]
        return float(row[0]), float(row[1])


def hazard_ratio(first: Curve, second: Curve) -> tuple[float, float, float]:
    """Hazard of the first over that of the second by Cox regression, with its 95 % interval; NaN without events."""
    if not (first.event.any() and second.event.any()):
        return float("nan"), float("nan"), float("nan")
    import pandas as pd
    from lifelines import CoxPHFitter

    frame = pd.DataFrame(
        {
            "time": np.concatenate([first.time, second.time]),
            "event": np.concatenate([first.event, second.event]),
            "arm": np.repeat([1.0, 0.0], [len(first.time), len(second.time)]),
        }
    )
    fitted = CoxPHFitter().fit(frame, "time", "event")
    row: Any = np.exp(fitted.summary.loc["arm", ["coef", "coef lower 95%", "coef upper 95%"]].to_numpy(float))
    return float(row[0]), float(row[1]), float(row[2])


def kaplan_meier(time: Array, event: NDArray[np.bool_]) -> Curve:
    """The curve of times and whether each ended in the event (else it is censored)."""
    return Curve(np.asarray(time, float), np.asarray(event, bool))
