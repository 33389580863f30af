"""The hazard ratio of two arms against known data, a naive estimate and a partial likelihood written out."""

from __future__ import annotations

from math import exp, log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from trial.test_time import REMISSION

from tdm1 import trial
from tdm1.trial.summary import idfs_curve
from tdm1.trial.survival_curve import Curve, hazard_ratio, kaplan_meier

#: Weeks of remission on placebo (Freireich 1963), all relapsed: the other arm of the textbook example.
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]


def _partial_likelihood(first: Curve, second: Curve) -> float:
    """The ratio that maximises Cox's partial likelihood with Efron's ties, by a search over its logarithm."""
    time, event = np.concatenate([first.time, second.time]), np.concatenate([first.event, second.event])
    arm = np.repeat([1.0, 0.0], [len(first.time), len(second.time)])

    def minus(beta: float) -> float:
        risk, total = np.exp(beta * arm), 0.0
        for moment in np.unique(time[event]):
            died = event & (time == moment)
            at_risk, tied = risk[time >= moment].sum(), risk[died].sum()
            count = int(died.sum())
            total += beta * arm[died].sum() - sum(log(at_risk - k / count * tied) for k in range(count))
        return -total

    return exp(minimize_scalar(minus, bounds=(-6.0, 6.0), method="bounded", options={"xatol": 1e-8}).x)


def test_against_textbook_data() -> None:
    """6-mercaptopurine against placebo: 0.21 (0.09 to 0.47) with Efron's ties, as every textbook prints it."""
    weeks, relapsed = (np.array(column) for column in zip(*REMISSION, strict=True))
    treated = kaplan_meier(weeks, relapsed == 1)
    placebo = kaplan_meier(np.array(PLACEBO, float), np.ones(len(PLACEBO), bool))
    ratio, low, high = hazard_ratio(treated, placebo)
    assert log(ratio) == pytest.approx(-1.572, abs=2e-3)
    assert (low, high) == (pytest.approx(0.092, abs=2e-3), pytest.approx(0.466, abs=5e-3))
    assert ratio == pytest.approx(_partial_likelihood(treated, placebo), rel=1e-4)


@settings(max_examples=15)
@given(seed=st.integers(0, 10_000), ratio=st.floats(0.3, 3.0))
def test_against_partial_likelihood(seed: int, ratio: float) -> None:
    rng = np.random.default_rng(seed)
    curves: list[Curve] = []
    for hazard in (ratio / 10.0, 0.1):
        time, cut = rng.exponential(1.0 / hazard, 40), rng.uniform(5.0, 30.0, 40)
        # Whole months, so that there are ties.
        curves.append(kaplan_meier(np.ceil(np.minimum(time, cut)), time <= cut))
    assert hazard_ratio(*curves)[0] == pytest.approx(_partial_likelihood(*curves), rel=1e-3)


def test_against_naive_exponential_ratio() -> None:
    """Of exponential times the ratio of events over time at risk; 5,000 each, so the errors are 3 %."""
    rng = np.random.default_rng(3)
    curves: list[Curve] = []
    for hazard in (0.05, 0.1):
        time, cut = rng.exponential(1.0 / hazard, 5000), rng.uniform(5.0, 40.0, 5000)
        curves.append(kaplan_meier(np.minimum(time, cut), time <= cut))
    naive = (curves[0].event.sum() / curves[0].time.sum()) / (curves[1].event.sum() / curves[1].time.sum())
    ratio, low, high = hazard_ratio(*curves)
    assert ratio == pytest.approx(naive, rel=0.02)
    assert low < 0.5 < high
    expected = 1.96 * np.sqrt(1.0 / curves[0].event.sum() + 1.0 / curves[1].event.sum())
    assert log(high / low) / 2.0 == pytest.approx(expected, rel=0.03)


def test_the_other_way_round_is_the_inverse() -> None:
    weeks, relapsed = (np.array(column) for column in zip(*REMISSION, strict=True))
    one, two = kaplan_meier(weeks, relapsed == 1), kaplan_meier(np.array(PLACEBO, float), np.ones(21, bool))
    ratio, low, high = hazard_ratio(one, two)
    assert hazard_ratio(two, one) == pytest.approx((1.0 / ratio, 1.0 / high, 1.0 / low), rel=1e-6)


def test_without_events_there_is_no_ratio() -> None:
    nobody = kaplan_meier(np.array([3.0, 4.0]), np.zeros(2, bool))
    other = kaplan_meier(np.array([3.0, 4.0]), np.ones(2, bool))
    assert np.isnan(hazard_ratio(nobody, other)).all()
    assert np.isnan(hazard_ratio(other, nobody)).all()


def test_ratio_of_a_comparison_against_its_curves(katherine: trial.TrialResult) -> None:
    row = next(row for row in katherine.comparison if row.endpoint == "idfs_hr")
    curves = [idfs_curve(katherine.arms[name]) for name in ("T-DM1", "trastuzumab")]
    assert row.arm == "T-DM1 vs trastuzumab"
    assert (row.simulated, row.simulated_lower95, row.simulated_upper95) == pytest.approx(hazard_ratio(*curves))
    assert row.simulated == pytest.approx(_partial_likelihood(*curves), rel=1e-3)
    assert row.unit == "1"
    assert row.simulated < 1.0, "T-DM1 is the better arm"
