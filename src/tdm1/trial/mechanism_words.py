"""The places of a drug, the ways between them and the steps that decide, in words, for the story of the mechanism."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class PlaceWords:
    """A place in words, and where it stands on the picture; `{payload}` is the name of what is followed."""

    id: str
    title: str
    meaning: str
    group: Literal["blood", "body", "tumour", "gone"]
    column: int
    row: int


PLACES = (
    PlaceWords("blood", "Blood, on antibody", "What was infused: {payload} carried by the antibody.", "blood", 1, 0),
    PlaceWords("tissue", "Tissue, on antibody", "Antibody spreads into tissue and comes back.", "body", 0, 0),
    PlaceWords("liver", "Liver", "Taken up from blood and broken down, without HER2.", "body", 0, 1),
    PlaceWords("marrow", "Megakaryocytes", "Taken up with the fluid around them, without HER2.", "body", 0, 2),
    PlaceWords("space", "Between tumour cells", "Antibody past the capillaries of the tumour.", "tumour", 2, 0),
    PlaceWords("surface", "On HER2 of the cells", "Bound to HER2 on the surface of the cells.", "tumour", 2, 1),
    PlaceWords("inside", "Inside tumour cells", "Taken in with HER2, on its way to the lysosome.", "tumour", 2, 2),
    PlaceWords("freed", "Freed in tumour cells", "{payload} that can act: freed by the lysosome.", "tumour", 2, 3),
    PlaceWords("blood_free", "Blood, free", "{payload} that no antibody carries any more.", "blood", 1, 2),
    PlaceWords("tissue_free", "Tissue, free", "Free {payload} in tissue.", "body", 1, 3),
    PlaceWords("gone", "Left the body", "Eliminated since the first dose.", "gone", 0, 3),
)

#: From, to, and what takes it there.
FLOWS = (
    ("blood", "tissue", "exchanges"),
    ("blood", "space", "by capillaries"),
    ("blood", "liver", "taken up"),
    ("blood", "marrow", "taken up"),
    ("blood", "blood_free", "lost by the linker or freed"),
    ("space", "surface", "binds HER2"),
    ("surface", "inside", "is taken in"),
    ("inside", "freed", "the lysosome frees {payload}"),
    ("freed", "blood_free", "leaks out"),
    ("liver", "blood_free", "given back"),
    ("marrow", "blood_free", "given back"),
    ("blood_free", "tissue_free", "exchanges"),
    ("blood_free", "gone", "cleared"),
)

#: Roles of the drug, or facts, that decide the steps, in their order.
STEPS = (
    "proteolytic_clearance", "release_rate_1", "release_rate_2", "release_rate_3", "target_capacity", "permeability",
    "tumour.krogh_radius", "cell.receptors.high", "her2_association", "her2_dissociation", "internalisation_half_life",
    "recycling_rate", "degradation_half_life", "interstitial_release", "payload_escape_half_life",
    "payload_entry_rate", "payload_target", "payload_target_constant", "kill_rate", "kill_half_concentration",
    "kill_hill", "organs.liver_share", "organs.megakaryocyte_pinocytosis", "payload_clearance",
)
