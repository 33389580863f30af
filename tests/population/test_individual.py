"""Parameters of a person: typical values, covariates, random effects and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from tdm1 import evidence, population
from tdm1.evidence.units import factor
from tdm1.mechanism import Model, shipped, t_dm1
from tdm1.mechanism.tumour import lesion_diameter_mm
from tdm1.population import streams
from tdm1.population.individual import EFFECTS, ParameterError, individuals, initial_states, typical
from tdm1.trial.simulate import reference_covariates

MODEL = t_dm1()


def _reference(count: int = 1) -> dict[str, np.ndarray]:
    """The reference patient, with as many earlier lines as the tumour's facts hold for, `count` times."""
    covariates = {**reference_covariates(), "prior_lines": np.array([evidence.value("tumour.lines_reference", "1")])}
    return {name: np.repeat(value, count) for name, value in covariates.items()}


def _one_effect(name: str, size: float) -> np.ndarray:
    effects = np.zeros((1, len(EFFECTS)))
    effects[0, EFFECTS.index(name)] = size
    return effects


@pytest.mark.parametrize("model", [m for m in shipped() if "clearance" in m.parameters], ids=lambda model: model.name)
def test_typical_patient_against_facts(model: Model) -> None:
    """At reference covariates and no effect, each parameter that comes from a fact has the fact's value."""
    effects = np.zeros((1, len(EFFECTS)))
    who = individuals(model, _reference(), effects)
    weight = evidence.value("dm1.weight_reference", "kg")
    for parameter in model.parameter_table:
        if parameter.fact.startswith("population."):
            continue
        fact = evidence.fact(parameter.fact)
        found = who.column(parameter.name)[0]
        if fact.unit.endswith("/kg"):
            assert found == pytest.approx(weight * fact.value, rel=1e-12), parameter.name
        elif parameter.name == "platelet_pool_depletion":
            # An effect of 0 is the median of the drift's score, which is just not among the drifting share.
            assert found == 0.0
        else:
            assert found == pytest.approx(fact.value * factor(fact.unit, parameter.unit), rel=1e-12), parameter.name


def test_covariates_go_to_their_parameters() -> None:
    who = individuals(MODEL, _reference(), np.zeros((1, len(EFFECTS))))
    reference = _reference()
    for parameter, covariate in (("platelet_baseline", "platelets_1e9_per_l"), ("alt_baseline", "alt_u_per_l"),
                                 ("ast_baseline", "ast_u_per_l"), ("lesions", "n_target_lesions")):
        assert who.column(parameter) == reference[covariate]
    total = lesion_diameter_mm(who.column("lesion_volume_start")) * reference["n_target_lesions"]
    assert total == pytest.approx(reference["sum_of_diameters_mm"], rel=1e-12)


@pytest.mark.parametrize("name", ["her2_concentration", "kill_half_concentration", "doubling_time", "linear_growth"])
def test_tumour_effects_against_log_normal(name: str) -> None:
    spread = evidence.fact(f"tumour.{name}").variability
    assert spread is not None
    low, high = (individuals(MODEL, _reference(), _one_effect(name, size)).column(name)[0] for size in (-1.0, 2.0))
    assert np.log(high / low) == pytest.approx(3.0 * spread.sd, rel=1e-9)


def test_earlier_lines_against_their_coefficient() -> None:
    more = {**_reference(), "prior_lines": _reference()["prior_lines"] + 2.0}
    zero = np.zeros((1, len(EFFECTS)))
    found = [individuals(MODEL, people, zero).column("kill_half_concentration")[0] for people in (_reference(), more)]
    assert np.log(found[1] / found[0]) == pytest.approx(2.0 * evidence.value("tumour.lines_on_half_concentration", "1"))


def test_share_of_resistant_cells_against_logit_normal() -> None:
    spread = evidence.fact("tumour.resistant_share").variability
    assert spread is not None
    share = [individuals(MODEL, _reference(), _one_effect("resistant_share", size)).column("resistant_share")[0]
             for size in (0.0, 1.5)]
    logit = [np.log(value / (1.0 - value)) for value in share]
    assert logit[1] - logit[0] == pytest.approx(1.5 * spread.sd, rel=1e-9)


def test_share_whose_platelets_drift_against_bender_2012() -> None:
    count = 20_000
    effects = streams.normal(3, "variability", 0, count, len(EFFECTS))
    drifts = individuals(MODEL, _reference(count), effects).column("platelet_pool_depletion") > 0
    share = evidence.value("platelets.drift_share", "1")
    assert drifts.mean() == pytest.approx(share, abs=4.0 * np.sqrt(share * (1.0 - share) / count))


def test_far_effects_stay_finite_and_positive() -> None:
    effects = np.vstack([np.full(len(EFFECTS), size) for size in (-8.0, 8.0)])
    who = individuals(MODEL, _reference(2), effects)
    assert np.isfinite(who.values).all()
    zero = {"baseline_trastuzumab", "platelet_pool_depletion"}
    for name in MODEL.parameters:
        assert name in zero or (who.column(name) > 0).all(), name
    volume = who.column("peripheral_volume")
    bound = evidence.value("plasma.distribution_truncation_sd", "1")
    spread = evidence.fact("plasma.peripheral_volume").variability
    assert spread is not None
    assert np.log(volume[1] / volume[0]) <= 2.0 * bound * spread.sd


def test_alt_and_ast_effects_are_correlated_as_the_fact_says() -> None:
    count = 20_000
    effects = streams.normal(4, "variability", 0, count, len(EFFECTS))
    who = individuals(MODEL, _reference(count), effects)
    found = np.corrcoef(np.log(who.column("alt_slope")), np.log(who.column("ast_slope")))[0, 1]
    assert found == pytest.approx(evidence.value("transaminases.effect_correlation", "1"), abs=0.02)


def test_a_patient_does_not_depend_on_the_others() -> None:
    covariates = population.sample(population.load("emilia"), 2, 0, 40)
    effects = streams.normal(2, "variability", 0, 40, len(EFFECTS))
    whole = individuals(MODEL, covariates, effects).values
    part = individuals(MODEL, {name: column[:7] for name, column in covariates.items()}, effects[:7]).values
    np.testing.assert_array_equal(whole[:7], part)


def test_heavier_people_get_what_lu_2014_gives() -> None:
    """Twice the weight: clearance and volume rise by the published powers."""
    heavy = {**_reference(), "weight_kg": 2.0 * _reference()["weight_kg"]}
    zero = np.zeros((1, len(EFFECTS)))
    light, who = individuals(MODEL, _reference(), zero), individuals(MODEL, heavy, zero)
    for parameter, power in (("clearance", 0.49), ("proteolytic_clearance", 0.49), ("central_volume", 0.596)):
        assert who.column(parameter)[0] / light.column(parameter)[0] == pytest.approx(2.0**power, rel=1e-12)


def test_override_replaces_a_fact_in_its_own_unit() -> None:
    assert typical(MODEL, {"tumour.efflux_half_life": 48.0})["efflux_half_life"] == pytest.approx(2.0)


def test_unknown_override_names_the_nearest_fact() -> None:
    with pytest.raises(ParameterError, match=r"tumour\.kill_rat'.*tumour\.kill_rate"):
        typical(MODEL, {"tumour.kill_rat": 1.0})


def test_missing_covariates_are_named() -> None:
    covariates = _reference()
    del covariates["weight_kg"], covariates["n_target_lesions"]
    with pytest.raises(ParameterError, match="n_target_lesions, weight_kg"):
        individuals(MODEL, covariates, np.zeros((1, len(EFFECTS))))


def test_states_at_the_start_against_covariates() -> None:
    covariates = population.sample(population.load("emilia"), 2, 0, 16)
    who = individuals(MODEL, covariates, np.zeros((16, len(EFFECTS))))
    start = dict(zip(MODEL.states, initial_states(who).T, strict=True))
    np.testing.assert_array_equal(start["platelets_blood"], covariates["platelets_1e9_per_l"])
    np.testing.assert_allclose(start["sensitive_volume"] + start["resistant_volume"], who.column("lesion_volume_start"))
    assert not start["conjugate_central"].any()
