"""The books: antibody and payload that have left the body, so that drug in = drug in the body + drug out."""

from __future__ import annotations

from typing import Any

from tdm1.mechanism._model import Part, State, Values


def _derivatives(v: Values) -> dict[str, Any]:
    return {
        # The tumour's uptake is part of the conjugate's clearance: it is not out until the tumour loses it.
        "antibody_eliminated": v["conjugate_proteolysis"] + v["naked_proteolysis"]
        - v["tumour_uptake"] + v["tumour_antibody_loss"],
        "payload_eliminated": v["dm1_elimination"],
    }


def _initial(v: Values) -> dict[str, Any]:
    none = 0.0 * v["central_volume"]
    return {"antibody_eliminated": none, "payload_eliminated": none}


BALANCE = Part(
    name="balance",
    source="tdm1",
    states=(
        # Less what the tumour takes up, which at some doses is more than proteolysis removes.
        State("antibody_eliminated", "nmol", "antibody eliminated since day 0", 1.0, signed=True),
        State("payload_eliminated", "nmol", "payload eliminated since day 0", 1.0, signed=True),
    ),
    parameters=(),
    inputs=(),
    needs=("conjugate_proteolysis", "naked_proteolysis", "tumour_uptake", "tumour_antibody_loss", "dm1_elimination"),
    quantities=(),
    provides=lambda v: {},
    derivatives=_derivatives,
    initial=_initial,
)
