"""How the drug is given: levels, infusion lengths, days between doses, and when treatment ends as planned."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import isfinite

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tdm1 import evidence
from tdm1.regimen._errors import RegimenError

_MINUTES_PER_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Schedule:
    """A dosing schedule. Build the label's with `Schedule.of_label`, or give every field of another one.

    levels_mg_per_kg         dose levels, the full dose first, each lower than the one before
    interval_day             days from one dose to the next
    first_infusion_minute    length of the first infusion
    later_infusion_minute    length of later infusions when the earlier ones were tolerated
    max_cycles               number of doses planned; None: until progression or unacceptable toxicity
    recheck_day              days from a held dose to the next visit at which it may be given
    """

    levels_mg_per_kg: tuple[float, ...]
    interval_day: float
    first_infusion_minute: float
    later_infusion_minute: float
    max_cycles: int | None
    recheck_day: float

    def __post_init__(self) -> None:
        """Raises RegimenError for a length, interval or level that cannot be."""
        for name in ("interval_day", "first_infusion_minute", "later_infusion_minute", "recheck_day"):
            length = getattr(self, name)
            if not (isfinite(length) and length > 0):
                raise RegimenError(f"schedule: {name} is {length}; it must be more than 0")
        if self.max_cycles is not None and self.max_cycles < 1:
            raise RegimenError(f"schedule: max_cycles is {self.max_cycles}; give 1 or more, or None for no planned end")
        if max(self.first_infusion_minute, self.later_infusion_minute) >= self.interval_day * _MINUTES_PER_DAY:
            raise RegimenError("schedule: an infusion lasts until the next dose; check the minutes and interval_day")
        levels = self.levels_mg_per_kg
        falling = all(high > low for high, low in pairwise(levels))
        if not levels or not falling or not all(isfinite(level) and level > 0 for level in levels):
            raise RegimenError(f"schedule: levels_mg_per_kg {levels} must be positive, each lower than the one before")

    @classmethod
    def of_label(cls, setting: str = "metastatic") -> Schedule:
        """The schedule of the US label: until progression in metastatic, a fixed number of doses in early disease.

        Raises RegimenError for another setting.
        """
        if setting not in ("metastatic", "early"):
            hint = evidence.nearest(setting, ("metastatic", "early"))
            raise RegimenError(f"no label schedule for setting '{setting}'{hint} It may be metastatic or early")
        levels = ("label.us.dose_full", "label.us.dose_one_level_lower", "label.us.dose_two_levels_lower")
        return cls(
            levels_mg_per_kg=tuple(evidence.value(name, "mg/kg") for name in levels),
            interval_day=evidence.value("label.us.cycle", "day"),
            first_infusion_minute=evidence.value("label.us.infusion_first", "min"),
            later_infusion_minute=evidence.value("label.us.infusion_later", "min"),
            max_cycles=None if setting == "metastatic" else int(evidence.value("label.us.early_cycles", "1")),
            recheck_day=evidence.value("regimen.recheck_interval", "day"),
        )

    def infusion_day(self, doses_before: ArrayLike, tolerated: ArrayLike = True) -> NDArray[np.float64]:
        """Length of the next infusion in days: the first length for a first dose or after one not tolerated."""
        slow = (np.asarray(doses_before) == 0) | ~np.asarray(tolerated, dtype=np.bool_)
        return np.where(slow, self.first_infusion_minute, self.later_infusion_minute) / _MINUTES_PER_DAY

    def next_due_day(self, time_day: ArrayLike, given: ArrayLike) -> NDArray[np.float64]:
        """Day on which the next dose may be given, after a visit on `time_day`.

        After a dose: one interval later, so that a late dose moves all that follow. After a held dose: at the next
        recheck, as soon as possible, not at the next planned cycle.
        """
        day = np.asarray(time_day, dtype=np.float64)
        return day + np.where(np.asarray(given, dtype=np.bool_), self.interval_day, self.recheck_day)

    def finished(self, doses_before: ArrayLike) -> NDArray[np.bool_]:
        """True where all planned doses have been given."""
        doses = np.asarray(doses_before)
        return np.zeros(doses.shape, dtype=np.bool_) if self.max_cycles is None else doses >= self.max_cycles


def observation_minute(first: bool) -> float:
    """Shortest observation after the infusion by the US label, in minutes; longer after the first one."""
    return evidence.value("label.us.observation_first" if first else "label.us.observation_later", "min")


def dose_mg(
    weight_kg: ArrayLike, level_mg_per_kg: ArrayLike, *, patient: ArrayLike | None = None,
) -> NDArray[np.float64]:
    """Dose in mg for each patient: weight times level. Shapes broadcast. `patient` gives their numbers for messages.

    Raises RegimenError, naming the patient, for a weight or level that is missing, 0, negative or not real.
    """
    weight = np.asarray(weight_kg, dtype=np.float64)
    level = np.asarray(level_mg_per_kg, dtype=np.float64)
    limit = evidence.value("limits.weight", "kg")
    _positive("weight_kg", weight, limit, f"give the body weight in kg, more than 0 and at most {limit:g}", patient)
    _positive("level_mg_per_kg", level, np.inf, "give the dose level in mg/kg, more than 0", patient)
    return weight * level


def infusion_rate_mg_per_day(dose: ArrayLike, infusion_day: ArrayLike) -> NDArray[np.float64]:
    """Rate of the infusion in mg/day, so that rate times length is the dose. Raises RegimenError for a length of 0."""
    length = np.asarray(infusion_day, dtype=np.float64)
    amount = np.asarray(dose, dtype=np.float64)
    _positive("infusion_day", length, np.inf, "give the length of the infusion in days, more than 0")
    if not (np.isfinite(amount) & (amount >= 0)).all():
        raise RegimenError("dose_mg must be 0 or more")
    return amount / length


def _positive(
    name: str, values: NDArray[np.float64], limit: float, mend: str, patient: ArrayLike | None = None,
) -> None:
    wrong = ~(np.isfinite(values) & (values > 0) & (values <= limit))
    if wrong.any():
        index = int(np.argmax(wrong))
        number = index if patient is None else int(np.asarray(patient).flat[index])
        raise RegimenError(f"patient {number}: {name} is {values.flat[index]:g}; {mend}")
