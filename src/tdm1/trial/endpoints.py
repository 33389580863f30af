"""What an arm's summary can tell, by name: the endpoints that a published result may be compared with."""

from __future__ import annotations

from tdm1.trial.definition import Arm, PublishedArm

#: Months at which progression-free survival is reported.
PFS_MONTHS = (6, 12)
_OF_ALL = (
    "orr_pct", "dor_median_month", "pfs_median_month", *(f"pfs_pct.{month}" for month in PFS_MONTHS), "pfs_event_pct",
)
_OF_TREATMENT = (
    "dose_reduced_pct", "dose_delayed_pct", "stopped_for_ae_pct", "relative_dose_intensity_median_pct", "cycles_median",
    "treatment_median_month",
)
_GRADES = ("any_pct", "g3_pct", "g4_pct")
_SIMULATED_LABS = ("platelets_decreased", "alt_increased", "ast_increased")


def endpoints(arm: Arm) -> list[str]:
    """Names of the endpoints that this arm will have, as paths into its summary."""
    published = isinstance(arm, PublishedArm)
    labs = tuple(arm.labs) if published else _SIMULATED_LABS
    survival = () if published and arm.os is None else ("os_median_month",)
    graded = [f"labs.{analyte}.{grade}" for analyte in labs for grade in _GRADES]
    return [*_OF_ALL, *survival, *graded, *(() if published else _OF_TREATMENT)]
