"""The models that tdm1 ships, as parts put together."""

from __future__ import annotations

from functools import cache

from tdm1 import evidence
from tdm1.evidence.drugs import Drug, drug, drugs
from tdm1.mechanism._model import Model, Part
from tdm1.mechanism.animals import animal_plasma
from tdm1.mechanism.balance import BALANCE
from tdm1.mechanism.bilirubin import BILIRUBIN
from tdm1.mechanism.by_dar import plasma_by_dar
from tdm1.mechanism.clones import CLONES, ZONES, Clone, Zone
from tdm1.mechanism.full_books import FULL_BOOKS, NO_LESION, PLASMA_BOOKS
from tdm1.mechanism.haemoglobin import HAEMOGLOBIN
from tdm1.mechanism.heart import HEART
from tdm1.mechanism.in_vitro import dish
from tdm1.mechanism.lesion import lesion
from tdm1.mechanism.nerves import NERVES
from tdm1.mechanism.neutrophils import NEUTROPHILS
from tdm1.mechanism.no_tumour import NO_TUMOUR
from tdm1.mechanism.organs import organs
from tdm1.mechanism.payload import PAYLOAD
from tdm1.mechanism.plasma import PLASMA
from tdm1.mechanism.platelets import PLATELETS
from tdm1.mechanism.potassium import POTASSIUM
from tdm1.mechanism.released import released
from tdm1.mechanism.transaminases import TRANSAMINASES
from tdm1.mechanism.tumour import TUMOUR

#: What a laboratory or a heart test sees, and the exposure of the nerves.
_SAFETY = (PLATELETS, TRANSAMINASES, NEUTROPHILS, HAEMOGLOBIN, BILIRUBIN, POTASSIUM, HEART, NERVES)


@cache
def t_dm1() -> Model:
    """The whole chain: plasma, tumour, released DM1, balance, blood, liver, potassium, heart and nerves."""
    return Model("t_dm1", (PLASMA, TUMOUR, PAYLOAD, BALANCE, *_SAFETY))


@cache
def t_dm1_adjuvant() -> Model:
    """The chain without a tumour, for patients whose tumour has been removed; everything else as in `t_dm1`."""
    return Model("t_dm1_adjuvant", (PLASMA, NO_TUMOUR, PAYLOAD, BALANCE, *_SAFETY))


@cache
def t_dm1_plasma() -> Model:
    """Plasma alone: conjugate, total antibody, DM1 and the balance, without a tumour."""
    return Model("t_dm1_plasma", (PLASMA, NO_TUMOUR, PAYLOAD, BALANCE))


#: Highest load that the human models follow: one payload on each of the eight cysteines of T-DXd.
_HIGHEST_LOAD = 8


@cache
def by_dar_rat() -> Model:
    """T-DM1 by load in rat plasma (Bender 2014), with its books."""
    return Model("by_dar_rat", (animal_plasma("rat"), PLASMA_BOOKS))


@cache
def by_dar_monkey() -> Model:
    """T-DM1 by load in the plasma of cynomolgus monkeys (Bender 2014), with its books."""
    return Model("by_dar_monkey", (animal_plasma("monkey"), PLASMA_BOOKS))


def _human_plasma(of: Drug) -> Part:
    facts = {
        **of.roles,
        "smallest_antibody": "by_dar.smallest_antibody",
        "baseline_trastuzumab": "population.baseline_trastuzumab",
    }
    return plasma_by_dar(facts, source="bender2014", highest=_HIGHEST_LOAD)


@cache
def plasma_of(name: str) -> Model:
    """Plasma by load, healthy tissue and free payload of the drug called `name` (a card of evidence.drugs), no tumour.

    Raises EvidenceError, with the nearest name, for an unknown drug.
    """
    of = drug(name)
    return Model(f"plasma_{name}", (_human_plasma(of), NO_LESION, organs(of), released(of, _HIGHEST_LOAD), FULL_BOOKS))


@cache
def full(name: str, clones: tuple[Clone, ...] = CLONES, zones: tuple[Zone, ...] = ZONES) -> Model:
    """The whole mechanism of a drug: plasma by load, heterogeneous tumour, healthy tissue, free payload and the books.

    `clones` and `zones` make up the tumour. Raises EvidenceError, with the nearest name, for an unknown drug.
    """
    of = drug(name)
    parts = (_human_plasma(of), lesion(of, clones, zones), organs(of), released(of, _HIGHEST_LOAD), FULL_BOOKS)
    usual = (clones, zones) == (CLONES, ZONES)
    return Model(f"full_{name}" if usual else f"full_{name}_other_tumour", parts)


@cache
def in_vitro(name: str) -> Model:
    """Cells in a dish with the drug called `name`. Raises EvidenceError, with the nearest name, for an unknown drug."""
    return Model(f"in_vitro_{name}", (dish(drug(name)),))


def carries_payload(name: str) -> bool:
    """Whether any of the drug's antibody is given with payload. Raises EvidenceError for an unknown drug."""
    roles = drug(name).roles
    return any(evidence.value(roles[f"dar_share_{load}"], "1") > 0.0 for load in range(1, _HIGHEST_LOAD + 1))


def shipped() -> tuple[Model, ...]:
    """Every model, for the gates that loop over all of them."""
    return (
        t_dm1(), t_dm1_adjuvant(), t_dm1_plasma(), by_dar_rat(), by_dar_monkey(),
        *(plasma_of(name) for name in drugs()), *(full(name) for name in drugs()),
        # A drug without payload does nothing to cells in a dish.
        *(in_vitro(name) for name in drugs() if carries_payload(name)),
    )
