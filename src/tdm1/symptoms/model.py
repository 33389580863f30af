"""Symptoms of N patients during their course: the model as its caller sees it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from tdm1.evidence import nearest
from tdm1.symptoms._errors import SymptomError
from tdm1.symptoms.catalogue import SETTINGS, Setting
from tdm1.symptoms.drivers import Drivers
from tdm1.symptoms.log import Log, open_log
from tdm1.symptoms.record import SymptomRecord
from tdm1.symptoms.recording import record
from tdm1.symptoms.state import State
from tdm1.symptoms.stepping import step
from tdm1.symptoms.terms import Terms, terms

Array = NDArray[np.float64]


class Symptoms:
    """Symptoms and reported events of N patients; `start` makes it, `step` moves it on in place."""

    def __init__(self, of: Terms, state: State, log: Log | None) -> None:
        self._terms, self._state, self._log = of, state, log

    @classmethod
    def start(cls, setting: Setting, seed: int, first: int, count: int) -> Symptoms:
        """Patients `first` to `first + count - 1` before treatment, on day 0.

        setting   "metastatic" or "early"
        seed      0 to 2**64 - 1; the same seed and patient give the same random numbers in every arm
        Raises SymptomError for an unknown setting, ValueError for a seed or count that cannot be.
        """
        if setting not in SETTINGS:
            raise SymptomError(f"there is no setting '{setting}'{nearest(setting, SETTINGS)}")
        return cls.of(terms(setting), seed, first, count, open_log(setting, seed, first, count))

    @classmethod
    def of(cls, chosen: Terms, seed: int, first: int, count: int, log: Log | None = None) -> Symptoms:
        """As `start`, with terms that the caller chose, and a log of its own or none."""
        state = State.of(
            seed, first, count, tuple(term.name for term in chosen.symptoms),
            tuple(term.name for term in chosen.reported), len(chosen.overlaps),
        )
        return cls(chosen, state, log)

    @property
    def terms(self) -> Terms:
        """Its terms with their numbers."""
        return self._terms

    @property
    def state(self) -> State:
        """Where its patients stand; for calibration, which reads draws and episodes."""
        return self._state

    @property
    def day(self) -> float:
        """Day up to which hazards have gathered."""
        return self._state.day

    @property
    def count(self) -> int:
        """Number of patients."""
        return len(self._state.serious_draw)

    def step(self, days: float, drivers: Drivers) -> None:
        """Move all patients on by `days` (day) under drivers that hold for the whole step.

        Raises SymptomError for a step that is not positive and drivers of another number of patients.
        """
        if not days > 0 or not np.isfinite(days):
            raise SymptomError(f"a step of {days} days leads nowhere; use a number above 0")
        drivers.check(self.count)
        if self._log is not None:
            self._log.step(days, drivers)
        step(self._state, self._terms, drivers, days)

    def report_labs(self, day: float, grades: Mapping[str, NDArray[np.int8]]) -> None:
        """Take note of grades measured on `day`, by analyte, each of shape (N,), -1 where not measured.

        Whether the worst grade so far is reported depends on one draw for each patient and term, so a higher grade
        can add a report and never take one away. Analytes that no term needs are passed over.
        Raises SymptomError for a wrong shape or a grade outside -1 to 5.
        """
        for analyte, values in grades.items():
            if np.shape(values) != (self.count,):
                raise SymptomError(f"grades of '{analyte}' have shape {np.shape(values)}, not ({self.count},)")
            if values.size and (values.min() < -1 or values.max() > 5):
                raise SymptomError(f"grades of '{analyte}' go from {values.min()} to {values.max()}; use -1 to 5")
        if self._log is not None:
            self._log.labs(day, grades)
        state = self._state
        for place, term in enumerate(self._terms.reported):
            measured = [grades[analyte] for analyte in term.analytes if analyte in grades]
            if not measured:
                continue
            worst = np.minimum(np.maximum.reduce(measured), 4)
            risen = np.flatnonzero(worst > state.measured[:, place])  # the same grade again changes nothing
            if not risen.size:
                continue
            state.measured[risen, place] = worst[risen]
            told = state.reported_draw[risen, place] < self._terms.chance[place, worst[risen]]
            new = risen[told & np.isinf(state.reported_day[risen, place])]
            state.reported_day[new, place] = day

    def signs(self) -> dict[str, Array]:
        """What the label may be told today, each of shape (N,).

        neuropathy_grade, haemorrhage_grade, heart_failure_grade, radiation_pneumonitis_grade (early disease alone)
        are grades today; pneumonitis, nodular_regenerative_hyperplasia and symptomatic_heart_failure are 1 from their
        first day on, for they end the drug; infusion_reaction_grade is that of the last infusion.
        """
        def grade(*symptoms: str) -> Array:
            columns = [place for place, term in enumerate(self._terms.symptoms) if term.name in symptoms]
            return np.maximum.reduce([self._state.now(column) for column in columns]).astype(float)

        def ever(symptom: str) -> Array:
            columns = [place for place, term in enumerate(self._terms.symptoms) if term.name == symptom]
            return (self._state.number[:, columns] > 0).any(axis=1).astype(float)

        found = {
            "neuropathy_grade": grade("peripheral_neuropathy"),
            "haemorrhage_grade": grade("epistaxis", "other_bleeding"),
            "pneumonitis": ever("pneumonitis"),
            "nodular_regenerative_hyperplasia": ever("nodular_regenerative_hyperplasia"),
            "symptomatic_heart_failure": ever("heart_failure"),
            "heart_failure_grade": grade("heart_failure"),
            "infusion_reaction_grade": self._state.infusion_reaction.astype(float),
        }
        if self._terms.column("radiation_pneumonitis") is not None:
            found["radiation_pneumonitis_grade"] = grade("radiation_pneumonitis")
        return found

    def record(self) -> SymptomRecord:
        """Worst grades by term and all episodes up to today."""
        return record(self._state, self._terms)
