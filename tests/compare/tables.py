"""Made-up tables of patients with the columns that a comparison reads. Their numbers mean nothing."""

from __future__ import annotations

import numpy as np
import polars as pl


def table(seed: int, patients: int = 200, early: bool = False) -> pl.DataFrame:
    """One row a patient, as `comparing.with_doses` gives it."""
    rng = np.random.default_rng(seed)
    months = rng.exponential(12.0, patients).round(1) + 0.1
    event = rng.uniform(size=patients) < 0.7
    outcome = (
        {"idfs_month": months * 6, "idfs_event": event}
        if early
        else {
            "pfs_month": months, "pfs_event": event, "measurable": rng.uniform(size=patients) < 0.8,
            "best_response": rng.choice(["CR", "PR", "SD", "PD"], patients),
        }
    )
    return pl.DataFrame(
        {
            "patient": np.arange(patients), "solve_status": np.zeros(patients, int), **outcome,
            "os_month": months * 8, "os_event": rng.uniform(size=patients) < 0.5,
            "ae_any_grade3plus_ae": rng.integers(0, 5, patients),
            "ae_peripheral_neuropathy": rng.integers(0, 3, patients),
            "grade_platelets": rng.integers(-1, 5, patients), "grade_alt": rng.integers(-1, 5, patients),
            "grade_ast": rng.integers(-1, 5, patients),
            "stopped_for_ae": rng.uniform(size=patients) < 0.1, "delayed": rng.uniform(size=patients) < 0.3,
            "reduced": rng.uniform(size=patients) < 0.2,
            "relative_dose_intensity_pct": rng.uniform(60, 100, patients),
            "treatment_month": months, "t_dm1_mg": rng.uniform(200, 4000, patients),
            "t_dm1_mg_per_kg_week": rng.uniform(0.6, 1.3, patients),
        }
    )
