"""The dose ledger: every milligram given and every decision made, append-only and immutable.

A ledger is never changed. `with_doses` and `with_decisions` return a new one that shares all earlier entries, so a
hundred visits of a hundred thousand patients cost what their entries cost. Tables are made when they are asked for.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tdm1.regimen._errors import RegimenError
from tdm1.regimen.schedule import dose_mg as dose_of

if TYPE_CHECKING:
    import polars as pl

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Array = TypeVar("Array", bound="NDArray[Any]")


@dataclass(frozen=True, slots=True)
class Doses:
    """Doses of one visit: one entry a patient treated. Arrays of one length, read-only."""

    patient: NDArray[np.int32]
    cycle: NDArray[np.int16]
    time_day: Floats
    level: NDArray[np.int8]
    level_mg_per_kg: Floats
    weight_kg: Floats
    dose_mg: Floats
    infusion_day: Floats


@dataclass(frozen=True, slots=True)
class Entries:
    """Decisions of one visit: one entry a patient seen. `rule` is -1 when no rule decided. Read-only arrays."""

    patient: NDArray[np.int32]
    time_day: Floats
    action: NDArray[np.int8]
    rule: NDArray[np.int16]
    level: NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Ledger:
    """Every dose and every decision of N patients, in order of time.

    rule_ids, action_names, findings   words for the numbers that the entries carry
    given, last_day, last_level, last_decision_day   (N,) per patient, kept to refuse what cannot be
    """

    levels_mg_per_kg: tuple[float, ...]
    rule_ids: tuple[str, ...]
    action_names: tuple[str, ...]
    findings: tuple[str, ...]
    given: Whole
    last_day: Floats
    last_level: NDArray[np.int8]
    last_decision_day: Floats
    doses: tuple[Doses, ...] = ()
    decisions: tuple[Entries, ...] = ()

    @classmethod
    def empty(
        cls,
        patients: int,
        *,
        levels_mg_per_kg: tuple[float, ...],
        rule_ids: tuple[str, ...] = (),
        action_names: tuple[str, ...] = (),
        findings: tuple[str, ...] = (),
    ) -> Ledger:
        """A ledger with no entry. `findings` are the words of the rules, in the order of `rule_ids`."""
        if patients < 0:
            raise RegimenError(f"a ledger of {patients} patients cannot be")
        if findings and len(findings) != len(rule_ids):
            raise RegimenError(f"{len(findings)} findings for {len(rule_ids)} rules; give one each")
        return cls(
            levels_mg_per_kg=tuple(levels_mg_per_kg), rule_ids=rule_ids, action_names=action_names, findings=findings,
            given=_fixed(np.zeros(patients, dtype=np.int64)), last_day=_fixed(np.full(patients, -np.inf)),
            last_level=_fixed(np.zeros(patients, dtype=np.int8)), last_decision_day=_fixed(np.full(patients, -np.inf)),
        )

    @property
    def patients(self) -> int:
        """Number of patients."""
        return len(self.given)

    def with_doses(
        self,
        patient: ArrayLike,
        time_day: ArrayLike,
        level: ArrayLike,
        weight_kg: ArrayLike,
        infusion_day: ArrayLike,
    ) -> Ledger:
        """A new ledger with one dose for each patient listed; the cycle counts on from his earlier doses.

        patient        patient numbers, none twice
        time_day       start of the infusion
        level          index of the dose level
        weight_kg      body weight that the dose is made from
        infusion_day   length of the infusion in days
        Raises RegimenError, naming the patient, when a dose is not later than his last one, a level is higher
        than before or does not exist, or a weight or length cannot be.
        """
        who = _patients(patient, self.patients)
        day, index, weight, length = _columns(len(who), time_day=time_day, level=level, weight_kg=weight_kg,
                                              infusion_day=infusion_day)
        step = index.astype(np.int8)
        _refuse(who, ~np.isfinite(day), "the dose has no day")
        _refuse(who, day <= self.last_day[who], "the dose is not later than the one before")
        _refuse(who, (step != index) | (step < 0) | (step >= len(self.levels_mg_per_kg)),
                f"there is no such dose level; use 0 to {len(self.levels_mg_per_kg) - 1}")
        _refuse(who, step < self.last_level[who], "the dose level would go up again after a reduction")
        _refuse(who, ~(np.isfinite(length) & (length > 0)), "the infusion needs a length of more than 0 days")
        mg_per_kg = np.asarray(self.levels_mg_per_kg)[step]
        given, last_day, last_level = self.given.copy(), self.last_day.copy(), self.last_level.copy()
        given[who] += 1
        last_day[who], last_level[who] = day, step
        added = Doses(
            patient=_fixed(who), cycle=_fixed(given[who].astype(np.int16)), time_day=_fixed(day), level=_fixed(step),
            level_mg_per_kg=_fixed(mg_per_kg), weight_kg=_fixed(weight),
            dose_mg=_fixed(dose_of(weight, mg_per_kg, patient=who)),
            infusion_day=_fixed(length),
        )
        return replace(self, given=_fixed(given), last_day=_fixed(last_day), last_level=_fixed(last_level),
                       doses=(*self.doses, added))

    def with_decisions(
        self, patient: ArrayLike, time_day: ArrayLike, action: ArrayLike, rule: ArrayLike, level: ArrayLike,
    ) -> Ledger:
        """A new ledger with one decision for each patient listed.

        action   index into `action_names`; rule: index into `rule_ids`, -1 for none; level: after the decision
        Raises RegimenError, naming the patient, when a decision lies before an earlier one, or a number has no name.
        """
        who = _patients(patient, self.patients)
        day, did, why, step = _columns(len(who), time_day=time_day, action=action, rule=rule, level=level)
        _refuse(who, ~np.isfinite(day), "the decision has no day")
        _refuse(who, day < self.last_decision_day[who], "the decision lies before an earlier one")
        _refuse(who, ~np.isin(did, np.arange(len(self.action_names))), "its action has no name in this ledger")
        _refuse(who, ~np.isin(why, np.arange(-1, len(self.rule_ids))), "its rule has no id in this ledger")
        _refuse(who, ~np.isin(step, np.arange(len(self.levels_mg_per_kg))), "there is no such dose level")
        last = self.last_decision_day.copy()
        last[who] = day
        added = Entries(patient=_fixed(who), time_day=_fixed(day), action=_fixed(did.astype(np.int8)),
                        rule=_fixed(why.astype(np.int16)), level=_fixed(step.astype(np.int8)))
        return replace(self, last_decision_day=_fixed(last), decisions=(*self.decisions, added))

    def total_mg(self) -> Floats:
        """(N,) all mg given to each patient, for the conservation test: drug in = drug in the body + drug gone."""
        total = np.zeros(self.patients)
        for visit in self.doses:
            total[visit.patient] += visit.dose_mg
        return total

    def doses_frame(self) -> pl.DataFrame:
        """All doses by patient and time: cycle, time_day, level_mg_per_kg, weight_kg, dose_mg, infusion_day."""
        import polars as pl

        names = ("patient", "cycle", "time_day", "level_mg_per_kg", "weight_kg", "dose_mg", "infusion_day")
        empty = Doses(*(np.zeros(0, dtype=kind) for kind in
                        (np.int32, np.int16, float, np.int8, float, float, float, float)))
        visits = self.doses or (empty,)
        columns = {name: np.concatenate([getattr(visit, name) for visit in visits]) for name in names}
        return pl.DataFrame(columns).sort("patient", "time_day")

    def decisions_frame(self) -> pl.DataFrame:
        """All decisions: patient, time_day, action, rule, finding, level_mg_per_kg; by patient and time.

        `rule` and `finding` are empty where no row of the table asked for anything.
        """
        import polars as pl

        empty = Entries(*(np.zeros(0, dtype=kind) for kind in (np.int32, float, np.int8, np.int16, np.int8)))
        visits = self.decisions or (empty,)
        columns = {name: np.concatenate([getattr(visit, name) for visit in visits]) for name in Entries.__slots__}
        words = self.findings or ("",) * len(self.rule_ids)
        return pl.DataFrame({
            "patient": columns["patient"],
            "time_day": columns["time_day"],
            "action": _named(self.action_names or ("",), columns["action"]),
            "rule": _named((*self.rule_ids, ""), columns["rule"]),
            "finding": _named((*words, ""), columns["rule"]),
            "level_mg_per_kg": np.asarray(self.levels_mg_per_kg)[columns["level"]],
        }).sort("patient", "time_day", maintain_order=True)


def _named(names: tuple[str, ...], index: NDArray[np.int_]) -> pl.Series:
    """Words for numbers; -1 is the last name."""
    import polars as pl

    return pl.Series(list(names), dtype=pl.String).gather(pl.Series(np.where(index < 0, len(names) - 1, index)))


def _fixed(array: Array) -> Array:
    """The same array, read-only from now on."""
    array.flags.writeable = False
    return array


def _patients(patient: ArrayLike, count: int) -> NDArray[np.int32]:
    who = np.array(patient, dtype=np.int32).reshape(-1)
    outside = (who < 0) | (who >= count)
    if outside.any():
        raise RegimenError(f"there is no patient {who[np.argmax(outside)]}; this ledger has patients 0 to {count - 1}")
    if len(np.unique(who)) != len(who):
        raise RegimenError("a patient stands twice among the entries of one visit")
    return who


def _columns(count: int, **given: ArrayLike) -> tuple[Floats, ...]:
    columns: list[Floats] = []
    for name, value in given.items():
        array = np.asarray(value, dtype=np.float64)
        if array.ndim > 1 or (array.ndim == 1 and array.size != count):
            raise RegimenError(f"{name} has shape {array.shape}; give one number or {count}, a patient each")
        columns.append(np.array(np.broadcast_to(array, (count,))))
    return tuple(columns)


def _refuse(who: NDArray[np.int32], wrong: NDArray[np.bool_], why: str) -> None:
    if wrong.any():
        raise RegimenError(f"patient {who[int(np.argmax(wrong))]}: {why}")
