"""Counts what happened to simulated people: side effects, blood tests, treatment, disease."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tdm1 import evidence
from tdm1.forecast.expectation import Kind, Median, Outcome, Spread
from tdm1.forecast.people import Lived
from tdm1.forecast.published import Seen
from tdm1.forecast.shares import InTrial, Share, compared, through_median, wilson
from tdm1.forecast.timeline import members
from tdm1.symptoms import catalogue
from tdm1.trial.clinic import ABNORMALITIES
from tdm1.trial.endpoints import IDFS_MONTHS, PFS_MONTHS
from tdm1.trial.summary import event_flags, grades, idfs_curve, os_curve, pfs_curve
from tdm1.trial.survival_curve import Curve

Flags = NDArray[np.bool_]
_SEVERE = 3
#: Months at which a forecast with a tumour looks: those of the trial's results, and two years.
_LATER_MONTH = 24
_TREATMENT = {
    "dose_delayed_pct": "delayed", "dose_reduced_pct": "reduced", "stopped_for_ae_pct": "stopped_for_ae",
    "completed_pct": "completed",
}


@dataclass(frozen=True, slots=True)
class Counter:
    """People like the person (`own`), the trial's own people (`reference`), and what was published (`seen`)."""

    own: Lived
    reference: Lived
    seen: Mapping[str, Seen]

    def _in_trial(self, endpoint: str, model_of_100: float) -> InTrial | None:
        row = self.seen.get(endpoint)
        if row is None:
            return None
        return InTrial(row.of_100, row.lower95, row.upper95, row.printed, model_of_100, row.role, row.source, row.read)

    def share(self, endpoint: str, flags: Callable[[Lived], Flags | None]) -> Share | None:
        """The share of people with a flag, or None where nobody can be asked."""
        own, theirs = flags(self.own), flags(self.reference)
        if own is None or not len(own):
            return None
        plain = Share(100.0 * float(np.mean(own)), wilson(int(own.sum()), len(own)))
        if theirs is None or not len(theirs):
            return plain
        return compared(plain, self._in_trial(endpoint, 100.0 * float(np.mean(theirs))), len(theirs))

    def held(self, endpoint: str, month: float, curve: Callable[[Lived], Curve]) -> Share | None:
        """The share still without the event at a month (Kaplan-Meier), or None where nobody is there."""
        own = curve(self.own)
        if not len(own.time):
            return None
        low, high = own.interval_at(month)
        at = 100.0 * own.at(month)
        # Without an event so far the curve has no error of its own.
        chance = (100.0 * low, 100.0 * high) if low == low and high == high else wilson(len(own.time), len(own.time))
        plain = Share(at, (min(chance[0], at), max(chance[1], at)))
        theirs = curve(self.reference)
        median = self.seen.get(f"{endpoint.partition('_')[0]}_median_month")
        if endpoint not in self.seen and median is not None:
            return through_median(plain, (median.lower95, median.upper95), theirs.median)
        return compared(plain, self._in_trial(endpoint, 100.0 * theirs.at(month)), len(theirs.time))


def _only_severe(term: str) -> bool:
    """Whether a term is a group of severe events of every kind: it has no milder ones and no episodes of its own."""
    return any(one.name == term and one.least_grade > 1 for one in catalogue().groups)


def _first_month(lived: Lived, term: str) -> Flags | None:
    """Who had an episode of the term that began in the first month."""
    assert lived.arm.adverse_events is not None
    frame = lived.arm.adverse_events
    early = frame.filter(
        frame["term"].is_in(members(term)) & (frame["start_day"] <= evidence.value("forecast.first_days", "day"))
    )
    return np.isin(lived.arm.subjects["patient"].to_numpy(), early["patient"].to_numpy())


def _terms(setting: str) -> list[tuple[str, str, bool]]:
    """Side effects of a setting that people are told of: name, plain words, whether it is a group of others."""
    known = catalogue()
    single = [(one.name, one.plain, False) for one in known.symptoms if setting in one.settings and not one.own]
    single += [(one.name, one.plain, False) for one in (*known.reported, *known.overlaps)]
    groups = [(one.name, one.plain, True) for one in known.groups]
    return single + groups


def effects(counter: Counter, setting: str) -> tuple[Outcome, ...]:
    """Side effects, the most frequent first, groups of them after the single ones."""
    found: list[Outcome] = []
    for name, plain, group in _terms(setting):
        endpoint = f"adverse_events.{name}"
        any_of, severe_of = f"{endpoint}.any_pct", f"{endpoint}.g3plus_pct"
        severe = counter.share(severe_of, lambda one, name=name: event_flags(one.arm, name, "g3plus_pct"))
        # A group of severe events alone is counted in that column of the published table.
        share = severe if _only_severe(name) and severe is not None else counter.share(
            any_of, lambda one, name=name: event_flags(one.arm, name, "any_pct")
        )
        if share is None:
            continue
        if _only_severe(name):
            found.append(Outcome(name, "side effect", share, plain=plain, group=group))
            continue
        first = counter.share("", lambda one, name=name: _first_month(one, name))
        found.append(Outcome(name, "side effect", share, severe, first, plain, group))
    return tuple(sorted(found, key=lambda one: (one.group, -one.share.of_100, one.name)))


def laboratory(counter: Counter) -> tuple[Outcome, ...]:
    """Blood tests that were worse than normal after the first dose; severe is grade 3 or 4."""

    def at_least(name: str, grade: int) -> Callable[[Lived], Flags | None]:
        def flags(lived: Lived) -> Flags | None:
            worst = grades(lived.arm, name)
            return None if worst is None else worst >= grade

        return flags

    found: list[Outcome] = []
    for name in ABNORMALITIES.values():
        share = counter.share(f"labs.{name}.any_pct", at_least(name, 1))
        if share is not None:
            severe = counter.share(f"labs.{name}.g3plus_pct", at_least(name, _SEVERE))
            found.append(Outcome(name, "laboratory", share, severe))
    return tuple(found)


def treatment(counter: Counter) -> tuple[Outcome, ...]:
    """Doses delayed and lowered, treatment stopped for side effects, all planned doses given."""

    def flag(column: str) -> Callable[[Lived], Flags | None]:
        return lambda one: one.arm.subjects[column].to_numpy() if column in one.arm.subjects.columns else None

    shares = ((endpoint, counter.share(endpoint, flag(column))) for endpoint, column in _TREATMENT.items())
    return tuple(Outcome(endpoint, "treatment", share) for endpoint, share in shares if share is not None)


def infusions(lived: Lived) -> Spread:
    """Infusions of T-DM1 that a person got."""
    given = lived.arm.subjects["cycles"].to_numpy()
    low, middle, high = (float(one) for one in np.quantile(given, [0.05, 0.5, 0.95])) if len(given) else (0.0,) * 3
    return Spread("infusions", middle, low, high)


def _milestones(
    counter: Counter, kind: Kind, name: str, months: tuple[int, ...], curve: Callable[[Lived], Curve]
) -> tuple[Outcome, ...]:
    found = ((month, counter.held(f"{name}.{month}", month, curve)) for month in months)
    return tuple(
        Outcome(f"{name}.{month}", kind, share, at_month=float(month)) for month, share in found if share is not None
    )


def disease(counter: Counter) -> tuple[Outcome, ...]:
    """Cancer held in check at 6, 12 and 24 months, or not come back at 3 and 7 years."""
    if counter.own.trial.model == "t_dm1":
        months = (*PFS_MONTHS, _LATER_MONTH)
        return _milestones(counter, "disease", "pfs_pct", months, lambda one: pfs_curve(one.arm))
    return _milestones(counter, "disease", "idfs_pct", IDFS_MONTHS, lambda one: idfs_curve(one.arm))


def survival(counter: Counter) -> tuple[Outcome, ...]:
    """Alive at one and two years with a tumour, at 3 and 7 years after surgery."""
    months = (PFS_MONTHS[-1], _LATER_MONTH) if counter.own.trial.model == "t_dm1" else IDFS_MONTHS
    return _milestones(counter, "survival", "os_pct", months, lambda one: os_curve(one.arm))


def medians(counter: Counter) -> tuple[Median, ...]:
    """Median time until the cancer grew, and until death, where the trial published one."""
    found: list[Median] = []
    for name, curve in (("pfs_median_month", pfs_curve), ("os_median_month", os_curve)):
        row = counter.seen.get(name)
        if row is None:
            continue
        own = curve(counter.own.arm)
        low, high = own.median_interval
        found.append(
            Median(
                name, _finite(own.median), (_finite(low), _finite(high)), row.of_100, (row.lower95, row.upper95),
                _finite(curve(counter.reference.arm).median), row.role, row.source, row.read,
            )
        )
    return tuple(found)


def _finite(number: float) -> float | None:
    """A number that JSON can hold; None where it was not reached."""
    return float(number) if np.isfinite(number) else None
