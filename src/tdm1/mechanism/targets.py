"""HER2 outside the tumour: uptake of antibody by normal tissue and by shed HER2, which saturates.

Antibody with and without payload competes for the same HER2, so that all loads share one clearance, which falls as
the sum of them rises. What is taken up is degraded, and its payload freed, at once. Source: Quartino 2019 (form).
"""

from __future__ import annotations

from typing import Any


def target_clearance(antibody_nm: Any, capacity_nmol_per_day: Any, constant_nm: Any) -> Any:
    """Clearance (L/day) of every load at a concentration of all antibody (nM): capacity / (constant + antibody).

    `capacity_nmol_per_day` is the uptake at saturation, `constant_nm` the antibody at half of it, above 0.
    """
    return capacity_nmol_per_day / (constant_nm + antibody_nm)
