"""The pictures of one run, in the order of the report; a picture whose table the run lacks is left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tdm1.report import behind_a_run

if TYPE_CHECKING:
    from tdm1.report.pictures._style import Picture
    from tdm1.trial.result import ArmResult, TrialResult


def _cycle_day(arm: ArmResult) -> float:
    """Days between the first two doses as planned: the shortest that any patient had, else the label's cycle."""
    import polars as pl

    from tdm1 import evidence

    second = arm.doses.filter(pl.col("cycle") == pl.col("cycle").min() + 1) if arm.doses is not None else None
    if second is None or second.is_empty():
        return evidence.value("label.us.cycle", "day")
    return float(second["time_day"].min())  # pyright: ignore[reportArgumentType]


def _of_arm(arm: ArmResult, version: int | None) -> list[Picture | None]:
    from tdm1 import evidence
    from tdm1.report.pictures import dosing, exposure, platelets, response
    from tdm1.safety import grades

    found: list[Picture | None] = []
    if arm.bands is not None and arm.doses is not None and not arm.doses.is_empty():
        dose = float(arm.doses["level_mg_per_kg"].max())  # pyright: ignore[reportArgumentType]
        found.append(exposure.picture(arm.bands, dose, _cycle_day(arm)))
    if arm.labs is not None and version is not None:
        lower_limit = evidence.value("laboratory.lln_platelets", "10*9/L")
        edges = {
            grade: float(edge) for grade, edge in enumerate(grades.bounds("platelets", version, lln=lower_limit), 1)
        }
        found.append(platelets.picture(arm.name, arm.labs, arm.bands, edges, f"version {version}"))
    if "best_change_pct" in arm.subjects.columns and "measurable" in arm.subjects.columns and arm.doses is not None:
        partial = -100 * evidence.value("recist.partial_response_decrease", "1")
        progression = 100 * evidence.value("recist.progression_increase", "1")
        found.append(response.picture(arm.name, arm.subjects, partial, progression))
    found.append(dosing.picture(arm.name, arm.subjects))
    return found


def pictures(result: TrialResult) -> list[Picture]:
    """Every picture of the run: exposure, survival, response, platelets and dose intensity."""
    from tdm1.report.pictures import survival

    version = behind_a_run.ctcae_version(result)
    subjects = {name: arm.subjects for name, arm in result.arms.items()}
    found: list[Picture | None] = [survival.picture("pfs", subjects)]
    for arm in result.arms.values():
        found.extend(_of_arm(arm, version))
    found.append(survival.picture("os", subjects))
    return [picture for picture in found if picture is not None]
