"""A made-up finished trial with the shape of a real one, for tests of the faces. Its numbers mean nothing."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import polars as pl

from tdm1.trial.result import ArmResult, ComparisonRow, TrialResult

WHEN = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

DEFINITION = """\
ctcae: "3.0"
name: madeup
setting: metastatic
region: US
title: A made-up trial for tests
seed: 7
"""


def _subjects(rng: np.random.Generator, n: int, pfs_median: float, treated: bool) -> pl.DataFrame:
    pfs = rng.exponential(pfs_median / np.log(2), n)
    os = pfs + rng.exponential(20.0, n)
    cut = rng.uniform(6, 28, n)
    change = np.clip(rng.normal(-25, 35, n), -100, 90)
    best = np.select([change <= -99, change <= -30, change < 20], ["CR", "PR", "SD"], "PD")
    best = np.where(rng.uniform(size=n) < 0.04, "NE", best)
    frame = pl.DataFrame(
        {
            "patient": np.arange(n),
            "age_year": rng.normal(53, 10, n).round(),
            "weight_kg": rng.normal(70, 12, n).round(1),
            "measurable": rng.uniform(size=n) < 0.8,
            "best_response": best,
            "best_change_pct": np.where(best == "NE", np.nan, change),
            "pfs_month": np.minimum(pfs, cut),
            "pfs_event": pfs <= cut,
            "os_month": np.minimum(os, cut + 6),
            "os_event": os <= cut + 6,
        }
    )
    if not treated:
        return _with_events(rng, frame, {"nausea": 0.45, "diarrhea": 0.8})
    frame = _with_events(rng, frame, {"nausea": 0.4, "fatigue": 0.35, "thrombocytopenia": 0.3})
    return frame.with_columns(
        reduced=pl.Series(rng.uniform(size=n) < 0.16),
        delayed=pl.Series(rng.uniform(size=n) < 0.25),
        stopped_for_ae=pl.Series(rng.uniform(size=n) < 0.06),
        stop_reason=pl.Series(np.where(rng.uniform(size=n) < 0.1, "M3", "progression")),
        cycles=pl.Series(rng.integers(1, 30, n)),
        relative_dose_intensity_pct=pl.Series(np.clip(100 - rng.exponential(6, n), 30, 100)),
        solve_status=pl.Series(["ok"] * n),
        grade_platelets=pl.Series(rng.integers(0, 5, n)),
        grade_alt=pl.Series(rng.integers(0, 4, n)),
        grade_ast=pl.Series(rng.integers(0, 4, n)),
    )


def _labs(rng: np.random.Generator, n: int) -> pl.DataFrame:
    """Platelets that fall and recover, and ALT that rises slowly."""
    platelets = _platelets(rng, n)
    alt = platelets.with_columns(
        analyte=pl.lit("alt"), value=20.0 + 4000.0 / pl.col("value"), unit=pl.lit("U/L"), grade=pl.lit(0)
    ).cast(dict(platelets.schema))
    return pl.concat([platelets, alt]).sort("patient", "time_day", "analyte")


def _platelets(rng: np.random.Generator, n: int) -> pl.DataFrame:
    days = np.arange(0, 85, 7.0)
    base = rng.lognormal(np.log(250), 0.3, n)
    dip = 1 - np.exp(-(((days % 21 - 8) / 5) ** 2)) * rng.uniform(0.2, 0.85, (n, 1)) * (days > 0)
    value = base[:, None] * dip
    edges = (150.0, 75.0, 50.0, 25.0)
    grade = sum((value < edge).astype(int) for edge in edges)
    rows = {
        "patient": np.repeat(np.arange(n), len(days)),
        "time_day": np.tile(days, n),
        "analyte": ["platelets"] * n * len(days),
        "value": value.ravel(),
        "unit": ["10*9/L"] * n * len(days),
        "grade": np.asarray(grade).ravel(),
    }
    return pl.DataFrame(rows)


def _bands() -> pl.DataFrame:
    days = np.concatenate([np.linspace(0, 84, 169), [0.0625, 21.02]])
    days.sort()
    conjugate = 75.0 * np.exp(-0.17 * (days % 21))
    platelets = 250 - 90 * np.exp(-((((days % 21) - 8) / 5) ** 2))
    frames = [
        pl.DataFrame(
            {
                "time_day": days,
                "observable": [name] * len(days),
                "unit": [unit] * len(days),
                "p05": middle * low,
                "median": middle,
                "p95": middle * high,
            }
        )
        for name, unit, middle, low, high in (
            ("conjugate", "ug/mL", conjugate, 0.6, 1.5),
            ("platelets", "10*9/L", platelets, 0.5, 1.6),
        )
    ]
    return pl.concat(frames)


def treated_arm(rng: np.random.Generator, n: int) -> ArmResult:
    cycle = np.tile(np.arange(1, 4), n)
    patient = np.repeat(np.arange(n), 3)
    doses = pl.DataFrame(
        {
            "patient": patient,
            "cycle": cycle,
            "time_day": (cycle - 1) * 21.0,
            "level_mg_per_kg": np.full(3 * n, 3.6),
            "weight_kg": np.full(3 * n, 70.0),
            "dose_mg": np.full(3 * n, 252.0),
            "infusion_day": np.full(3 * n, 0.0625),
            "drug": ["T-DM1"] * (3 * n),
        }
    )
    some = rng.choice(n, size=max(n // 3, 6), replace=True)
    rules = np.array(["M9", "M10", "M2", "M3", "M7"])[np.arange(len(some)) % 5]
    action = {"M9": "hold", "M10": "reduce", "M2": "reduce", "M3": "stop", "M7": "stop"}
    decisions = pl.DataFrame(
        {
            "patient": some,
            "time_day": rng.integers(1, 10, len(some)) * 21.0,
            "action": [action[rule] for rule in rules],
            "rule": rules,
            "finding": ["platelets 41" if rule in ("M9", "M10") else "ALT 6.1 x ULN" for rule in rules],
        }
    )
    scans = np.arange(1, 4) * 42.0
    tumour = pl.DataFrame(
        {
            "patient": np.repeat(np.arange(n), 3),
            "time_day": np.tile(scans, n),
            "sum_of_diameters_mm": rng.uniform(10, 90, 3 * n),
            "change_pct": rng.uniform(-80, 40, 3 * n),
        }
    )
    exposure = pl.DataFrame(
        {
            "patient": patient,
            "cycle": cycle,
            "auc_ug_day_per_ml": rng.normal(480, 60, 3 * n),
            "cmax_ug_per_ml": rng.normal(83, 16, 3 * n),
            "trough_ug_per_ml": rng.lognormal(0, 0.6, 3 * n),
        }
    )
    subjects = _subjects(rng, n, 9.6, True)
    return ArmResult(
        "T-DM1", n, subjects, _labs(rng, n), doses, decisions, tumour, exposure, _episodes(subjects), _bands()
    )


def _with_events(rng: np.random.Generator, subjects: pl.DataFrame, shares: dict[str, float]) -> pl.DataFrame:
    """Worst grades of adverse events: a share of patients has grade 1 or 2, a quarter of them grade 3."""
    n = len(subjects)
    worst = {
        f"ae_{term}": np.where(rng.uniform(size=n) < share, rng.choice([1, 2, 2, 3], n), 0).astype(np.int8)
        for term, share in shares.items()
    }
    return subjects.with_columns(**{name: pl.Series(grades) for name, grades in worst.items()})


def _episodes(subjects: pl.DataFrame) -> pl.DataFrame:
    """One episode for every worst grade above 0; those of even patients go on."""
    parts = [
        subjects.filter(pl.col(column) > 0).select(
            pl.col("patient").cast(pl.Int64),
            pl.lit(column.removeprefix("ae_")).alias("term"),
            pl.lit(3.0).alias("start_day"),
            pl.when(pl.col("patient") % 2 == 0).then(float("inf")).otherwise(9.5).alias("end_day"),
            pl.col(column).cast(pl.Int64).alias("grade"),
            (pl.col(column) >= 3).alias("serious"),
        )
        for column in subjects.columns
        if column.startswith("ae_")
    ]
    return pl.concat(parts).sort("patient", "start_day", "term")


def after_surgery(n: int = 40, seed: int = 7) -> TrialResult:
    """A finished made-up trial after surgery: recurrence instead of a tumour, T-DM1 and trastuzumab."""
    rng = np.random.default_rng(seed)
    arms: dict[str, ArmResult] = {}
    for name, drug, risk in (("T-DM1", "T-DM1", 0.1), ("trastuzumab", "trastuzumab", 0.3)):
        made = treated_arm(rng, n)
        left = ["measurable", "best_response", "best_change_pct", "pfs_month", "pfs_event"]
        time, cut = rng.exponential(60.0 / risk, n), rng.uniform(60, 110, n)
        subjects = made.subjects.drop(left).with_columns(
            idfs_month=pl.Series(np.minimum(time, cut)),
            idfs_event=pl.Series(time <= cut),
            recurrence_site=pl.Series(np.where(time <= cut, "distant", "")),
            os_month=pl.Series(cut),
            os_event=pl.Series(np.zeros(n, bool)),
            switched=pl.Series(rng.uniform(size=n) < 0.1),
            completed=pl.Series(rng.uniform(size=n) < 0.7),
        )
        assert made.doses is not None
        doses = made.doses.with_columns(drug=pl.lit(drug))
        mine = name == "T-DM1"
        arms[name] = ArmResult(
            name, n, subjects, made.labs, doses, made.decisions if mine else None, None,
            made.exposure if mine else None, made.adverse_events, made.bands if mine else None,
        )
    shown = {name: {**summary(n, 0.0, 0.0), "orr_pct": None, "pfs_median_month": None, "pfs_pct": {},
                    "idfs_pct": {"36": 88.0, "84": 80.0}} for name in arms}
    row = ComparisonRow(
        "T-DM1", "idfs_pct.36", "%", 88.3, 85.8, 90.7, False, 88.0, 85.0, 91.0, True, "calibrated", "uspi_2013", "read"
    )
    definition = DEFINITION.replace('ctcae: "3.0"', 'ctcae: "4.03"').replace("metastatic", "early")
    return TrialResult(
        "madeup", "A made-up trial after surgery", seed, 2 * n, 3.21, 0, arms, [row], shown, definition
    )


def summary(n: int, orr: float, pfs: float) -> dict[str, object]:
    return {
        "n": n,
        "orr_pct": orr,
        "pfs_median_month": pfs,
        "pfs_pct": {"6": 62.0, "12": 41.0},
        "os_median_month": float("nan"),
        "idfs_pct": {},
        "labs": {"platelets_decreased": {"any_pct": 80.0, "g3_pct": 13.5, "g4_pct": 2.5}},
        "adverse_events": {"nausea": {"any_pct": 40.0, "g3plus_pct": 9.0}},
        "dose_reduced_pct": 16.0,
        "dose_delayed_pct": 25.0,
        "stopped_for_ae_pct": 6.0,
        "relative_dose_intensity_median_pct": 98.0,
        "cycles_median": 9.0,
    }


def trial_result(n: int = 40, seed: int = 7, **changes: object) -> TrialResult:
    """A finished made-up trial of two arms of `n` patients each; `changes` replace fields of the result."""
    rng = np.random.default_rng(seed)
    control = "lapatinib+capecitabine"
    arms = {"T-DM1": treated_arm(rng, n), control: ArmResult(control, n, _subjects(rng, n, 6.4, False))}

    def row(
        arm: str,
        endpoint: str,
        unit: str,
        published: float,
        low: float,
        high: float,
        derived: bool,
        simulated: float,
        role: str,
    ) -> ComparisonRow:
        return ComparisonRow(
            arm,
            endpoint,
            unit,
            published,
            low,
            high,
            derived,
            simulated,
            simulated * 0.9,
            simulated * 1.1,
            low <= simulated <= high,
            role,
            "uspi_2013",
            "read",
        )  # pyright: ignore

    comparison = [
        row("T-DM1", "orr_pct", "percent", 43.6, 38.6, 48.6, True, 44.0, "calibrated"),
        row("T-DM1", "pfs_median_month", "months", 9.6, 8.3, 11.0, True, 9.1, "calibrated"),
        row("T-DM1", "labs.platelets_decreased.g3_pct", "percent", 14.0, 11.1, 17.4, True, 19.9, "predicted"),
        row("T-DM1", "dose_reduced_pct", "percent", 16.0, 13.0, 19.6, True, 15.2, "predicted"),
        row("T-DM1", "adverse_events.nausea.any_pct", "%", 39.8, 35.4, 44.3, True, 40.0, "calibrated"),
        row("T-DM1", "adverse_events.nausea.g3plus_pct", "%", 0.8, 0.2, 2.1, True, 9.0, "predicted"),
        row(control, "adverse_events.nausea.any_pct", "%", 45.0, 40.0, 50.0, True, 46.0, "calibrated"),
        row(control, "pfs_median_month", "months", 6.4, 5.7, 7.1, True, 6.5, "calibrated"),
    ]
    fields: dict[str, object] = {
        "trial": "madeup",
        "title": "A made-up trial for tests",
        "seed": seed,
        "patients": 2 * n,
        "seconds": 3.21,
        "failed_solves": 0,
        "arms": arms,
        "comparison": comparison,
        "summary": {"T-DM1": summary(n, 44.0, 9.1), control: summary(n, 31.0, 6.5)},
        "definition": DEFINITION,
    }
    return TrialResult(**(fields | changes))  # type: ignore[arg-type]
