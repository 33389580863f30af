"""Clones and zones of a heterogeneous tumour: which cells, with how much HER2, in what kind of tissue."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Clone:
    """Cells alike in HER2: their name, and the facts of their receptors (None: no HER2) and share (None: the rest)."""

    name: str
    receptors: str | None
    share: str | None


@dataclass(frozen=True, slots=True)
class Zone:
    """Tissue alike in supply: its name, and the facts of its Krogh radius and share (None: the rest)."""

    name: str
    krogh_radius: str
    share: str | None


#: A tumour that counts as HER2-positive: most cells have much HER2, some little, a few none.
CLONES = (
    Clone("high", "cell.receptors.high", None),
    Clone("low", "cell.receptors.low", "lesion.share_low"),
    Clone("lost", None, "lesion.share_lost"),
)
#: Well and poorly supplied tissue.
ZONES = (
    Zone("well", "tumour.krogh_radius", None),
    Zone("poor", "lesion.krogh_radius_poor", "lesion.share_poor"),
)
