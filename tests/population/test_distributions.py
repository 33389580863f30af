"""Distributions of a trial file: against SciPy's laws, and refused when they make no sense."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from scipy import stats

from tdm1 import evidence
from tdm1.population import Distribution

ADAPTER: TypeAdapter[Any] = TypeAdapter(Distribution)
SCORES = np.linspace(-8.2, 8.2, 401)
P = stats.norm.cdf(SCORES)

positive = st.floats(1e-3, 1e4, allow_nan=False)
factor = st.floats(1.01, 50.0)


def make(**raw: Any) -> Any:
    return ADAPTER.validate_python(raw)


def any_law() -> st.SearchStrategy[dict[str, Any]]:
    def lognormal(m: float, f: float, cut: float) -> dict[str, Any]:
        return {"distribution": "lognormal", "median": m, "p95": m * f, "upper": m * cut}

    def normal(m: float, s: float, a: float, b: float) -> dict[str, Any]:
        return {"distribution": "normal", "mean": m, "sd": s, "lower": m - a * s, "upper": m + b * s}

    def logit(m: float, u: float) -> dict[str, Any]:
        return {"distribution": "logit_normal", "median": m, "p95": m + (1 - m) * u, "lowest": 0.0, "highest": 1.0}

    def quantiles(start: float, steps: list[float], scale: str) -> dict[str, Any]:
        values = [start * float(np.prod(steps[:k])) for k in range(len(steps) + 1)]
        return {
            "distribution": "quantiles",
            "at": list(np.linspace(0.05, 0.95, len(values))),
            "values": values,
            "scale": scale,
        }

    def categorical(weights: list[int]) -> dict[str, Any]:
        shares = [w / sum(weights) for w in weights]
        return {
            "distribution": "categorical",
            "values": list(range(len(shares))),
            "probabilities": [*shares[:-1], "rest"],
        }

    return st.one_of(
        st.builds(lognormal, positive, factor, st.floats(0.1, 100.0)),
        st.builds(normal, st.floats(-100, 100), st.floats(0.1, 50), st.floats(-2.0, 9.0), st.floats(2.1, 9.0)),
        st.builds(logit, st.floats(0.05, 0.9), st.floats(0.05, 0.9)),
        st.builds(quantiles, positive, st.lists(factor, min_size=1, max_size=4), st.sampled_from(["natural", "log"])),
        st.builds(categorical, st.lists(st.integers(1, 9), min_size=1, max_size=6)),
    )


@settings(max_examples=150, deadline=None)
@given(any_law())
def test_quantile_never_falls_and_is_finite(raw: dict[str, Any]) -> None:
    values = make(**raw).quantile(SCORES)
    assert np.all(np.isfinite(values))
    # The last digits of a cut law may wobble by rounding.
    assert np.all(np.diff(values) >= -1e-9 * np.maximum(np.abs(values[1:]), 1.0))


@settings(max_examples=100, deadline=None)
@given(any_law())
def test_law_survives_being_written_and_read(raw: dict[str, Any]) -> None:
    law = make(**raw)
    again = ADAPTER.validate_json(ADAPTER.dump_json(law))
    assert np.array_equal(law.quantile(SCORES), again.quantile(SCORES))


def test_normal_against_scipy() -> None:
    assert make(distribution="normal", mean=70, sd=15).quantile(SCORES) == pytest.approx(70 + 15 * SCORES)


@pytest.mark.parametrize(("lower", "upper"), [(25.0, 84.0), (60.0, None), (None, 40.0), (80.0, 120.0), (152.0, None)])
def test_cut_normal_against_scipy_truncnorm(lower: float | None, upper: float | None) -> None:
    law = make(distribution="normal", mean=53, sd=11, lower=lower, upper=upper)
    a = -np.inf if lower is None else (lower - 53) / 11
    b = np.inf if upper is None else (upper - 53) / 11
    p = np.linspace(0.001, 0.999, 200)
    assert law.quantile(stats.norm.ppf(p)) == pytest.approx(stats.truncnorm.ppf(p, a, b, 53, 11), rel=1e-6)


@pytest.mark.parametrize(
    "raw", [{"median": 25, "p95": 332}, {"median": 25, "p05": 2}, {"p05": 49, "p95": 98}, {"median": 250, "cv": 0.3}]
)
def test_lognormal_against_scipy_lognorm(raw: dict[str, float]) -> None:
    law = make(distribution="lognormal", **raw)
    value = {
        name: float(law.quantile(np.array([stats.norm.ppf(p)]))[0])
        for name, p in (("p05", 0.05), ("median", 0.5), ("p95", 0.95))
    }
    for name in set(raw) & set(value):
        assert value[name] == pytest.approx(raw[name], rel=1e-12)
    sigma = np.log(value["p95"] / value["median"]) / stats.norm.ppf(0.95)
    assert law.quantile(stats.norm.ppf(P[100:300])) == pytest.approx(
        stats.lognorm.ppf(P[100:300], sigma, scale=value["median"]), rel=1e-6
    )
    if "cv" in raw:
        frozen = stats.lognorm(sigma, scale=value["median"])
        assert frozen.std() / frozen.mean() == pytest.approx(raw["cv"], rel=1e-9)


def test_quantiles_law_against_its_own_points_and_bounds() -> None:
    law = make(distribution="quantiles", at=[0.05, 0.5, 0.95], values=[49, 70, 98], scale="log", lower=40, upper=150)
    assert law.quantile(stats.norm.ppf([0.05, 0.5, 0.95])) == pytest.approx([49, 70, 98], rel=1e-12)
    assert law.quantile(np.array([-9.0, 9.0])) == pytest.approx([40, 150])


def test_logit_normal_against_its_own_points() -> None:
    law = make(distribution="logit_normal", median=60, p95=67, lowest=0, highest=100)
    assert law.quantile(stats.norm.ppf([0.5, 0.95])) == pytest.approx([60, 67])
    # The logit is normal, so scores of equal size lie at equal logit distance.
    low, mid, high = (np.log(x / (100 - x)) for x in law.quantile(np.array([-1.0, 0.0, 1.0])))
    assert high - mid == pytest.approx(mid - low)


def test_categorical_and_yes_no_against_their_shares() -> None:
    u = (np.arange(100000) + 0.5) / 100000
    drawn = make(distribution="categorical", values=[0, 1, 2], probabilities=[0.2, "rest", 0.3]).quantile(
        stats.norm.ppf(u)
    )
    assert [np.mean(drawn == v) for v in (0, 1, 2)] == pytest.approx([0.2, 0.5, 0.3], abs=1e-4)
    assert make(distribution="yes_no", share=0.67).quantile(stats.norm.ppf(u)).mean() == pytest.approx(0.67, abs=1e-4)
    assert make(distribution="yes_no", share=0.0).quantile(SCORES).max() == 0.0
    assert make(distribution="yes_no", share=1.0).quantile(SCORES).min() == 1.0


def test_number_from_a_fact_against_the_fact() -> None:
    law = make(distribution="constant", value={"fact": "population.sum_of_diameters", "unit": "mm"})
    assert law.quantile(np.zeros(1))[0] == pytest.approx(10 * evidence.value("population.sum_of_diameters", "cm"))


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ({"distribution": "normal", "mean": 1, "sd": -1}, "sd is -1; it must be above 0"),
        ({"distribution": "normal", "mean": 1, "sd": 0}, "above 0"),
        ({"distribution": "normal", "mean": 1, "sd": 1, "lower": 2, "upper": 1}, r"upper \(1\) must be above lower"),
        ({"distribution": "normal", "mean": "1", "sd": 1}, "not a number"),
        ({"distribution": "normal", "mean": float("nan"), "sd": 1}, "finite"),
        ({"distribution": "normal", "mean": 1}, "sd"),
        ({"distribution": "lognormal", "median": 0, "p95": 3}, "median is 0; it must be above 0"),
        ({"distribution": "lognormal", "median": 5, "p95": 3}, r"p95 \(3\) must be above median"),
        ({"distribution": "lognormal", "median": 5}, "takes median and p95"),
        ({"distribution": "lognormal", "median": 5, "p95": 7, "cv": 1}, "takes median and p95"),
        ({"distribution": "lognormal", "medan": 5, "p95": 7}, "did you mean 'median'"),
        ({"distribution": "lognorml", "median": 5}, "did you mean 'lognormal'"),
        ({"median": 5, "p95": 9}, "distribution is missing"),
        ({"distribution": "categorical", "values": [0, 1], "probabilities": [0.4, 0.4]}, "sum to 0.8, not to 1"),
        ({"distribution": "categorical", "values": [0, 1], "probabilities": [1.4, "rest"]}, "between 0 and 1"),
        ({"distribution": "categorical", "values": [0, 1], "probabilities": ["rest", "rest"]}, "only one"),
        ({"distribution": "categorical", "values": [0, 1], "probabilities": [1.0]}, "2 values but 1"),
        ({"distribution": "categorical", "values": [1, 1], "probabilities": [0.5, 0.5]}, "must be above"),
        ({"distribution": "yes_no", "share": 60}, "share is 60"),
        ({"distribution": "quantiles", "at": [0.5, 0.1], "values": [1, 2], "scale": "log"}, "at must rise"),
        ({"distribution": "quantiles", "at": [0.1, 0.5], "values": [2, 1], "scale": "log"}, "must be above"),
        ({"distribution": "quantiles", "at": [0.1, 0.5], "values": [0, 1], "scale": "log"}, "above 0"),
        ({"distribution": "quantiles", "at": [0.1, 0.5], "values": [1, 2, 3], "scale": "log"}, "2 probabilities"),
        ({"distribution": "logit_normal", "median": 60, "p95": 120, "lowest": 0, "highest": 100}, "highest"),
        (
            {"distribution": "constant", "value": {"fact": "plasma.clearence", "unit": "L/day"}},
            "mean 'plasma.clearance'",
        ),
        ({"distribution": "constant", "value": {"fact": "population.ast", "unit": "kg"}}, "cannot convert"),
        (
            {"distribution": "constant", "value": {"fact": "population.ast", "unit": "1", "between_patients": True}},
            "CV",
        ),
        ({"distribution": "constant", "value": {"fact": "population.ast"}}, "unit"),
    ],
)
def test_bad_law_is_refused_with_a_mend(raw: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        ADAPTER.validate_python(raw)
