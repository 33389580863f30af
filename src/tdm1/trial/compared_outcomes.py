"""What `tdm1 compare` reads of each regimen: efficacy, toxicity and treatment, each as an estimate over patients."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tdm1.trial.clock import MONTH_DAY
from tdm1.trial.definition import TrialFile
from tdm1.trial.endpoints import IDFS_MONTHS
from tdm1.trial.paired_bootstrap import Estimator, KaplanMeier, Mean, Median

Kind = Literal["efficacy", "toxicity", "treatment"]
Better = Literal["higher", "lower", "neither"]

#: Months at which freedom from progression and survival are compared with a tumour.
_PFS_MONTH, _OS_MONTH = 12, 24
#: Overall survival after surgery is compared where disease-free survival is read last.
_OS_MONTH_EARLY = IDFS_MONTHS[-1]
_GRADE_3 = 3


@dataclass(frozen=True, slots=True)
class Outcome:
    """One outcome that regimens are compared by.

    name        key in JSON and tables; the names of `tdm1 trial --json` where it has the same outcome
    unit        "%", "month", "mg" or "mg/kg/week"
    better      which way is good; "neither" for what only describes the treatment
    share       a share of patients, so that a number needed can be given
    estimator   from the table of one regimen's patients
    """

    name: str
    words: str
    unit: str
    kind: Kind
    better: Better
    share: bool
    estimator: Callable[[pl.DataFrame], Estimator]


def _column(table: pl.DataFrame, name: str) -> NDArray[np.float64]:
    """The values of a column; NaN where the arm has no such column (trastuzumab is never reduced)."""
    if name not in table.columns:
        return np.full(table.height, np.nan)
    return table[name].cast(pl.Float64).to_numpy()


def _flag(name: str) -> Callable[[pl.DataFrame], Estimator]:
    return lambda table: Mean(_column(table, name), 100.0)


def _at_least(grade: int, *names: str) -> Callable[[pl.DataFrame], Estimator]:
    """Share of patients whose worst grade of any of the columns is so high; whoever was not measured is left out."""

    def share(table: pl.DataFrame) -> Estimator:
        worst = np.max([table[name].to_numpy() for name in names], axis=0)
        return Mean(np.where(worst < 0, np.nan, (worst >= grade).astype(float)), 100.0)

    return share


def _response(table: pl.DataFrame) -> Estimator:
    responded = table["best_response"].is_in(["CR", "PR"]).to_numpy()
    return Mean(np.where(table["measurable"].to_numpy(), responded.astype(float), np.nan), 100.0)


def _free(endpoint: str, month: int | None) -> Callable[[pl.DataFrame], Estimator]:
    return lambda table: KaplanMeier(
        _column(table, f"{endpoint}_month"), table[f"{endpoint}_event"].to_numpy().astype(bool), month
    )


def _mean(name: str) -> Callable[[pl.DataFrame], Estimator]:
    return lambda table: Mean(_column(table, name))


def _median(name: str) -> Callable[[pl.DataFrame], Estimator]:
    return lambda table: Median(_column(table, name))


def _good(name: str, words: str, estimator: Callable[[pl.DataFrame], Estimator]) -> Outcome:
    share = not name.endswith("_month")
    return Outcome(name, words, "%" if share else "month", "efficacy", "higher", share, estimator)


def _bad(name: str, words: str, estimator: Callable[[pl.DataFrame], Estimator]) -> Outcome:
    return Outcome(name, words, "%", "toxicity", "lower", True, estimator)


def _of_treatment(name: str, words: str, unit: str, estimator: Callable[[pl.DataFrame], Estimator]) -> Outcome:
    return Outcome(name, words, unit, "treatment", "neither", False, estimator)


_TOXICITY = (
    _bad("adverse_events.any_grade3plus_ae.g3plus_pct", "any event, grade 3+",
         _at_least(_GRADE_3, "ae_any_grade3plus_ae")),
    _bad("labs.platelets_decreased.g3plus_pct", "platelets, grade 3+", _at_least(_GRADE_3, "grade_platelets")),
    _bad("labs.transaminases_increased.g3plus_pct", "ALT or AST, grade 3+",
         _at_least(_GRADE_3, "grade_alt", "grade_ast")),
    _bad("adverse_events.peripheral_neuropathy.any_pct", "neuropathy, any grade",
         _at_least(1, "ae_peripheral_neuropathy")),
    _bad("stopped_for_ae_pct", "stopped for AE", _flag("stopped_for_ae")),
    _bad("dose_delayed_pct", "dose delayed", _flag("delayed")),
    _bad("dose_reduced_pct", "dose reduced", _flag("reduced")),
)
_TREATMENT = (
    _of_treatment("relative_dose_intensity_median_pct", "median dose intensity", "%",
                  _median("relative_dose_intensity_pct")),
    _of_treatment("t_dm1_mean_mg", "mean T-DM1 given", "mg", _mean("t_dm1_mg")),
    _of_treatment("t_dm1_per_week_median_mg_per_kg", "median T-DM1 per week", "mg/kg/week",
                  _median("t_dm1_mg_per_kg_week")),
    _of_treatment("treatment_median_month", "median time on treatment", "month", _median("treatment_month")),
)


def _followed(cut_day: int, month: int) -> bool:
    """Whether the first patient is followed for so many months."""
    return cut_day >= month * MONTH_DAY


def _efficacy(trial: TrialFile) -> list[Outcome]:
    period = trial.period
    read = (period.data_cut - period.first_patient).days
    survival_read = ((period.survival_cut or period.data_cut) - period.first_patient).days
    if trial.model != "t_dm1":
        found = [
            _good(f"idfs_pct.{month}", f"IDFS at {month} months", _free("idfs", month))
            for month in IDFS_MONTHS if _followed(read, month)
        ]
        late, months = _OS_MONTH_EARLY, None
    else:
        found = [_good("orr_pct", "objective response", _response)]
        if _followed(read, _PFS_MONTH):
            found.append(_good(f"pfs_pct.{_PFS_MONTH}", f"PFS at {_PFS_MONTH} months", _free("pfs", _PFS_MONTH)))
        found.append(_good("pfs_median_month", "median PFS", _free("pfs", None)))
        late, months = _OS_MONTH, _good("os_median_month", "median OS", _free("os", None))
    if _followed(survival_read, late):
        found.append(_good(f"os_pct.{late}", f"OS at {late} months", _free("os", late)))
    return found if months is None else [*found, months]


def outcomes(trial: TrialFile) -> tuple[Outcome, ...]:
    """The outcomes that regimens of a trial are compared by: efficacy first, then toxicity, then treatment.

    A survival at a month that nobody is followed to is left out. The tables of patients need the columns of
    `ArmResult.subjects`, and `t_dm1_mg` (mg) and `t_dm1_mg_per_kg_week`.
    """
    return (*_efficacy(trial), *_TOXICITY, *_TREATMENT)


def axes(known: tuple[Outcome, ...]) -> tuple[Outcome, Outcome]:
    """Efficacy and toxicity of the frontier: PFS or IDFS at its first month (else response), any grade 3 event."""
    efficacy = next(
        (one for one in known if one.kind == "efficacy" and one.name.startswith(("pfs_pct.", "idfs_pct."))),
        next(one for one in known if one.kind == "efficacy"),
    )
    return efficacy, next(one for one in known if one.kind == "toxicity")
