"""Trial tables under CDISC ADaM names: ADSL, ADTTE, ADLB, ADTR, ADEX, ADPP and ADAE.

One row a patient in ADSL, one row an event in ADAE, one row a value in the others (PARAMCD, AVAL, AVALU). Every
column is in the register `variables()`, with its label and unit. A column of the trial that the register does not
know is kept in ADSL under its own name in capitals. Worst grades of adverse events are not kept twice: they are those
of a patient's rows in ADAE, and those of a group of terms are those of its members.

Source: CDISC Analysis Data Model Implementation Guide (variable names and structures, own words).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import polars as pl

from tdm1.interop._adam_variables import (
    ADVERSE_EVENT,
    EXPOSURE_PARAMETERS,
    KEYS,
    LAB_PARAMETERS,
    OTHERS,
    SUBJECT,
    SURVIVAL,
    SURVIVALS,
    Variable,
)

DATASETS = ("ADSL", "ADTTE", "ADLB", "ADTR", "ADEX", "ADPP", "ADAE")


class AdamError(ValueError):
    """A trial table that cannot be written under ADaM names."""


class ArmTables(Protocol):
    """The tables of one arm; those it does not have are None."""

    @property
    def subjects(self) -> pl.DataFrame:
        """One row a patient."""
        ...

    @property
    def labs(self) -> pl.DataFrame | None:
        """Laboratory values."""
        ...

    @property
    def doses(self) -> pl.DataFrame | None:
        """Infusions."""
        ...

    @property
    def tumour(self) -> pl.DataFrame | None:
        """Scans."""
        ...

    @property
    def adverse_events(self) -> pl.DataFrame | None:
        """Episodes of adverse events."""
        ...

    @property
    def exposure(self) -> pl.DataFrame | None:
        """Exposure by cycle."""
        ...


def _keys(study: str, number: int, arm: str) -> list[pl.Expr]:
    patient = pl.col("patient").cast(pl.Int64)
    return [
        pl.lit(study).alias("STUDYID"),
        pl.format("{}-{}-{}", pl.lit(study), pl.lit(str(number)), patient.cast(pl.String).str.zfill(6)).alias(
            "USUBJID"
        ),
        patient.alias("SUBJID"),
        pl.lit(arm).alias("TRT01P"),
    ]


def _study_day(column: str) -> pl.Expr:
    # ADaM has no study day 0: the day of the first dose is day 1.
    day = pl.when(pl.col(column).is_finite()).then(pl.col(column))
    return day.floor().cast(pl.Int64) + (day >= 0).cast(pl.Int64)


def _time() -> list[pl.Expr]:
    return [_study_day("time_day").alias("ADY"), pl.col("time_day").cast(pl.Float64).alias("ARELTM")]


def _yes_no(column: pl.Expr) -> pl.Expr:
    return pl.when(column).then(pl.lit("Y")).when(column.is_null()).then(None).otherwise(pl.lit("N"))


def subject_level(study: str, number: int, arm: str, subjects: pl.DataFrame) -> pl.DataFrame:
    """ADSL of one arm: one row a patient, flags as Y and N."""
    known = {ours: variable.name for variable in SUBJECT for ours in variable.ours.split(", ")}
    columns: list[pl.Expr] = []
    for ours, kind in subjects.schema.items():
        if ours == "patient" or ours in SURVIVAL or ours.startswith(ADVERSE_EVENT):
            continue
        column = _yes_no(pl.col(ours)) if kind == pl.Boolean else pl.col(ours)
        columns.append(column.alias(known.get(ours, ours.upper())))
    return subjects.select(*_keys(study, number, arm), *columns)


def time_to_event(study: str, number: int, arm: str, subjects: pl.DataFrame) -> pl.DataFrame:
    """ADTTE of one arm: PFS or IDFS, and OS, in months; CNSR is 0 for an event and 1 for a censored time."""
    parts = [
        subjects.select(
            *_keys(study, number, arm),
            pl.lit(code).alias("PARAMCD"),
            pl.lit(words).alias("PARAM"),
            pl.col(f"{code.lower()}_month").cast(pl.Float64).alias("AVAL"),
            pl.lit("MONTHS").alias("AVALU"),
            (1 - pl.col(f"{code.lower()}_event").cast(pl.Int64)).alias("CNSR"),
        )
        for code, words in SURVIVALS.items()
        if f"{code.lower()}_month" in subjects.columns
    ]
    return pl.concat(parts) if parts else pl.DataFrame()


def laboratory(study: str, number: int, arm: str, labs: pl.DataFrame) -> pl.DataFrame:
    """ADLB of one arm. Raises AdamError for an analyte without a parameter code."""
    labs = labs.with_columns(pl.col("analyte", "unit").cast(pl.String))
    unknown = sorted(set(labs["analyte"].unique()) - set(LAB_PARAMETERS))
    if unknown:
        raise AdamError(f"no ADaM parameter code for {', '.join(unknown)}; add it to LAB_PARAMETERS")
    return labs.select(
        *_keys(study, number, arm),
        pl.col("analyte").replace_strict({key: code for key, (code, _) in LAB_PARAMETERS.items()}).alias("PARAMCD"),
        pl.col("analyte").replace_strict({key: words for key, (_, words) in LAB_PARAMETERS.items()}).alias("PARAM"),
        pl.col("value").cast(pl.Float64).alias("AVAL"),
        pl.col("unit").alias("AVALU"),
        *_time(),
        pl.col("grade").alias("ATOXGR"),
    )


def tumour_response(study: str, number: int, arm: str, tumour: pl.DataFrame) -> pl.DataFrame:
    """ADTR of one arm: the sum of target lesion diameters at each scan."""
    return tumour.select(
        *_keys(study, number, arm),
        pl.lit("SUMDIAM").alias("PARAMCD"),
        pl.lit("Sum of Diameters of Target Lesions").alias("PARAM"),
        pl.col("sum_of_diameters_mm").cast(pl.Float64).alias("AVAL"),
        pl.lit("mm").alias("AVALU"),
        *_time(),
        pl.col("change_pct").cast(pl.Float64).alias("PCHG"),
    )


def dosing(study: str, number: int, arm: str, doses: pl.DataFrame) -> pl.DataFrame:
    """ADEX of one arm: every infusion, in mg."""
    return doses.select(
        *_keys(study, number, arm),
        pl.lit("DOSE").alias("PARAMCD"),
        pl.lit("Dose Administered").alias("PARAM"),
        pl.col("dose_mg").cast(pl.Float64).alias("AVAL"),
        pl.lit("mg").alias("AVALU"),
        *_time(),
        pl.col("drug").cast(pl.String).alias("EXTRT"),
        pl.col("cycle").cast(pl.Int64).alias("AVISITN"),
        pl.col("level_mg_per_kg").cast(pl.Float64).alias("DOSELVL"),
        pl.col("weight_kg").cast(pl.Float64).alias("WEIGHT"),
        pl.col("infusion_day").cast(pl.Float64).alias("INFDUR"),
    )


def exposure_parameters(study: str, number: int, arm: str, exposure: pl.DataFrame) -> pl.DataFrame:
    """ADPP of one arm: AUC, Cmax and trough of the conjugate in each cycle."""
    parts = [
        exposure.select(
            *_keys(study, number, arm),
            pl.lit(code).alias("PARAMCD"),
            pl.lit(words).alias("PARAM"),
            pl.col(column).cast(pl.Float64).alias("AVAL"),
            pl.lit(unit).alias("AVALU"),
            pl.col("cycle").cast(pl.Int64).alias("AVISITN"),
        )
        for column, (code, words, unit) in EXPOSURE_PARAMETERS.items()
    ]
    return pl.concat(parts)


def _episodes_of(subjects: pl.DataFrame) -> pl.DataFrame:
    """The worst grade of each term as one event a patient, without days, for an arm that tells no episodes."""
    columns = [column for column in subjects.columns if column.startswith(ADVERSE_EVENT)]
    if not columns:
        return pl.DataFrame()
    worst = subjects.select("patient", *columns)
    long = worst.unpivot(columns, index="patient", variable_name="term", value_name="grade")
    return long.filter(pl.col("grade") > 0).select(
        "patient",
        pl.col("term").str.strip_prefix(ADVERSE_EVENT),
        pl.lit(None, dtype=pl.Float64).alias("start_day"),
        pl.lit(None, dtype=pl.Float64).alias("end_day"),
        "grade",
        pl.lit(None, dtype=pl.Boolean).alias("serious"),
    )


def adverse_events(
    study: str, number: int, arm: str, subjects: pl.DataFrame, episodes: pl.DataFrame | None
) -> pl.DataFrame:
    """ADAE of one arm: every episode, or where an arm has none the worst grade of each term without its days."""
    from tdm1.symptoms import catalogue

    told = _episodes_of(subjects) if episodes is None else episodes
    if told.is_empty():
        return pl.DataFrame()
    known = catalogue()
    terms = (*known.symptoms, *known.reported, *known.overlaps, *known.groups)
    words, system = {one.name: one.plain for one in terms}, {one.name: one.system for one in terms}
    ordered = told.sort("patient", "start_day", "term", nulls_last=True)
    lasted = pl.col("end_day") - pl.col("start_day")
    goes_on = pl.col("end_day").is_infinite()
    return ordered.select(
        *_keys(study, number, arm),
        pl.int_range(1, pl.len() + 1).over("patient").alias("AESEQ"),
        pl.col("term").alias("AEDECOD"),
        pl.col("term").replace_strict(words, default=pl.col("term").str.replace_all("_", " ")).alias("AETERM"),
        pl.col("term").replace_strict(system, default="").alias("AEBODSYS"),
        pl.col("grade").cast(pl.Int64).alias("AETOXGR"),
        _yes_no(pl.col("serious")).alias("AESER"),
        _study_day("start_day").alias("ASTDY"),
        _study_day("end_day").alias("AENDY"),
        pl.when(lasted.is_finite()).then(lasted).alias("ADURN"),
        pl.when(goes_on).then(pl.lit("ONGOING")).when(goes_on.is_not_null()).then(pl.lit("")).alias("AEENRF"),
    )


def tables_of_arm(study: str, number: int, arm: str, made: ArmTables) -> dict[str, pl.DataFrame]:
    """The ADaM tables, by name, of some patients of the arm of this number (1 is the first), less what it lacks.

    Patients stay together and in order, so the tables of an arm are those of its parts one after the other.
    """
    found = {
        "ADSL": subject_level(study, number, arm, made.subjects),
        "ADTTE": time_to_event(study, number, arm, made.subjects),
    }
    events = adverse_events(study, number, arm, made.subjects, made.adverse_events)
    if not events.is_empty():
        found["ADAE"] = events
    if made.labs is not None:
        found["ADLB"] = laboratory(study, number, arm, made.labs)
    if made.tumour is not None:
        found["ADTR"] = tumour_response(study, number, arm, made.tumour)
    if made.doses is not None:
        found["ADEX"] = dosing(study, number, arm, made.doses)
    if made.exposure is not None:
        found["ADPP"] = exposure_parameters(study, number, arm, made.exposure)
    return found


def tables(study: str, arms: Mapping[str, ArmTables]) -> dict[str, pl.DataFrame]:
    """Every ADaM table of a trial by its name, the arms one after the other; a table no arm has is left out."""
    found: dict[str, list[pl.DataFrame]] = {name: [] for name in DATASETS}
    for number, (arm, made) in enumerate(arms.items(), start=1):
        for name, table in tables_of_arm(study, number, arm, made).items():
            found[name].append(table)
    # Arms may know different things of a patient; a column that one arm lacks is null there.
    return {name: pl.concat(parts, how="diagonal_relaxed") for name, parts in found.items() if parts}


def variables() -> pl.DataFrame:
    """The register: dataset, variable, label, unit and the trial's own column of every exported column."""
    keys = [Variable(dataset, name, label, "text", "") for dataset in DATASETS for name, label in KEYS]
    rows = [*keys, *SUBJECT, *OTHERS]
    return pl.DataFrame(
        [(row.dataset, row.name, row.label, row.unit, row.ours) for row in rows],
        schema=["dataset", "variable", "label", "unit", "column"],
        orient="row",
    )
