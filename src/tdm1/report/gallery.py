"""The pictures of one run, in the order of the report; a picture whose table the run lacks is left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from tdm1.report import behind_a_run, numbers

if TYPE_CHECKING:
    import polars as pl

    from tdm1.report.pictures._style import Picture
    from tdm1.report.pictures.compared import Share
    from tdm1.trial.result import ArmResult, TrialResult

#: Shares that are drawn beside the published ones: key of the summary -> key, title and rows of the picture.
_SHARES = {
    "adverse_events": ("events", "Adverse events", "each adverse event"),
    "labs": ("grades", "Worst laboratory grades", "each laboratory abnormality"),
}
#: Grades of a bound that is drawn as a line in the laboratory picture.
_GRADES_DRAWN = (1, 3)


def _doses(arm: ArmResult) -> pl.DataFrame | None:
    """Doses of T-DM1; None where the arm has none."""
    import polars as pl

    if arm.doses is None:
        return None
    own = arm.doses.filter(pl.col("drug").cast(pl.String) == "T-DM1")
    return None if own.is_empty() else own


def _cycle_day(doses: pl.DataFrame | None) -> float:
    """Days between the first two doses as planned: the shortest that any patient had, else the label's cycle."""
    import polars as pl

    from tdm1 import evidence

    second = doses.filter(pl.col("cycle") == pl.col("cycle").min() + 1) if doses is not None else None
    if second is None or second.is_empty():
        return evidence.value("label.us.cycle", "day")
    return float(second["time_day"].min())  # pyright: ignore[reportArgumentType]


def _limits(analyte: str) -> dict[str, float]:
    """The laboratory's limit that grades an analyte, in the unit of its values (bilirubin: multiples of its own)."""
    from tdm1 import evidence

    value = evidence.value
    if analyte in ("alt", "ast"):
        return {"uln": value(f"laboratory.uln_{analyte}", "U/L")}
    units = {"platelets": "10*9/L", "neutrophils": "10*9/L", "haemoglobin": "g/dL", "potassium": "mmol/L"}
    return {"lln": value(f"laboratory.lln_{analyte}", units[analyte])} if analyte in units else {}


def bounds(analyte: str, version: int) -> dict[int, float]:
    """The value at which each grade of an analyte begins, where it has one bound; empty for the ejection fraction."""
    import math

    from tdm1.safety import grades

    if analyte not in grades.ANALYTES or analyte == "lvef":
        return {}
    found = grades.bounds(analyte, version, **_limits(analyte))
    return {grade: float(edge) for grade, edge in enumerate(found, 1) if math.isfinite(float(edge))}


def _of_arm(arm: ArmResult, version: int | None, suffix: str) -> list[Picture | None]:
    from tdm1 import evidence
    from tdm1.report.pictures import dosing, exposure, platelets, response

    found: list[Picture | None] = []
    doses = _doses(arm)
    if arm.bands is not None and doses is not None:
        dose = float(doses["level_mg_per_kg"].max())  # pyright: ignore[reportArgumentType]
        found.append(exposure.picture(arm.bands, dose, _cycle_day(doses), f"exposure{suffix}"))
    if arm.labs is not None and version is not None and doses is not None:
        edges = bounds("platelets", version)
        key = f"platelets{suffix}"
        found.append(platelets.picture(arm.name, arm.labs, arm.bands, edges, f"version {version}", key))
    if "best_change_pct" in arm.subjects.columns and "measurable" in arm.subjects.columns and arm.doses is not None:
        partial = -100 * evidence.value("recist.partial_response_decrease", "1")
        progression = 100 * evidence.value("recist.progression_increase", "1")
        found.append(response.picture(arm.name, arm.subjects, partial, progression, f"response{suffix}"))
    found.append(dosing.picture(arm.name, arm.subjects, f"intensity{suffix}"))
    return found


def _laboratory(result: TrialResult, version: int | None) -> Picture | None:
    from tdm1.report.pictures import laboratory
    from tdm1.safety import grades

    labs = {name: arm.labs for name, arm in result.arms.items() if arm.labs is not None}
    if not labs or version is None:
        return None
    drawn = {
        name: {grade: at for grade, at in bounds(name, version).items() if grade in _GRADES_DRAWN}
        for name in grades.ANALYTES
    }
    cycle = min(_cycle_day(arm.doses) for arm in result.arms.values() if arm.labs is not None)
    return laboratory.picture(labs, drawn, f"version {version}", cycle)


def shares(result: TrialResult, kind: str) -> list[Share]:
    """Shares of patients of one kind (`labs` or `adverse_events`): those that were published, else all simulated."""
    from tdm1.report.pictures.compared import Share

    words = numbers.analyte_words if kind == "labs" else numbers.event_words
    compared = [row for row in result.comparison if row.endpoint.startswith(f"{kind}.")]
    if compared:
        parts = [(row, *row.endpoint.split(".")[1:]) for row in compared]
        return [
            Share(row.arm, words(term), grade, row.simulated, row.published, row.lower95, row.upper95)
            for row, term, grade in parts
        ]
    found: list[Share] = []
    for arm, summary in result.summary.items():
        told = cast("dict[str, dict[str, Any]]", summary.get(kind) or {})
        found += [
            Share(arm, words(term), grade, float(share))
            for term, grades in told.items() for grade, share in grades.items() if share == share
        ]
    return found


def pictures(result: TrialResult) -> list[Picture]:
    """Every picture of the run: survival, exposure, response, platelets, dosing, laboratory values, adverse events."""
    from tdm1.report.pictures import compared, survival

    version = behind_a_run.ctcae_version(result)
    subjects = {name: arm.subjects for name, arm in result.arms.items()}
    found: list[Picture | None] = [survival.picture("pfs", subjects), survival.picture("idfs", subjects)]
    for number, arm in enumerate(result.arms.values()):
        found.extend(_of_arm(arm, version, f"-{number + 1}" if number else ""))
    found.append(survival.picture("os", subjects))
    found.append(_laboratory(result, version))
    for kind, (key, title, what) in _SHARES.items():
        found.append(compared.picture(shares(result, kind), key=key, title=title, what=what))
    return [picture for picture in found if picture is not None]
