"""Stands in for the tumour in a model without one: nothing is taken up and nothing comes back."""

from __future__ import annotations

from typing import Any

from tdm1.mechanism._model import Part, Quantity, Values


def _nothing(v: Values) -> dict[str, Any]:
    none = 0.0 * v["deconjugation"]
    return {"tumour_uptake": none, "tumour_antibody_loss": none, "tumour_payload_loss": none}


NO_TUMOUR = Part(
    name="no_tumour",
    source="tdm1",
    states=(),
    parameters=(),
    inputs=(),
    needs=("deconjugation",),
    quantities=(
        Quantity("tumour_uptake", "nmol/day", "conjugate that all lesions take from plasma: none"),
        Quantity("tumour_antibody_loss", "nmol/day", "antibody lost in tumours: none"),
        Quantity("tumour_payload_loss", "nmol/day", "payload that leaves tumours: none"),
    ),
    provides=_nothing,
    derivatives=lambda v: {},
    initial=lambda v: {},
)
