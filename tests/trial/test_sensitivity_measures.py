"""Ranges, local differences, Sobol indices and the reduction of a course, on functions with a known answer."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import truncnorm

from tdm1 import evidence
from tdm1.mechanism.models import shipped, t_dm1
from tdm1.trial import InputError
from tdm1.trial.sensitivity import OUTPUTS, Varied, local, sobol
from tdm1.trial.sensitivity.outputs import reduced
from tdm1.trial.sensitivity.ranges import ranges
from tdm1.trial.sensitivity.reference import reference

Array = np.ndarray


def uniform(name: str, low: float, high: float) -> Varied:
    return Varied(name, "", "", "1", (low + high) / 2, low, high, "uniform", 0.0, "our choice", "assumed")


def normal(name: str, law: str, value: float, spread: float) -> Varied:
    return Varied(name, "", "", "1", value, 0.0, 0.0, law, spread, "between patients", "read")  # type: ignore[arg-type]


def indices_of(varied: list[Varied], model: object, samples: int) -> dict[str, tuple[float, float]]:
    """First-order and total index of each parameter of a function of the rows, by our sampling and analysis."""
    reference = np.array([one.value for one in varied])
    cube = sobol.shares(len(varied), samples, 1)
    rows = sobol.parameters(reference, varied, [[place] for place in range(len(varied))], cube)
    values = model(rows)  # type: ignore[operator]
    found, reason = sobol.indices("y", [one.name for one in varied], values, np.zeros(len(rows), np.int8), 1)
    assert not reason
    return {one.parameter: (one.first, one.total) for one in found}


def test_sobol_against_the_closed_form_of_ishigami() -> None:
    a, b = 7.0, 0.1
    varied = [uniform(name, 1.0, 3.0) for name in "xyz"]

    def ishigami(rows: Array) -> Array:
        # From a range that does not hold 0, as those of parameters.
        x, y, z = (math.pi * (rows - 2.0)).T
        return np.sin(x) + a * np.sin(y) ** 2 + b * z**4 * np.sin(x)

    found = indices_of(varied, ishigami, 2048)
    variance = a**2 / 8 + b * math.pi**4 / 5 + b**2 * math.pi**8 / 18 + 0.5
    x, y = 0.5 * (1 + b * math.pi**4 / 5) ** 2 / variance, a**2 / 8 / variance
    both = b**2 * math.pi**8 * (1 / 18 - 1 / 50) / variance
    assert found["x"] == pytest.approx((x, x + both), abs=0.03)
    assert found["y"] == pytest.approx((y, y), abs=0.03)
    assert found["z"] == pytest.approx((0.0, both), abs=0.03)


def test_sobol_against_the_closed_form_of_a_product_of_log_normals() -> None:
    """The logarithm of a product of powers is linear in the scores: shares are squares of power times spread."""
    powers, spreads = np.array([1.0, -2.0, 0.5, 0.0]), (0.2, 0.3, 1.0, 0.7)
    varied = [normal(name, "log-normal", 3.0, spread) for name, spread in zip("abcd", spreads, strict=True)]
    found = indices_of(varied, lambda r: np.log(r) @ powers, 1024)
    parts = (powers * spreads) ** 2
    for name, share in zip("abcd", parts / parts.sum(), strict=True):
        assert found[name] == pytest.approx((share, share), abs=0.04)


def test_two_parameters_of_one_fact_against_the_sum_of_their_powers() -> None:
    found, _, _ = local.elasticities(
        solver(lambda r: r[:, 0] * r[:, 1] ** 2 * r[:, 2]), np.ones(3), [("a", [0, 1])], [OUTPUTS["conjugate_auc"]]
    )  # type: ignore[arg-type]
    assert found[0].value == pytest.approx(3.0, abs=1e-8)
    one = uniform("a", 1.0, 3.0)
    rows = sobol.parameters(np.array([2.0, 20.0, 5.0]), [one], [[0, 1]], np.array([[0.0], [0.75]]))
    assert rows == pytest.approx(np.array([[1.0, 10.0, 5.0], [2.5, 25.0, 5.0]]))


def test_failed_and_constant_samples_are_refused_with_the_reason() -> None:
    status = np.zeros(8 * 3, np.int8)
    values = np.linspace(0.0, 1.0, 24)
    assert sobol.indices("y", ["x"], values, status, 0)[1] == ""
    status[5] = 2
    values[7] = np.nan
    found, reason = sobol.indices("y", ["x"], values, status, 0)
    assert found == [] and reason.startswith("2 of 24 samples")
    found, reason = sobol.indices("y", ["x"], np.full(24, 3.0), np.zeros(24, np.int8), 0)
    assert found == [] and "does not vary" in reason


@pytest.mark.parametrize("samples", [-8, 0, 4, 12, 1000])
def test_samples_that_are_no_power_of_two_are_refused(samples: int) -> None:
    with pytest.raises(InputError, match="power of two"):
        sobol.check_samples(samples)


def solver(model: object, failing: int = -1) -> object:
    def solve(rows: Array) -> tuple[Array, Array]:
        values = np.asarray(model(rows), float)[:, None]  # type: ignore[operator]
        status = np.zeros(len(rows), np.int8)
        if failing >= 0:
            status[failing], values[failing] = 1, np.nan
        return values, status

    return solve


@given(
    reference=st.lists(st.floats(0.1, 50.0), min_size=3, max_size=3),
    powers=st.lists(st.floats(-3.0, 3.0), min_size=3, max_size=3),
)
def test_elasticities_against_the_powers_of_a_power_law(reference: list[float], powers: list[float]) -> None:
    named = [("a", [0]), ("b", [1]), ("c", [2])]
    found, at, failed = local.elasticities(
        solver(lambda r: np.prod(r ** np.array(powers), axis=1)), np.array(reference), named,  # type: ignore[arg-type]
        [OUTPUTS["conjugate_auc"]],
    )
    assert [one.value for one in found] == pytest.approx(powers, abs=1e-8)
    assert {one.status for one in found} == {"ok"} and failed == 0
    assert at[0] == pytest.approx(np.prod(np.array(reference) ** np.array(powers)))
    # Of the logarithm itself the change per relative change is the same.
    again, _, _ = local.elasticities(
        solver(lambda r: np.log(r) @ np.array(powers)), np.array(reference), named,  # type: ignore[arg-type]
        [OUTPUTS["tumour_kill"]],
    )
    assert [one.value for one in again] == pytest.approx(powers, abs=1e-8)


def test_an_elasticity_that_is_none_says_why() -> None:
    reference, output = np.array([1.0, 1.0]), [OUTPUTS["conjugate_auc"]]

    def statuses(model: object, failing: int = -1) -> list[str]:
        found, _, failed = local.elasticities(
            solver(model, failing), reference, [("a", [0]), ("b", [1])], output  # type: ignore[arg-type]
        )
        assert failed == (failing >= 0)
        assert all(math.isnan(one.value) == (one.status in ("failed solve", "not positive")) for one in found)
        return [one.status for one in found]

    assert statuses(lambda r: r[:, 0] - r[:, 1]) == ["not positive", "not positive"]
    assert statuses(lambda r: r[:, 0] * r[:, 1], failing=6) == ["ok", "failed solve"]
    # A step just beside the reference is met by the wider difference alone.
    assert statuses(lambda r: np.where(r[:, 0] > 1.007, 2.0, 1.0) * r[:, 1]) == ["steps disagree", "ok"]


@given(share=st.floats(0.0, 1.0), value=st.floats(0.05, 0.9), spread=st.floats(0.01, 2.0))
def test_quantiles_of_a_range_against_scipy(share: float, value: float, spread: float) -> None:
    bound = evidence.value("sensitivity.truncation_sd", "1")
    score = truncnorm(-bound, bound).ppf(share)
    at = np.array([share])
    assert normal("a", "log-normal", value, spread).at(at)[0] == pytest.approx(value * math.exp(spread * score))
    assert normal("a", "normal", value, spread).at(at)[0] == pytest.approx(value + spread * score, abs=1e-9)
    odds = value / (1 - value) * math.exp(spread * score)
    assert normal("a", "logit-normal", value, spread).at(at)[0] == pytest.approx(odds / (1 + odds))
    assert uniform("a", -1.0, 3.0).at(at)[0] == pytest.approx(-1.0 + 4.0 * share)


@pytest.mark.parametrize("model", shipped(), ids=lambda model: model.name)
def test_every_range_holds_its_value_and_ends_where_it_says(model: object) -> None:
    values, _ = reference(model, 3.6)  # type: ignore[arg-type]
    varied, held = ranges(model, values)  # type: ignore[arg-type]
    assert varied and held
    for one in varied:
        assert 0.0 < one.low < one.value < one.high, one
        assert one.at(np.array([0.0, 1.0])) == pytest.approx([one.low, one.high])
        if evidence.fact(one.fact).kind == "share":
            assert one.high <= 1.0


def test_ranges_against_the_evidence_they_rest_on() -> None:
    varied, held = ranges(t_dm1(), reference(t_dm1(), 3.6)[0])
    found = {one.name: one for one in varied}
    one = found["clearance"]
    assert (one.law, one.basis) == ("log-normal", "between patients")
    assert (one.low, one.high) == pytest.approx(tuple(0.676 * math.exp(s * 2 * math.sqrt(0.03585)) for s in (-1, 1)))
    one = found["internalisation_half_life"]
    assert (one.basis, one.unit) == ("published range", "day")
    assert (one.low * 24, one.high * 24) == pytest.approx((6.0, 14.0))
    one = found["proteolytic_clearance"]
    assert one.basis == "standard error" and one.spread == pytest.approx(0.08, rel=0.01)
    one = found["krogh_radius"]
    assert (one.basis, one.low, one.high) == ("our choice", pytest.approx(52.5), pytest.approx(97.5))
    assert found["resistant_share"].law == "logit-normal"
    reasons = {one.name: one.reason for one in held}
    assert set(reasons) >= {"molar_mass", "dm1_molar_mass", "lesions", "baseline_trastuzumab", "smallest_volume"}
    assert "0 in the reference patient" in reasons["baseline_trastuzumab"]


@given(low=st.floats(2.2, 7.7), scale=st.floats(0.1, 100.0))
def test_reduced_course_against_closed_form(low: float, scale: float) -> None:
    days = np.array([0.0, 0.0625, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0])
    curve = scale * (1.0 + (days - low) ** 2)
    values = np.stack([curve, curve + scale], axis=1)
    lowest = replace(OUTPUTS["platelet_nadir"], watched="x")
    kinks = (0.0, 0.0625)
    assert reduced(lowest, days, kinks, 5.0, values) == pytest.approx([scale, 2 * scale])
    highest = reduced(replace(lowest, reduction="highest"), days, kinks, 5.0, -values)
    assert highest == pytest.approx([-scale, -2 * scale])
    fall = reduced(replace(lowest, reduction="fall"), days, kinks, 5.0, values)
    assert fall == pytest.approx([scale * low**2] * 2)
    assert reduced(replace(lowest, reduction="first_cycle_end"), days, kinks, 5.0, values) == pytest.approx(values[6])
    assert reduced(replace(lowest, reduction="end"), days, kinks, 5.0, values) == pytest.approx(values[-1])
    ratio = reduced(replace(lowest, reduction="log_reduction"), days, kinks, 5.0, values)
    assert ratio == pytest.approx(np.log(values[0] / values[-1]))
    # No parabola through the end of an infusion, and none at the ends of the course.
    sharp = np.array([1.0, 9.0, *np.linspace(8.0, 0.5, 10)])[:, None]
    assert reduced(replace(lowest, reduction="first_cycle_highest"), days, kinks, 5.0, sharp) == pytest.approx([9.0])
    assert reduced(lowest, days, kinks, 5.0, sharp) == pytest.approx([0.5])
