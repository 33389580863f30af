"""People under a drug followed by load: the trials' own people as an oracle for T-DM1, printed equations for T-DXd."""

from __future__ import annotations

import numpy as np
import pytest

from tdm1 import evidence, population
from tdm1.evidence.drugs import drug
from tdm1.mechanism import t_dm1
from tdm1.mechanism.models import full
from tdm1.population import streams
from tdm1.population.drug_individuals import drug_individuals
from tdm1.population.individual import EFFECTS, ParameterError, individuals

_COUNT = 64


def _people() -> tuple[dict[str, np.ndarray], np.ndarray]:
    covariates = population.sample(population.load("emilia"), 1, 0, _COUNT)
    return covariates, streams.normal(1, "variability", 0, _COUNT, len(EFFECTS))


def test_t_dm1_against_the_people_of_trials() -> None:
    covariates, effects = _people()
    found = drug_individuals(full("t_dm1"), drug("t_dm1"), covariates, effects)
    known = individuals(t_dm1(), covariates, effects)
    same = ("central_volume", "intercompartmental_clearance", "peripheral_volume", "doubling_time", "linear_growth",
            "lesion_volume_start", "lesions", "baseline_trastuzumab")
    for name in same:
        np.testing.assert_allclose(found.column(name), known.column(name), rtol=1e-12, err_msg=name)
    factor = known.column("clearance") / evidence.value("plasma.clearance", "L/day")
    for name, fact in (("proteolytic_clearance", "by_dar.proteolytic_clearance"),
                       ("target_capacity", "by_dar.target_capacity"),
                       ("release_rate_1", "drug.t_dm1.release_rate_1")):
        np.testing.assert_allclose(found.column(name), factor * evidence.fact(fact).value, rtol=1e-12, err_msg=name)


def test_t_dxd_against_printed_equation() -> None:
    """CL * (WT/57.8)^0.370 * (ALB/40)^-0.533 * (tumour/57 mm)^0.0710, as Yin 2021 prints it; ours holds at 70 kg."""
    covariates, effects = _people()
    found = drug_individuals(full("t_dxd"), drug("t_dxd"), covariates, np.zeros_like(effects))
    expected = (
        (covariates["weight_kg"] / 70.0) ** 0.370 * (covariates["albumin_g_per_l"] / 40.0) ** -0.533
        * (covariates["sum_of_diameters_mm"] / 57.0) ** 0.0710
    )
    share = found.column("proteolytic_clearance") / evidence.value("drug.t_dxd.proteolytic_clearance", "L/day")
    np.testing.assert_allclose(share, expected, rtol=1e-12)


def test_spread_of_t_dxd_against_its_facts() -> None:
    effects = streams.normal(5, "variability", 0, 40_000, len(EFFECTS))
    covariates, _ = _people()
    one = {name: np.full(len(effects), column[0]) for name, column in covariates.items()}
    found = drug_individuals(full("t_dxd"), drug("t_dxd"), one, effects)
    logs = np.log([found.column("proteolytic_clearance"), found.column("central_volume")])
    np.testing.assert_allclose(np.cov(logs), [[0.0630, 0.0210], [0.0210, 0.0250]], rtol=0.04)


def test_missing_covariate_is_named() -> None:
    covariates, effects = _people()
    del covariates["albumin_g_per_l"]
    with pytest.raises(ParameterError, match="albumin_g_per_l is missing"):
        drug_individuals(full("t_dxd"), drug("t_dxd"), covariates, effects)
