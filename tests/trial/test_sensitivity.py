"""The sensitivity analysis of whole models, against closed forms, invariances and a naive difference."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tdm1 import evidence
from tdm1.mechanism import Model, t_dm1, t_dm1_plasma
from tdm1.mechanism.models import shipped
from tdm1.trial import InputError
from tdm1.trial.bands import course_of
from tdm1.trial.sensitivity import OUTPUTS, Regimen, outputs_of, sensitivity
from tdm1.trial.sensitivity.outputs import USUAL
from tdm1.trial.simulate import reference_patient


def elasticities(output: str, model: str | Model = "t_dm1_plasma", **options: object) -> dict[str, float]:
    found = sensitivity(model, outputs=[output], method="local", **options)  # type: ignore[arg-type]
    assert {one.status for one in found.elasticities} == {"ok"}
    return {one.parameter: one.value for one in found.elasticities}


def two_compartments(volume: float, clearance: float, exchange: float, second: float, dose: float, length: float,
                     day: float) -> tuple[float, float]:
    """Concentration at `day`, and area until then, after one infusion into two compartments (closed form)."""
    k10, k12, k21 = clearance / volume, exchange / volume, exchange / second
    total = k10 + k12 + k21
    root = math.sqrt(total**2 - 4.0 * k10 * k21)
    alpha, beta = (total + root) / 2.0, (total - root) / 2.0
    rate = dose / length / volume
    level, area = 0.0, 0.0
    for fast, slow in ((alpha, beta), (beta, alpha)):
        weight = rate * (k21 - fast) / (slow - fast) / fast
        level += weight * (1.0 - math.exp(-fast * length)) * math.exp(-fast * (day - length))
        # The area of the rise, then of the fall.
        area += weight * (length - (1.0 - math.exp(-fast * length)) / fast)
        area += weight * (1.0 - math.exp(-fast * length)) * (1.0 - math.exp(-fast * (day - length))) / fast
    return level, area


def test_area_of_the_whole_curve_against_dose_over_clearance() -> None:
    found = elasticities("conjugate_auc", every_days=80.0, cycles=1)
    assert found.pop("clearance") == pytest.approx(-1.0, abs=1e-4)
    assert found and all(abs(value) < 1e-4 for value in found.values())


@pytest.mark.parametrize(("output", "place"), [("conjugate_trough", 0), ("conjugate_auc", 1)])
def test_first_cycle_against_closed_form_of_two_compartments(output: str, place: int) -> None:
    who, dose_mg = reference_patient(t_dm1_plasma(), 3.6)
    names = ("central_volume", "clearance", "intercompartmental_clearance", "peripheral_volume")
    values = {name: float(who.column(name)[0]) for name in names}
    length = evidence.value("label.us.infusion_first", "min") / (24 * 60)

    def exact(**changed: float) -> float:
        return two_compartments(*{**values, **changed}.values(), float(dose_mg[0]), length, 21.0)[place]

    found = sensitivity("t_dm1_plasma", outputs=[output], method="local", cycles=1)
    assert found.reference[output] == pytest.approx(exact(), rel=1e-6)
    by_name = {one.parameter: one.value for one in found.elasticities}
    for name, value in values.items():
        step = 1e-4
        high, low = (exact(**{name: value * math.exp(sign * step)}) for sign in (1, -1))
        assert by_name[name] == pytest.approx(math.log(high / low) / (2 * step), abs=2e-5)


def test_flows_and_volumes_together_against_euler_s_theorem() -> None:
    """All flows and volumes grown alike leave the times as they are and thin every concentration alike."""
    names = ("clearance", "intercompartmental_clearance", "central_volume", "peripheral_volume")
    for output in ("conjugate_auc", "conjugate_trough"):
        found = elasticities(output)
        assert sum(found[name] for name in names) == pytest.approx(-1.0, abs=1e-4)
    released = elasticities("dm1_peak")
    assert released["drug_antibody_ratio"] == pytest.approx(1.0, abs=1e-4)
    flows = [name for name in released if name.startswith("dm1_") and name != "dm1_free_share"]
    # With the conjugate left as it is, what is released is spread over its own flows and volumes.
    assert sum(released[name] for name in flows) == pytest.approx(-1.0, abs=1e-4)


@given(dose=st.floats(0.3, 6.0))
@settings(max_examples=5)
def test_elasticities_of_linear_kinetics_do_not_depend_on_the_dose(dose: float) -> None:
    usual, other = elasticities("dm1_peak"), elasticities("dm1_peak", dose_mg_per_kg=dose)
    assert other == pytest.approx(usual, abs=1e-4)


@pytest.mark.parametrize(
    ("output", "observed", "fact"),
    [("platelet_nadir", "platelets", "platelets.mean_transit_time"), ("alt_peak", "alt", "alt.loss_rate")],
)
def test_whole_model_against_naive_difference_of_simulations(output: str, observed: str, fact: str) -> None:
    model, times = t_dm1(), np.arange(0.5, 42.0, 0.1)
    lengths = Regimen(3.6, 21.0, 2).infusion_days

    def naive(factor: float) -> float:
        with evidence.what_if({fact: evidence.fact(fact).value * factor}):
            who, dose_mg = reference_patient(model, 3.6)
            course = course_of(who, dose_mg, [0.0, 21.0], list(lengths), times)[0][observed][:, 0]
        return float(course.min() if output.endswith("nadir") else course.max())

    name = next(one.name for one in model.parameter_table if one.fact == fact)
    found = sensitivity(model, outputs=[output], method="local")
    by_name = {one.parameter: one.value for one in found.elasticities}
    assert found.reference[output] == pytest.approx(naive(1.0), rel=1e-3)
    assert by_name[name] == pytest.approx(math.log(naive(1.02) / naive(0.98)) / math.log(1.02 / 0.98), rel=0.05)


def test_of_a_model_that_multiplies_the_fall_of_the_ejection_fraction() -> None:
    found = elasticities("lvef_fall", "t_dm1")
    assert found["lvef_baseline"] == pytest.approx(1.0, abs=1e-4)
    # A small fall is in proportion to exposure over the exposure that halves.
    assert -1.0 < found["heart_half_exposure"] < -0.98
    assert found["alt_slope"] == pytest.approx(0.0, abs=1e-5)


def test_every_shipped_model_gives_the_outputs_that_it_has() -> None:
    for model in (one for one in shipped() if one.inputs):
        found = sensitivity(model, method="local", cycles=1, dose_mg_per_kg=3.6)
        assert [one.name for one in found.outputs] == [name for name in USUAL if name in outputs_of(model)]
        assert found.failed_solves == 0
        told = [one.name for one in (*found.varied, *found.held)] + [also for one in found.varied for also in one.also]
        assert sorted(told) == sorted(model.parameters)
        assert len(found.elasticities) == len(found.varied) * len(found.outputs)
        assert all(math.isfinite(found.reference[one.name]) for one in found.outputs)


def test_every_output_is_one_of_a_shipped_model_with_the_unit_of_what_it_watches() -> None:
    assert set(OUTPUTS) == {name for model in shipped() for name in outputs_of(model)}
    table = {one.name: one.unit for model in shipped() for part in model.parts for one in part.quantities}
    table |= {state.name: state.unit for model in shipped() for state in model.state_table}
    for output in OUTPUTS.values():
        unit = "1" if output.logarithm else table[output.watched].replace("1*", "")
        assert output.unit == ("xULN" if output.watched == "bilirubin" else unit)


def test_an_animal_of_linear_kinetics_against_euler_s_theorem() -> None:
    """All flows and volumes of the animal grown alike thin the conjugate alike; the rates of release have no volume."""
    found = elasticities("conjugate_auc", "by_dar_monkey")
    grown = [name for name in found if name.endswith(("clearance", "volume")) or name[:-1].endswith(("nce_", "ume_"))]
    assert len(grown) == 6 and sum(found[name] for name in grown) == pytest.approx(-1.0, abs=1e-4)
    again = sensitivity("by_dar_monkey", outputs=["conjugate_auc"], method="local", dose_mg_per_kg=10.0)
    assert {one.parameter: one.value for one in again.elasticities} == pytest.approx(found, abs=1e-4)


def test_parameters_of_one_fact_move_together_against_a_changed_fact() -> None:
    name = "monkey.release_rate_3"
    one = next(one for one in sensitivity("by_dar_monkey", method="local").varied if one.fact == name)
    assert one.also == tuple(f"release_rate_{load}" for load in range(4, 8))
    options = {"outputs": ["conjugate_auc"], "method": "local"}
    high, low = (
        sensitivity("by_dar_monkey", settings={name: f"{evidence.fact(name).value * factor!r} 1/day"}, **options)
        .reference["conjugate_auc"] for factor in (1.01, 0.99)  # type: ignore[arg-type]
    )
    naive = math.log(high / low) / math.log(1.01 / 0.99)
    assert elasticities("conjugate_auc", "by_dar_monkey")[one.name] == pytest.approx(naive, abs=1e-4)


def test_sobol_of_a_model_finds_what_its_closed_form_says() -> None:
    """AUC of the whole curve is dose over clearance: only clearance makes its variance."""
    found = sensitivity(
        "t_dm1_plasma", outputs=["conjugate_auc"], method="sobol", samples=64, every_days=80.0, cycles=1
    )
    first, *rest = found.indices_of("conjugate_auc")
    assert first.parameter == "clearance" and first.total == pytest.approx(1.0, abs=0.3)
    assert all(one.total < 1e-4 for one in rest)
    assert not found.elasticities and found.sobol_solves == 64 * (len(found.varied) + 2)


def test_the_seed_gives_the_numbers() -> None:
    def run(seed: int) -> tuple[float, ...]:
        found = sensitivity("t_dm1_plasma", outputs=["dm1_peak"], method="sobol", samples=16, cycles=1, seed=seed)
        return tuple(number for one in found.indices for number in (one.first, one.first_half_width95, one.total))

    assert run(0) == run(0) and run(3) == run(3)
    assert run(0) != run(3)


def test_a_replaced_fact_moves_the_reference_and_the_ranges() -> None:
    changed = {"plasma.clearance": "1.352 L/day", "dm1.clearance": "400 L/day", "sensitivity.default_range": "0.1 1"}
    options = {"outputs": ["conjugate_auc"], "method": "local", "every_days": 80.0, "cycles": 1}
    usual = sensitivity("t_dm1_plasma", **options)  # type: ignore[arg-type]
    other = sensitivity("t_dm1_plasma", settings=changed, **options)  # type: ignore[arg-type]
    assert other.reference["conjugate_auc"] == pytest.approx(usual.reference["conjugate_auc"] / 2.0, rel=1e-5)
    assert usual.parameter("dm1_clearance").basis == "published range"
    # Outside the published range that range says nothing of it.
    one = other.parameter("dm1_clearance")
    assert (one.basis, one.low, one.high) == ("our choice", pytest.approx(360.0), pytest.approx(440.0))
    assert evidence.value("plasma.clearance", "L/day") == 0.676


@pytest.mark.parametrize(
    ("options", "near"),
    [
        ({"model": "t_dm1_plasm"}, "did you mean 't_dm1_plasma'"),
        ({"outputs": ["conjugate_au"]}, "did you mean 'conjugate_auc'"),
        ({"outputs": ["tumour_kill"]}, "model 't_dm1_plasma' has no tumour_kill"),
        ({"outputs": []}, "none is named"),
        ({"outputs": ["dm1_peak", "dm1_peak"]}, "named twice"),
        ({"method": "sobl"}, "did you mean 'sobol'"),
        ({"samples": 100}, "such as 128"),
        ({"samples": 0}, "such as 8"),
        ({"dose_mg_per_kg": 0.0}, "dose_mg_per_kg is 0"),
        ({"every_days": math.inf}, "every_days is inf"),
        ({"every_days": 0.01}, "longer than the infusion"),
        ({"cycles": 0}, "cycles is 0"),
        ({"seed": -1}, "seed is -1"),
        ({"settings": {"plasma.clearence": "1 L/day"}}, "did you mean 'plasma.clearance'"),
        ({"settings": {"plasma.clearance": "1 L"}}, "plasma.clearance"),
        ({"settings": {"population.baseline_trastuzumab": "9 ug/mL"}}, "a value of her own"),
        ({"settings": {"sensitivity.default_range": "1 1"}}, "sensitivity.default_range"),
    ],
)
def test_bad_input_says_what_and_how_to_mend_it(options: dict[str, object], near: str) -> None:
    with pytest.raises(InputError, match=near.replace("(", r"\(")):
        sensitivity(**{"model": "t_dm1_plasma", **options})  # type: ignore[arg-type]
