"""What a what-if shows, as plain lists with units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from tdm1.forecast.settings import Asked


@dataclass(frozen=True, slots=True)
class Band:
    """Median and 5 to 95 % band over the people, at each time; None where too few are left."""

    unit: str
    p05: tuple[float | None, ...]
    median: tuple[float | None, ...]
    p95: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Explored:
    """The answer to a what-if.

    settings        what was asked, defaults filled in
    time_day        days of the bands
    people          people still in the trial at each of them: those whose cancer grew have left, so late bands are
                    of the people who do well
    bands           conjugate (ug/mL), dm1 (ng/mL), tumour (% of the size at entry), platelets (10*9/L)
    dose_day        days of the planned infusions within the bands
    outcome         what the trial shows at the end of `follow_up_day`, by name
    outcome_unit    the unit of each: % of people, month, or number of infusions
    limits          what the answer cannot tell
    failed_solves   people whose equations were not solved: they are in no number
    milliseconds    time each part took
    """

    settings: Asked
    time_day: tuple[float, ...]
    people: tuple[int, ...]
    bands: Mapping[str, Band]
    dose_day: tuple[float, ...]
    follow_up_day: float
    outcome: Mapping[str, float | None]
    outcome_unit: Mapping[str, str]
    limits: tuple[str, ...]
    failed_solves: int
    milliseconds: Mapping[str, float]

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "settings": asdict(self.settings), "time_day": list(self.time_day), "people": list(self.people),
            "bands": {
                name: {"unit": band.unit, "p05": list(band.p05), "median": list(band.median), "p95": list(band.p95)}
                for name, band in self.bands.items()
            },
            "dose_day": list(self.dose_day), "follow_up_day": self.follow_up_day,
            "outcome": {
                name: {"value": value, "unit": self.outcome_unit[name]} for name, value in self.outcome.items()
            },
            "limits": list(self.limits), "failed_solves": self.failed_solves, "milliseconds": dict(self.milliseconds),
        }
