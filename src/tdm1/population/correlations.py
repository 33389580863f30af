"""What NHANES women tell about the virtual patients: correlations, ALT and bilirubin.

    python -m tdm1.population.correlations

works them out from the table `nhanes_women` and prints the fact file `population_nhanes.yaml`; the
tests hold the file in the package to this output. The women are a sample of the public, not
patients: correlations of ranks are taken over as they are, levels only where nothing better exists.

Correlations are those of a Gaussian copula: 2 sin(pi r / 6) of Spearman's r (Kruskal 1958). One whose
95 % interval includes zero is taken as zero and not written. So is every correlation with a
covariate that this table does not have: the other public tables looked at (TCGA breast cancer, GBSG-2)
record age, stage and the primary tumour, but no other covariate of metastatic patients.
"""

from __future__ import annotations

from itertools import combinations
from math import pi, sin, sqrt

import numpy as np
from scipy.stats import norm, rankdata  # pyright: ignore[reportUnknownVariableType]

from tdm1 import evidence

#: Columns of the table by the covariate they stand for.
COLUMNS = {
    "age_year": "age_year",
    "weight_kg": "weight_kg",
    "albumin_g_per_l": "albumin_g_per_dl",
    "ast_u_per_l": "ast_u_per_l",
    "alt_u_per_l": "alt_u_per_l",
    "bilirubin_x_uln": "bilirubin_mg_per_dl",
}

_HEAD = """\
subject: Correlations of baseline covariates, and levels of ALT and bilirubin, from NHANES women
# Written by `python -m tdm1.population.correlations`; do not edit by hand.
defaults:
  date: "2026-11-23"
  population: "{count} US women aged 25 to 69, a sample of the public"
  source: nhanes
  read: derived
facts:
"""


def women() -> dict[str, np.ndarray]:
    """The columns of the table by covariate, in the table's own units; arrays of shape (women,)."""
    table = evidence.table("nhanes_women")
    return {name: table[column].to_numpy().astype(np.float64) for name, column in COLUMNS.items()}


def correlations() -> dict[tuple[str, str], float]:
    """Copula correlation of each pair of covariates whose 95 % interval excludes zero."""
    ranks = {name: rankdata(column) for name, column in women().items()}
    count = len(next(iter(ranks.values())))
    bound = float(norm.ppf(0.975)) / sqrt(count - 1)
    found: dict[tuple[str, str], float] = {}
    for one, other in combinations(ranks, 2):
        spearman = float(np.corrcoef(ranks[one], ranks[other])[0, 1])
        if abs(spearman) > bound:
            found[one, other] = 2.0 * sin(pi * spearman / 6.0)
    return found


def levels() -> dict[str, tuple[float, str, str]]:
    """ALT and bilirubin of the virtual patients: value, unit and note by fact name.

    ALT is scaled by the ratio of the medians of AST, patients to women: the patients' AST is known
    (Lu 2014) and is higher, and their ALT is taken to be higher in the same proportion. Bilirubin is
    taken as it is, in multiples of the upper limit of normal.
    """
    columns = women()
    raised = evidence.value("population.ast", "U/L") / float(np.median(columns["ast_u_per_l"]))
    umol_per_l = 1e4 / evidence.value("laboratory.bilirubin_molar_mass", "g/mol")  # of 1 mg/dL
    of_uln = umol_per_l / evidence.value("laboratory.uln_bilirubin", "umol/L")
    alt_note = (
        f"the women's percentile times {raised:.3g}, the ratio of the median AST of the patients (Lu 2014) to theirs; "
        "the patients' own ALT was not found"
    )
    bilirubin_note = (
        "in multiples of laboratory.uln_bilirubin; women of the public, the patients' own values were not found"
    )
    found: dict[str, tuple[float, str, str]] = {}
    for suffix, percent in ((".p05", 5), ("", 50), (".p95", 95)):
        alt = float(np.percentile(columns["alt_u_per_l"], percent)) * raised
        bilirubin = float(np.percentile(columns["bilirubin_x_uln"], percent)) * of_uln
        found[f"population.alt{suffix}"] = (alt, "U/L", alt_note)
        found[f"population.bilirubin{suffix}"] = (bilirubin, "1", bilirubin_note)
    return found


_TITLES = {"": "median", ".p05": "5th percentile", ".p95": "95th percentile"}


def _level(name: str, value: float, unit: str, note: str) -> str:
    kind = "typical" if name.count(".") == 1 else "quantile"
    title = _TITLES[name[name.index(".", len("population.")):] if kind == "quantile" else ""]
    what = "ALT" if ".alt" in name else "total bilirubin"
    return (
        f"  {name}:\n    meaning: {title} of {what} before treatment\n    value: {value:.4g}\n    unit: \"{unit}\"\n"
        f"    kind: {kind}\n    where: table nhanes_women\n    note: \"{note}\"\n"
    )


def fact_file() -> str:
    """The text of `population_nhanes.yaml`."""
    text = _HEAD.format(count=len(women()["age_year"]))
    for (one, other), value in correlations().items():
        text += (
            f"  population.correlation.{one}.{other}: {{"
            f"meaning: correlation of the normal scores of {one} and {other}, value: {value:.3f}, "
            f"unit: \"1\", kind: correlation, where: table nhanes_women}}\n"
        )
    return text + "".join(_level(name, *level) for name, level in levels().items())


if __name__ == "__main__":
    print(fact_file(), end="")
