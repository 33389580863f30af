"""Books of the full models (drug in = drug in the body + drug out), and the stand-in for a model without a tumour."""

from __future__ import annotations

from typing import Any

from tdm1.mechanism._model import Part, Quantity, Values
from tdm1.mechanism.balance import BALANCE


def _derivatives(v: Values) -> dict[str, Any]:
    return {
        # What tumour and healthy tissue take up is part of proteolysis: it is not out until they have degraded it.
        "antibody_eliminated": v["antibody_proteolysis"] + v["target_uptake"]
        - v["tumour_antibody_uptake"] - v["organ_antibody_uptake"]
        + v["tumour_antibody_loss"] + v["organ_antibody_loss"],
        "payload_eliminated": v["payload_elimination"],
    }


FULL_BOOKS = Part(
    name="full_books",
    source="tdm1",
    states=BALANCE.states,
    parameters=(),
    inputs=(),
    needs=(
        "antibody_proteolysis", "target_uptake", "tumour_antibody_uptake", "tumour_antibody_loss",
        "organ_antibody_uptake", "organ_antibody_loss", "payload_elimination",
    ),
    quantities=(),
    provides=lambda v: {},
    derivatives=_derivatives,
    initial=BALANCE.initial,
)


def _animal_derivatives(v: Values) -> dict[str, Any]:
    return {
        "antibody_eliminated": v["antibody_proteolysis"],
        "payload_eliminated": v["payload_released"] + v["payload_proteolysis"],
    }


#: For plasma alone, without the fate of what leaves antibody: payload is out when it has left.
PLASMA_BOOKS = Part(
    name="plasma_books",
    source="tdm1",
    states=BALANCE.states,
    parameters=(),
    inputs=(),
    needs=("antibody_proteolysis", "payload_released", "payload_proteolysis"),
    quantities=(),
    provides=lambda v: {},
    derivatives=_animal_derivatives,
    initial=BALANCE.initial,
)


def _nothing(v: Values) -> dict[str, Any]:
    none = 0.0 * v["antibody_proteolysis"]
    names = ("tumour_antibody_uptake", "tumour_payload_uptake", "tumour_antibody_loss", "tumour_payload_loss")
    return {name: none for name in names}


#: Stands in for the tumour in a full model without one: nothing is taken up and nothing comes back.
NO_LESION = Part(
    name="no_lesion",
    source="tdm1",
    states=(),
    parameters=(),
    inputs=(),
    needs=("antibody_proteolysis",),
    quantities=(
        Quantity("tumour_antibody_uptake", "nmol/day", "antibody that all lesions take from plasma: none"),
        Quantity("tumour_payload_uptake", "nmol/day", "payload on it: none"),
        Quantity("tumour_antibody_loss", "nmol/day", "antibody lost in tumours: none"),
        Quantity("tumour_payload_loss", "nmol/day", "payload that leaves tumours: none"),
    ),
    provides=_nothing,
    derivatives=lambda v: {},
    initial=lambda v: {},
)
