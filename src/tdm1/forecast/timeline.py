"""The course month by month: who is still treated, which side effects they have, how low the platelets are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tdm1 import evidence
from tdm1.forecast.people import Lived
from tdm1.symptoms import catalogue
from tdm1.trial.clinic import grade_of
from tdm1.trial.clock import MONTH_DAY

Array = NDArray[np.float64]
_SEVERE = 3


@dataclass(frozen=True, slots=True)
class Timeline:
    """Months of treatment, counted from the first infusion; each tuple has one entry a month.

    month               1, 2, …
    treated_of_100      of all people, those still on T-DM1 when the month begins
    people              their number in the simulation; below `forecast.fewest` nothing more is told (None)
    active_of_100       of those, people who had the side effect on some day of the month, by term
    new_of_100          of those, people in whom an episode began in the month, by term
    platelets           lowest count of the month in those measured (10*9/L): p05, median, p95
    low_platelets_of_100   of those measured, people with a count of grade 3 or worse
    """

    month: tuple[int, ...]
    treated_of_100: tuple[float, ...]
    people: tuple[int, ...]
    active_of_100: Mapping[str, tuple[float | None, ...]]
    new_of_100: Mapping[str, tuple[float | None, ...]]
    platelets: Mapping[str, tuple[float | None, ...]]
    low_platelets_of_100: tuple[float | None, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain lists for JSON, with units."""
        def lists(table: Mapping[str, tuple[float | None, ...]]) -> dict[str, list[float | None]]:
            return {name: list(values) for name, values in table.items()}

        return {
            "month": list(self.month), "treated_of_100": list(self.treated_of_100), "people": list(self.people),
            "active_of_100": lists(self.active_of_100), "new_of_100": lists(self.new_of_100),
            "lowest_platelets": {"unit": "10*9/L", **lists(self.platelets)},
            "low_platelets_of_100": list(self.low_platelets_of_100),
        }


def members(term: str) -> tuple[str, ...]:
    """Terms whose episodes are those of a term: of a group its members, else itself."""
    for group in catalogue().groups:
        if group.name == term:
            return tuple(group.members)
    return (term,)


def _rows(lived: Lived, term: str) -> tuple[NDArray[np.int_], Array, Array]:
    """Place in `subjects`, first and last day of every episode of a term."""
    assert lived.arm.adverse_events is not None
    frame = lived.arm.adverse_events
    frame = frame.filter(frame["term"].is_in(members(term)))
    place = np.searchsorted(lived.arm.subjects["patient"].to_numpy(), frame["patient"].to_numpy())
    return place, frame["start_day"].to_numpy(), frame["end_day"].to_numpy()


def _share(flags: NDArray[np.bool_], among: NDArray[np.bool_]) -> float | None:
    count = int(among.sum())
    if count < evidence.value("forecast.fewest", "1"):
        return None
    return 100.0 * float((flags & among).sum()) / count


def _platelets(lived: Lived, month: int, treated: NDArray[np.bool_]) -> tuple[list[float | None], float | None]:
    counts = lived.platelets[treated, month]
    counts = counts[np.isfinite(counts)]
    if len(counts) < evidence.value("forecast.fewest", "1"):
        return [None, None, None], None
    severe = grade_of(lived.trial, "platelets", counts) >= _SEVERE
    return [float(value) for value in np.quantile(counts, [0.05, 0.5, 0.95])], 100.0 * float(severe.mean())


def timeline(lived: Lived, terms: Sequence[str]) -> Timeline:
    """The course of the solved people for the side effects `terms` (names of the catalogue)."""
    months = lived.platelets.shape[1]
    ends = lived.arm.subjects["treatment_month"].to_numpy() * MONTH_DAY
    starts = [month * MONTH_DAY for month in range(months)]
    treated = [ends > start for start in starts]
    active: dict[str, tuple[float | None, ...]] = {}
    new: dict[str, tuple[float | None, ...]] = {}
    for term in terms:
        place, first, last = _rows(lived, term)
        now: list[float | None] = []
        began: list[float | None] = []
        for start, who in zip(starts, treated, strict=True):
            until = start + MONTH_DAY
            for told, inside in ((now, (first < until) & (last > start)), (began, (first >= start) & (first < until))):
                flags = np.zeros(len(ends), bool)
                flags[place[inside]] = True
                told.append(_share(flags, who))
        active[term], new[term] = tuple(now), tuple(began)
    counts = [_platelets(lived, month, who) for month, who in enumerate(treated)]
    return Timeline(
        month=tuple(range(1, months + 1)),
        treated_of_100=tuple(100.0 * float(who.mean()) if len(who) else 0.0 for who in treated),
        people=tuple(int(who.sum()) for who in treated), active_of_100=active, new_of_100=new,
        platelets={name: tuple(band[i] for band, _ in counts) for i, name in enumerate(("p05", "median", "p95"))},
        low_platelets_of_100=tuple(low for _, low in counts),
    )
