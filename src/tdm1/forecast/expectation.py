"""What to expect, as plain data: shares of people, their errors, the course over time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from tdm1.forecast.shares import Share
from tdm1.forecast.timeline import Timeline

Kind = Literal["side effect", "laboratory", "treatment", "disease", "survival"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Something that happens to some people.

    name          term of the catalogue of side effects, or endpoint of the trial
    kind          what it belongs to
    share         people to whom it happened at any time of treatment; of disease and survival, people for whom it
                  still held at `at_month`
    severe        people to whom it happened at grade 3 or worse; None where that says nothing
    first_month   people to whom it happened in the first month; None where that is not counted
    plain         the catalogue's words for a patient, empty where texts elsewhere have them
    group         it counts any of several other side effects of the list
    """

    name: str
    kind: Kind
    share: Share
    severe: Share | None = None
    first_month: Share | None = None
    plain: str = ""
    group: bool = False
    at_month: float | None = None

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "name": self.name, "kind": self.kind, "plain": self.plain, "group": self.group, "at_month": self.at_month,
            "share": self.share.as_dict(), "severe": None if self.severe is None else self.severe.as_dict(),
            "first_month": None if self.first_month is None else self.first_month.as_dict(),
        }


@dataclass(frozen=True, slots=True)
class Spread:
    """A number over people: median, and where nine of ten lie (5th and 95th percentile)."""

    unit: str
    median: float
    p05: float
    p95: float


@dataclass(frozen=True, slots=True)
class Median:
    """The time (months) until which half of the people keep something, beside what the trial saw.

    month, chance                  of people like the person, with the 95 % interval of the simulation's chance;
                                   None where half of them was not reached
    trial_month, trial_95          published, with its 95 % interval
    model_month                    the model's, in the trial's own people
    role, source, read             as for a share
    """

    name: str
    month: float | None
    chance: tuple[float | None, float | None]
    trial_month: float
    trial_95: tuple[float, float]
    model_month: float | None
    role: str
    source: str
    read: str


@dataclass(frozen=True, slots=True)
class Expectation:
    """Forecast for people like one person. Shares are of 100 people.

    setting, trial   metastatic or early, and the trial whose T-DM1 arm the people were treated in
    known            covariates that all of them share with the person
    outside          those of them whose value nobody among the trial's virtual people has: the model extrapolates
    patients, failed_solves, seed   people asked for, those whose equations were not solved (not counted), the seed
    effects          side effects, the most frequent first
    laboratory       blood tests worse than normal at some visit
    treatment        doses delayed or lowered, treatment stopped for side effects, all planned doses given
    infusions        infusions of T-DM1 that a person got
    disease          cancer held in check (metastatic) or not come back (early), by month
    medians          time until the cancer grew in half of the people (metastatic), and, with survival, until death
    survival         alive, by month: shown only when asked for
    timeline         the course month by month
    """

    setting: str
    trial: str
    known: Mapping[str, float]
    outside: tuple[str, ...]
    patients: int
    failed_solves: int
    seed: int
    effects: tuple[Outcome, ...]
    laboratory: tuple[Outcome, ...]
    treatment: tuple[Outcome, ...]
    infusions: Spread
    disease: tuple[Outcome, ...]
    timeline: Timeline
    medians: tuple[Median, ...]
    survival: tuple[Outcome, ...] = field(repr=False)

    def outcome(self, name: str) -> Outcome:
        """The outcome called `name`. Raises KeyError when there is none."""
        for one in (*self.effects, *self.laboratory, *self.treatment, *self.disease, *self.survival):
            if one.name == name:
                return one
        raise KeyError(name)

    def as_dict(self, *, survival: bool = False) -> dict[str, Any]:
        """Plain values for JSON; how long people live only with `survival`."""
        found: dict[str, Any] = {
            "setting": self.setting, "trial": self.trial, "known": dict(self.known), "outside": list(self.outside),
            "patients": self.patients, "failed_solves": self.failed_solves, "seed": self.seed,
            "eligibility": "not asked: the person may be one whom the trial would not have taken",
            "effects": [one.as_dict() for one in self.effects],
            "laboratory": [one.as_dict() for one in self.laboratory],
            "treatment": [one.as_dict() for one in self.treatment],
            "infusions": asdict(self.infusions),
            "disease": [one.as_dict() for one in self.disease],
            "medians": [asdict(one) for one in self.medians if survival or not one.name.startswith("os")],
            "timeline": self.timeline.as_dict(),
        }
        if survival:
            found["survival"] = [one.as_dict() for one in self.survival]
        return found
