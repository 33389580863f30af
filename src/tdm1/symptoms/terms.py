"""The terms of one setting as arrays: what a step needs of the catalogue and of the calibrated numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from tdm1 import evidence
from tdm1.symptoms.catalogue import Blood, Driver, Group, Overlap, Reported, Setting, Symptom, catalogue
from tdm1.symptoms.numbers import Numbers, numbers

Array = NDArray[np.float64]
DRIVERS: tuple[Driver, ...] = get_args(Driver)
BLOOD: tuple[Blood, ...] = get_args(Blood)

#: Units of the blood and heart values.
BLOOD_UNITS: dict[Blood, str] = {"platelets": "10*9/L", "neutrophils": "10*9/L", "haemoglobin": "g/dL", "lvef": "%"}


@dataclass(frozen=True, slots=True)
class Terms:
    """T symptoms, R reported terms, overlaps and groups of a setting.

    driver, lab            (T,) column of the driver; of the blood value (the last column: none)
    background, drug       (T,) 1/day; of infusion reactions per first infusion
    share_grade3plus       (T,) 1 for terms that count severe events alone
    duration_day, permanent_share   (T,)
    worsens, at_infusion   columns of the symptoms that climb, and of those that come with an infusion
    climb_day              days on T-DM1 for one grade
    share_grade2, share_grade4   of grade 2 among 1 and 2, of grade 4 among 3 and 4
    chance                 (R, 5) chance that a worst measured grade of 0 to 4 is reported
    overlap_limits         limit of the blood value of each overlap
    serious_share          of patients with a severe event, those in whom one is serious
    """

    setting: Setting
    symptoms: tuple[Symptom, ...]
    reported: tuple[Reported, ...]
    overlaps: tuple[Overlap, ...]
    groups: tuple[Group, ...]
    driver: NDArray[np.int_]
    lab: NDArray[np.int_]
    background: Array
    drug: Array
    share_grade3plus: Array
    duration_day: Array
    permanent_share: Array
    worsens: NDArray[np.int_]
    at_infusion: NDArray[np.int_]
    climb_day: float
    share_grade2: float
    share_grade4: float
    chance: Array
    overlap_limits: tuple[float, ...]
    serious_share: float

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all terms: symptoms, reported terms, overlaps, groups."""
        return tuple(term.name for term in (*self.symptoms, *self.reported, *self.overlaps, *self.groups))

    def column(self, symptom: str) -> int | None:
        """Column of a symptom; None where the setting does not have it."""
        return next((place for place, term in enumerate(self.symptoms) if term.name == symptom), None)


def terms(setting: Setting, chosen: Numbers | None = None) -> Terms:
    """The terms of a setting with its numbers, or with others. Raises EvidenceError for an unknown setting."""
    values = numbers(setting) if chosen is None else chosen
    known = catalogue()
    own = tuple(term for term in known.symptoms if setting in term.settings)
    of = [values.symptoms[term.name] for term in own]
    told = [values.reported[term.name] for term in known.reported]
    return Terms(
        setting=setting,
        symptoms=own,
        reported=known.reported,
        overlaps=known.overlaps,
        groups=known.groups,
        driver=np.array([DRIVERS.index(term.driver) for term in own]),
        lab=np.array([len(BLOOD) if term.lab is None else BLOOD.index(term.lab) for term in own]),
        background=np.array([number.background_per_day for number in of]),
        drug=np.array([number.drug_per_day for number in of]),
        share_grade3plus=np.array(
            [1.0 if term.only_severe else n.share_grade3plus for term, n in zip(own, of, strict=True)]
        ),
        duration_day=np.array([term.duration_day for term in own]),
        permanent_share=np.array([term.permanent_share for term in own]),
        worsens=np.array([place for place, term in enumerate(own) if term.worsens], int),
        at_infusion=np.array([place for place, term in enumerate(own) if term.driver == "infusion"], int),
        climb_day=evidence.value("symptoms.neuropathy_worsening", "day"),
        share_grade2=evidence.value("symptoms.share_grade2", "1"),
        share_grade4=evidence.value("symptoms.share_grade4", "1"),
        chance=np.array([[0.0, n.grade1, n.grade2, n.grade3plus, n.grade3plus] for n in told]),
        overlap_limits=tuple(evidence.value(overlap.below, BLOOD_UNITS[overlap.blood]) for overlap in known.overlaps),
        serious_share=evidence.value(f"symptoms.serious_share_{setting}", "1"),
    )
